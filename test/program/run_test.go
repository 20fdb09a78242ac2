package program

import (
	"os/exec"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// patience is more than anything here takes.
const patience = time.Minute

func start(t *testing.T, script string) *Run {
	t.Helper()
	r := New(exec.CommandContext(t.Context(), "sh", "-c", script))
	require.NoError(t, r.Start())
	t.Cleanup(r.Kill)
	return r
}

func until(r *Run, pattern string) error { return r.Until(regexp.MustCompile(pattern), patience) }

func TestLinesAreWaitedForInTurn(t *testing.T) {
	r := start(t, "echo one; echo two; printf 'go on? ' >&2; exec sleep 1000")
	require.NoError(t, until(r, "^one$"))
	require.NoError(t, until(r, "^two$"))
	require.NoError(t, until(r, `^go on\? $`), "a question has no end of line")
	r.Kill()
	require.ErrorContains(t, until(r, "^one$"), "it ended (signal: killed) before it said", "it was waited for already")
	require.Equal(t, "KILL", Code(r.Cmd.ProcessState))
	stdout, stderr := r.Said()
	require.Equal(t, "one\ntwo\n", stdout)
	require.Equal(t, "go on? ", stderr)
}

func TestTheLastLineOfAProgramThatHasEnded(t *testing.T) {
	r := start(t, "echo last; exit 3")
	require.NoError(t, r.Ended(patience))
	require.NoError(t, until(r, "last"))
	require.Equal(t, "3", Code(r.Cmd.ProcessState))
}

// Who waits too long has it ended: nothing is left running.
func TestPatienceEnds(t *testing.T) {
	r := start(t, "exec sleep 1000")
	require.EqualError(t, r.Until(regexp.MustCompile("never"), 0), `it did not say "never" within 0s`)
	require.EqualError(t, r.Ended(0), "it did not end within 0s")
	require.Equal(t, "KILL", Code(r.Cmd.ProcessState))
}

func TestSignals(t *testing.T) {
	r := start(t, "exec sleep 1000")
	signal, err := Signal("TERM")
	require.NoError(t, err)
	require.NoError(t, r.Cmd.Process.Signal(signal))
	require.NoError(t, r.Ended(patience))
	require.Equal(t, "terminated", Code(r.Cmd.ProcessState))
	_, err = Signal("HUP")
	require.EqualError(t, err, `no signal "HUP"`)
}

func TestLookPath(t *testing.T) {
	found, err := LookPath("/nowhere:/bin:/usr/bin", "sh")
	require.NoError(t, err)
	require.Equal(t, "/bin/sh", found)
	_, err = LookPath("/nowhere", "sh")
	require.EqualError(t, err, `no program "sh" in /nowhere`)
}
