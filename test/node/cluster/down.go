//go:build linux

package cluster

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Down ends the cluster and removes what it left. One that is not there is ended already.
func (c Cluster) Down(stderr io.Writer) error {
	unlock, err := c.lock()
	if err != nil {
		return err
	}
	defer unlock()
	begin := time.Now()
	if _, err := os.Stat(c.Dir); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err := c.down(); err != nil {
		return err
	}
	fmt.Fprintf(stderr, "node: cluster %q is gone (%.1fs)\n", c.Name, time.Since(begin).Seconds())
	return nil
}

func (c Cluster) down() error {
	if err := c.stopMachine(); err != nil {
		return err
	}
	// Other users of it may have theirs in there: then it stays.
	_ = os.Remove(volumes)
	return os.RemoveAll(c.Dir)
}

// stopMachine ends the machine, which ends all that is in it, and removes its cgroups.
func (c Cluster) stopMachine() error {
	r, err := c.read()
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if r.runs() {
		if err := end(r.Init); err != nil {
			return err
		}
	}
	for _, n := range nodes(Most) {
		if err := removeCgroup(c.cgroup(n)); err != nil {
			return err
		}
	}
	return nil
}

// end kills a process and waits until it is gone. It is opened first, so that no
// other of its number is hit.
func end(pid int) error {
	fd, err := unix.PidfdOpen(pid, 0)
	if errors.Is(err, syscall.ESRCH) {
		return nil
	}
	if err != nil {
		return err
	}
	defer unix.Close(fd) //nolint:errcheck // Nothing was written.
	if err := unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	poll := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}} //nolint:gosec // A file's number is small.
	for {
		n, err := unix.Poll(poll, 30_000)
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return err
		case n == 0:
			return fmt.Errorf("process %d does not end", pid)
		default:
			return nil
		}
	}
}
