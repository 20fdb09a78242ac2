package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// await returns when something was acknowledged at a moment or after it. The kernel
// says when the log has grown, or is made.
func await(file string, since time.Time, patience time.Duration) error {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK) // so that reads have a deadline
	if err != nil {
		return err
	}
	changes := os.NewFile(uintptr(fd), "inotify")
	defer changes.Close() //nolint:errcheck // It was only read.
	if err := changes.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if _, err := unix.InotifyAddWatch(fd, filepath.Dir(file), unix.IN_CREATE|unix.IN_MODIFY); err != nil {
		return err
	}
	many := make([]byte, 4096)
	for {
		acks, err := read(file)
		if err != nil {
			return err
		}
		if len(acks) > 0 && !acks[len(acks)-1].at.Before(since) {
			return nil
		}
		if _, err := changes.Read(many); err != nil {
			return fmt.Errorf("nothing is acknowledged: %w", err)
		}
	}
}
