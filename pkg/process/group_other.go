//go:build !unix

package process

import "os/exec"

// OwnGroup leaves the command as it is: there are no process groups here.
func OwnGroup(*exec.Cmd) {}

// KillGroup ends nothing but what the context of the command ends.
func KillGroup(*exec.Cmd) {}
