package e2e

import (
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kubectl-sts/kubectl-sts/test/program"
)

// cmdRun starts a program that goes on while the script does.
//
//	run NAME PROGRAM ARG...
func cmdRun(ts *testscript.TestScript, w *world, args []string) {
	if len(args) < 2 || w.runs[args[0]] != nil {
		ts.Fatalf("usage: run NAME PROGRAM ARG..., with a new name")
	}
	p, err := newProcess(ts, w, args[1:])
	ts.Check(err)
	ts.Check(p.Start())
	w.runs[args[0]] = p
}

// cmdUntil waits until a running program says a line that matches, after the
// last one that was waited for.
//
//	until NAME REGEXP
func cmdUntil(ts *testscript.TestScript, w *world, args []string) {
	if len(args) != 2 || w.runs[args[0]] == nil {
		ts.Fatalf("usage: until NAME REGEXP, with the name of a run")
	}
	p := w.runs[args[0]]
	if err := p.Until(compile(ts, args[1]), patience); err != nil {
		p.show(ts)
		ts.Fatalf("%s: %v\n%s", args[0], err, w.state())
	}
}

// cmdSignal sends a signal to a running program.
//
//	signal NAME KILL|INT|TERM|STOP|CONT
func cmdSignal(ts *testscript.TestScript, w *world, args []string) {
	if len(args) != 2 || w.runs[args[0]] == nil {
		ts.Fatalf("usage: signal NAME SIGNAL, with the name of a run")
	}
	ts.Check(w.runs[args[0]].Cmd.Process.Signal(signalNamed(ts, args[1])))
}

func signalNamed(ts *testscript.TestScript, name string) syscall.Signal {
	s, err := program.Signal(name)
	ts.Check(err)
	return s
}

// cmdEnds waits for a running program to end with an exit code, or KILL.
//
//	ends NAME CODE
func cmdEnds(ts *testscript.TestScript, w *world, args []string) {
	if len(args) != 2 || w.runs[args[0]] == nil {
		ts.Fatalf("usage: ends NAME CODE, with the name of a run")
	}
	p := w.runs[args[0]]
	delete(w.runs, args[0])
	p.ended(ts, w)
	wantCode(ts, args[1], p.Cmd.ProcessState)
}

// cmdKillAt starts a program, sends it a signal as soon as it says a line that
// matches, and waits until it ended: killed, for KILL, or with the given code.
//
//	killat REGEXP KILL PROGRAM ARG...
//	killat REGEXP SIGNAL=CODE PROGRAM ARG...
func cmdKillAt(ts *testscript.TestScript, w *world, args []string) {
	if len(args) < 3 {
		ts.Fatalf("usage: killat REGEXP KILL|SIGNAL=CODE PROGRAM ARG...")
	}
	name, code, ok := strings.Cut(args[1], "=")
	if !ok {
		code = name
	}
	cmdRun(ts, w, append([]string{"killat"}, args[2:]...))
	cmdUntil(ts, w, []string{"killat", args[0]})
	// One that has ended by itself since is judged by its code.
	if err := w.runs["killat"].Cmd.Process.Signal(signalNamed(ts, name)); !errors.Is(err, os.ErrProcessDone) {
		ts.Check(err)
	}
	cmdEnds(ts, w, []string{"killat", code})
}

// cmdKillOften runs a program again and again and kills it each time after it
// has said so many lines, until it gets to its end with exit code 0. Later runs may
// say more, the last ones as many as a whole run has: how far one gets after its last
// line is the machine's to decide.
//
//	killoften LINES ATMOST PROGRAM ARG...
func cmdKillOften(ts *testscript.TestScript, w *world, args []string) {
	if len(args) < 3 {
		ts.Fatalf("usage: killoften LINES ATMOST PROGRAM ARG...")
	}
	line := regexp.MustCompile("")
	for i := range number(ts, args[1]) {
		p, err := newProcess(ts, w, args[2:])
		ts.Check(err)
		ts.Check(p.Start())
		for n := number(ts, args[0]) + i/5 + i*i/40; n > 0 && p.Until(line, patience) == nil; n-- {
			continue
		}
		p.Kill() // unless it has ended before
		stdout, _ := p.Said()
		checkObjects(ts, p.Cmd.Args, stdout)
		if p.Cmd.ProcessState.ExitCode() == 0 {
			p.show(ts)
			return
		}
	}
	ts.Fatalf("it did not get to its end in %s runs\n%s", args[1], w.state())
}

// cmdExits runs a program and checks its exit code. A terminal and standard
// input are set up as for exec.
//
//	exits CODE PROGRAM ARG...
func cmdExits(ts *testscript.TestScript, w *world, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARG...")
	}
	before := ts.Getenv("KUBECONFIG")
	ts.Setenv("KUBECONFIG", w.kubeconfigFor(ts, args[1]))
	err := ts.Exec(args[1], args[2:]...)
	ts.Setenv("KUBECONFIG", before)
	checkPanic(ts, args[1:], ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	checkObjects(ts, args[1:], ts.ReadFile("stdout"))
	checkOffered(ts, args[1:], ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	var failed *exec.ExitError
	switch {
	case err == nil:
		if args[0] != "0" {
			ts.Fatalf("exit code 0, want %s", args[0])
		}
	case errors.As(err, &failed):
		wantCode(ts, args[0], failed.ProcessState)
	default:
		ts.Fatalf("%v", err)
	}
}

func wantCode(ts *testscript.TestScript, want string, state *os.ProcessState) {
	if got := program.Code(state); got != want {
		ts.Fatalf("exit code %s, want %s", got, want)
	}
}

func compile(ts *testscript.TestScript, pattern string) *regexp.Regexp {
	re, err := regexp.Compile(pattern)
	if err != nil {
		ts.Fatalf("%v", err)
	}
	return re
}
