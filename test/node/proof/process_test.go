//go:build linux

package proof

import (
	"os/exec"
	"regexp"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kubectl-sts/kubectl-sts/test/program"
)

// cmdRun starts a program and goes on.
func cmdRun(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) < 2, "run NAME PROGRAM ARG...")
	stateOf(ts).runs[args[0]] = start(ts, args[1:])
}

func start(ts *testscript.TestScript, args []string) *program.Run {
	s := stateOf(ts)
	path, err := program.LookPath(ts.Getenv("PATH"), args[0])
	ts.Check(err)
	p := program.New(exec.Command(path, args[1:]...)) //nolint:noctx // The script ends it.
	p.Cmd.Dir = s.env.WorkDir
	p.Cmd.Env = s.env.Vars
	ts.Check(p.Start())
	return p
}

// cmdUntil waits for a line, after those that it has seen.
func cmdUntil(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) != 2, "until NAME REGEXP")
	want, err := regexp.Compile(args[1])
	ts.Check(err)
	p := find(ts, args[0])
	if err := p.Until(want, patience); err != nil {
		show(ts, p)
		ts.Fatalf("%s: %v", args[0], err)
	}
}

// cmdEnds waits for the end of a program, with this code or by a signal.
func cmdEnds(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) != 2, "ends NAME CODE|KILL")
	p := find(ts, args[0])
	err := p.Ended(patience)
	show(ts, p)
	ts.Check(err)
	if got := program.Code(p.Cmd.ProcessState); got != args[1] {
		ts.Fatalf("%s ended with %s, want %s", args[0], got, args[1])
	}
}

// cmdSignal sends a signal.
func cmdSignal(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) != 2, "signal NAME SIGNAL")
	signal, err := program.Signal(args[1])
	ts.Check(err)
	ts.Check(find(ts, args[0]).Cmd.Process.Signal(signal))
}

// show hands a program's output to the script.
func show(ts *testscript.TestScript, p *program.Run) {
	stdout, stderr := p.Said()
	_, _ = ts.Stdout().Write([]byte(stdout))
	_, _ = ts.Stderr().Write([]byte(stderr))
}

func find(ts *testscript.TestScript, name string) *program.Run {
	p := stateOf(ts).runs[name]
	if p == nil {
		ts.Fatalf("nothing is called %s", name)
	}
	return p
}
