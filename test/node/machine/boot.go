//go:build linux

package machine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// The command line of the machine's first process, and of the one that it starts.
const (
	initCommand      = "machine-init"
	superviseCommand = "machine-supervise"
)

// bootTime is what the machine may take until it takes orders.
const bootTime = time.Minute

// Inside runs this program as one of these, where its command line says so, and
// returns false where it does not. Every program that boots a machine begins so.
func Inside(args []string) (bool, error) {
	if len(args) != 3 {
		return false, nil
	}
	switch args[1] {
	case initCommand:
		return true, initialize(args[2])
	case superviseCommand:
		return true, supervise(args[2])
	}
	return false, nil
}

// What both processes are given, by number.
const (
	listenerFD = 3
	lifelineFD = 4
)

// Boot starts the machine and returns its first process's number. It goes on when
// this process ends. program is this program, in a place where it stays; listener
// is a socket of the host, whose connections are relayed. With a lifeline, which is
// one end of a pipe, the machine ends when the other end is closed.
func Boot(ctx context.Context, program string, c Config, listener *net.TCPListener, lifeline *os.File) (int, error) {
	if err := os.MkdirAll(filepath.Join(c.Dir, "logs"), 0o700); err != nil {
		return 0, err
	}
	c.Lifeline = lifeline != nil
	if err := c.write(); err != nil {
		return 0, err
	}
	log, err := os.OpenFile(LogFile(c.Dir, "machine"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return 0, err
	}
	defer log.Close() //nolint:errcheck // The machine has its own.
	socket, err := listener.File()
	if err != nil {
		return 0, err
	}
	defer socket.Close()                             //nolint:errcheck // The machine has its own.
	cmd := exec.Command(program, initCommand, c.Dir) //nolint:noctx // It outlives the caller.
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{socket}
	if lifeline != nil {
		cmd.ExtraFiles = append(cmd.ExtraFiles, lifeline)
	}
	cmd.Dir = c.Dir
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Setsid:     true,
		Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS | syscall.CLONE_NEWPID,
	}
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("start the machine: %w", err)
	}
	pid := cmd.Process.Pid
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	if err := answers(ctx, c.Dir, ended); err != nil {
		return 0, errors.Join(err, cmd.Process.Kill())
	}
	return pid, nil
}

// answers waits until the machine takes orders.
func answers(ctx context.Context, dir string, ended <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(ctx, bootTime)
	defer cancel()
	for {
		if _, err := State(ctx, dir); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ended:
			return fmt.Errorf("the machine has ended; %s says why", LogFile(dir, "machine"))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// initialize is the machine's first process: it sets up what is seen in it, starts the
// supervisor, and collects processes whose parents have ended. It ends with the
// supervisor.
func initialize(dir string) error {
	c, err := readConfig(dir)
	if err != nil {
		return err
	}
	if err := mounts(c); err != nil {
		return err
	}
	if err := addresses(c.Addresses); err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(program, superviseCommand, dir) //nolint:noctx // It ends with the machine.
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.ExtraFiles = []*os.File{os.NewFile(listenerFD, "listener")}
	if c.Lifeline {
		cmd.ExtraFiles = append(cmd.ExtraFiles, os.NewFile(lifelineFD, "lifeline"))
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	for {
		pid, err := syscall.Wait4(-1, nil, 0, nil)
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return fmt.Errorf("wait: %w", err)
		case pid == cmd.Process.Pid:
			return errors.New("the supervisor has ended")
		}
	}
}
