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
	readyFD    = 4 // written to when the machine takes orders
	lifelineFD = 5
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
	defer socket.Close() //nolint:errcheck // The machine has its own.
	ready, tell, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	defer ready.Close()                              //nolint:errcheck // It was only read.
	defer tell.Close()                               //nolint:errcheck // The machine has its own.
	cmd := exec.Command(program, initCommand, c.Dir) //nolint:noctx // It outlives the caller.
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{socket, tell}
	if lifeline != nil {
		cmd.ExtraFiles = append(cmd.ExtraFiles, lifeline)
	}
	cmd.Dir = c.Dir
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Setsid:     true,
		Cloneflags: namespaces,
	}
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("start the machine: %w", err)
	}
	pid := cmd.Process.Pid
	go func() { _ = cmd.Wait() }()
	_ = tell.Close() // so that the pipe ends with the machine
	if err := answers(ctx, ready); err != nil {
		return 0, errors.Join(fmt.Errorf("%w; %s says why", err, LogFile(c.Dir, "machine")), cmd.Process.Kill())
	}
	return pid, nil
}

// answers waits until the machine takes orders, which it says through the pipe.
func answers(ctx context.Context, ready *os.File) error {
	ctx, cancel := context.WithTimeout(ctx, bootTime)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = ready.SetReadDeadline(time.Now()) })
	defer stop()
	if _, err := ready.Read(make([]byte, 1)); err == nil {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("the machine does not take orders: %w", err)
	}
	return errors.New("the machine has ended")
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
	ready := os.NewFile(readyFD, "ready")
	cmd.ExtraFiles = []*os.File{os.NewFile(listenerFD, "listener"), ready}
	if c.Lifeline {
		cmd.ExtraFiles = append(cmd.ExtraFiles, os.NewFile(lifelineFD, "lifeline"))
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	_ = ready.Close() // the supervisor has it now, and the pipe ends with that
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
