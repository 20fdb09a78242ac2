package kube

import "fmt"

// ExitCode is the error of a command in a container that ended with another code than 0.
type ExitCode int

func (c ExitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

// ExitStatus is the code.
func (c ExitCode) ExitStatus() int { return int(c) }
