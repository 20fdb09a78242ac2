package measure

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/process"
)

// Exit codes that say nothing about what is measured: the command's own word for that
// (EX_TEMPFAIL), and a shell's for a command that it can't run or can't find.
const (
	exitUnknown   = 75
	exitCannotRun = 126
	exitNotFound  = 127
)

var errNoExec = errors.New("there is nothing to run commands in pods with")

// exec runs a check's command in a pod.
func (m *Measurer) exec(ctx context.Context, c check.Check, on check.Scope, pod check.Pod) check.Reading {
	if m.Exec == nil {
		return unknown(pod.Name, errNoExec)
	}
	if ctx.Err() != nil {
		return unknown(pod.Name, failing(ctx, ctx.Err()))
	}
	var said tail
	line := "export " + quoted(on.EnvIn(pod)) + "; " + c.Command
	err := m.Exec.Exec(ctx, pod.Name, c.Container, []string{"sh", "-c", line}, &said)
	return verdict(ctx, pod.Name, err, said.last())
}

// local runs a check's command on this machine.
func local(ctx context.Context, c check.Check, on check.Scope) check.Reading {
	if len(on.Pods) == 0 {
		return unknown("", errNoPods)
	}
	var said tail
	err := process.Run(ctx, c.Command, on.Env(), &said)
	return verdict(ctx, "", err, said.last())
}

// verdict is what the end of a command says, with the last line of its output.
func verdict(ctx context.Context, pod string, err error, line string) check.Reading {
	var exit interface {
		error
		ExitStatus() int
	}
	switch {
	case err == nil:
		return check.Reading{Pod: pod, Verdict: check.Pass, Message: beside("exit code 0", line)}
	case ctx.Err() != nil || !errors.As(err, &exit):
		return unknown(pod, failing(ctx, err))
	}
	code := exit.ExitStatus()
	out := check.Reading{Pod: pod, Verdict: check.Fail, Message: beside(fmt.Sprintf("exit code %d", code), line)}
	if code == exitUnknown || code == exitCannotRun || code == exitNotFound {
		out.Verdict = check.Unknown
	}
	return out
}

func beside(code, line string) string {
	if line == "" {
		return code
	}
	return words(code + ": " + line)
}

// quoted are assignments for a shell.
func quoted(env []string) string {
	out := make([]string, 0, len(env))
	for _, assignment := range env {
		name, value, _ := strings.Cut(assignment, "=")
		out = append(out, name+"='"+strings.ReplaceAll(value, "'", `'\''`)+"'")
	}
	return strings.Join(out, " ")
}

// tail keeps the end of an output, however much there is.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

// mostKept is how many bytes of an output are kept.
const mostKept = 4 << 10

// Write keeps what comes last.
func (t *tail) Write(text []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, text[max(0, len(text)-mostKept):]...)
	t.kept = append([]byte(nil), t.kept[max(0, len(t.kept)-mostKept):]...)
	return len(text), nil
}

// last is the last line with something in it.
func (t *tail) last() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := bytes.TrimSpace(t.kept)
	return string(text[bytes.LastIndexAny(text, "\n\r")+1:])
}
