package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"

	"golang.org/x/sys/unix"
)

// watchedAt says what the watch writes to.
const watchedAt = "at a terminal"

// startWatch gives the watch a terminal that is high enough for every pod.
func startWatch(cmd *exec.Cmd, out io.Writer) (wait func() error, err error) {
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	fd := int(keyboard.Fd())
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 250, Col: 200})
	}
	if err != nil {
		return nil, errors.Join(err, keyboard.Close())
	}
	screen, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, errors.Join(err, keyboard.Close())
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = screen, screen, screen
	err = errors.Join(cmd.Start(), screen.Close())
	if err != nil {
		return nil, errors.Join(err, keyboard.Close())
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, _ = io.Copy(out, keyboard) // ends when nobody has the terminal open any more
	}()
	return func() error {
		err := cmd.Wait()
		<-read
		return errors.Join(err, keyboard.Close())
	}, nil
}
