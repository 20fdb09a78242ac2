package program

import (
	"fmt"
	"os"
	"strconv"
	"syscall"
)

// Signal is a signal by the name that scripts have for it.
func Signal(name string) (syscall.Signal, error) {
	signals := map[string]syscall.Signal{
		"KILL": syscall.SIGKILL, "INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "STOP": syscall.SIGSTOP, "CONT": syscall.SIGCONT,
	}
	s, ok := signals[name]
	if !ok {
		return 0, fmt.Errorf("no signal %q", name)
	}
	return s, nil
}

// Code is how scripts name the end of a program: its exit code, or the signal that
// has ended it.
func Code(state *os.ProcessState) string {
	status, ok := state.Sys().(syscall.WaitStatus)
	switch {
	case !ok || !status.Signaled():
		return strconv.Itoa(state.ExitCode())
	case status.Signal() == syscall.SIGKILL:
		return "KILL"
	}
	return status.Signal().String()
}
