package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
)

// burnUntil keeps one processor busy until nothing can be read any more.
func burnUntil(input io.Reader) {
	over := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, input)
		close(over)
	}()
	for n := uint64(1); ; n = n*6364136223846793005 + 1442695040888963407 {
		if n%(1<<16) != 0 {
			continue
		}
		select {
		case <-over:
			return
		default:
		}
	}
}

// startBurners starts as many processes that keep a processor busy each. They
// end with stop, and with this process, however it ends: each reads from a pipe
// that nobody else can write to.
func startBurners(number int) (stop func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	var ends []func() error
	stop = func() {
		for _, end := range ends {
			_ = end()
		}
	}
	for range number {
		cmd := exec.Command(self, "-burn") //nolint:noctx // it ends with its input
		input, err := cmd.StdinPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			stop()
			return nil, err
		}
		ends = append(ends, func() error { return errors.Join(input.Close(), cmd.Wait()) })
	}
	return stop, nil
}
