//go:build unix

package process

import (
	"os/exec"
	"syscall"
)

// OwnGroup puts a command into a process group of its own: ctrl-C at the
// terminal goes to the plugin, which then ends the whole group.
func OwnGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
}

// KillGroup ends what a command has left behind.
func KillGroup(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
}
