package app

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/process"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
)

func TestWhetherAnotherProcessRuns(t *testing.T) {
	own := note.Driver{Host: "here", Process: os.Getpid(), Mark: process.Mark(os.Getpid())}
	require.NotEmpty(t, own.Mark)
	other := exec.CommandContext(t.Context(), "sleep", "600")
	require.NoError(t, other.Start())
	t.Cleanup(func() { _ = other.Process.Kill() })
	driver := note.Driver{Host: "here", Process: other.Process.Pid, Mark: process.Mark(other.Process.Pid)}
	elsewhere, later, ofOther := driver, driver, driver
	elsewhere.Host = "there"
	later.Mark += "1"
	ofOther.Mark = "another-boot " + driver.Mark
	check := func(d note.Driver, alive, known bool) {
		t.Helper()
		gotAlive, gotKnown := running(own, d)
		require.Equal(t, [2]bool{alive, known}, [2]bool{gotAlive, gotKnown})
	}
	check(driver, true, true)
	check(later, false, true) // its number is another process's by now
	check(elsewhere, false, false)
	check(ofOther, false, false)                                            // a machine of the same name
	check(note.Driver{Host: "here", Process: driver.Process}, false, false) // it says too little

	require.NoError(t, other.Process.Kill())
	_ = other.Wait()
	check(driver, false, true)
}
