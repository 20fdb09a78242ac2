package e2e

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// openTerminal makes a terminal: what is typed at keyboard is read from
// screen, and what is written to screen is read from keyboard.
func openTerminal() (keyboard, screen *os.File, err error) {
	keyboard, err = os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, nil, err
	}
	fd := int(keyboard.Fd())
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 40, Col: 160})
	}
	if err == nil {
		screen, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		return nil, nil, errors.Join(err, keyboard.Close())
	}
	return keyboard, screen, nil
}

// onTerminal gives a process a terminal of its own for standard input and
// error. What appears on it counts as its standard error.
func (p *process) onTerminal() error {
	keyboard, screen, err := openTerminal()
	if err != nil {
		return err
	}
	p.keyboard = keyboard
	p.Cmd.Stdin, p.Cmd.Stderr = screen, screen
	p.Cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 0}
	p.Terminal = func() { // the child has its own by then
		_ = screen.Close()
		buf := make([]byte, 4096)
		for {
			n, err := keyboard.Read(buf)
			_, _ = p.Stderr().Write(buf[:n])
			if err != nil {
				return // EIO: nobody has the terminal open any more
			}
		}
	}
	return nil
}

// cmdRunTTY is run for a program at a terminal.
//
//	runtty NAME PROGRAM ARG...
func cmdRunTTY(ts *testscript.TestScript, w *world, args []string) {
	if len(args) < 2 || w.runs[args[0]] != nil {
		ts.Fatalf("usage: runtty NAME PROGRAM ARG..., with a new name")
	}
	p, err := newProcess(ts, w, args[1:])
	ts.Check(err)
	ts.Check(p.onTerminal())
	ts.Check(p.Start())
	w.runs[args[0]] = p
}

// cmdRunScreen is runtty for a program whose answer is on the terminal, too.
//
//	runscreen NAME PROGRAM ARG...
func cmdRunScreen(ts *testscript.TestScript, w *world, args []string) {
	if len(args) < 2 || w.runs[args[0]] != nil {
		ts.Fatalf("usage: runscreen NAME PROGRAM ARG..., with a new name")
	}
	p, err := newProcess(ts, w, args[1:])
	ts.Check(err)
	ts.Check(p.onTerminal())
	p.Cmd.Stdout = p.Cmd.Stderr
	ts.Check(p.Start())
	w.runs[args[0]] = p
}

// cmdType types at the terminal of a running program: a line, ^C or ^D.
//
//	type NAME TEXT
func cmdType(ts *testscript.TestScript, w *world, args []string) {
	if len(args) != 2 || w.runs[args[0]] == nil || w.runs[args[0]].keyboard == nil {
		ts.Fatalf("usage: type NAME TEXT, with the name of a runtty")
	}
	text := args[1] + "\n"
	switch args[1] {
	case "^C":
		text = "\x03"
	case "^D":
		text = "\x04"
	}
	_, err := w.runs[args[0]].keyboard.WriteString(text)
	ts.Check(err)
}
