//go:build !linux

package main

import (
	"io"
	"os/exec"
)

// watchedAt says what the watch writes to: terminals are made in another way
// on each system.
const watchedAt = "into a pipe"

func startWatch(cmd *exec.Cmd, out io.Writer) (wait func() error, err error) {
	cmd.Stdout, cmd.Stderr = out, out
	return cmd.Wait, cmd.Start()
}
