package e2e

import (
	"os"
	"os/exec"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kubectl-sts/kubectl-sts/test/program"
)

// process is a program that runs while the script goes on.
type process struct {
	*program.Run

	keyboard *os.File // of its terminal, if it has one
}

func newProcess(ts *testscript.TestScript, w *world, args []string) (*process, error) {
	path, err := program.LookPath(ts.Getenv("PATH"), args[0])
	if err != nil {
		return nil, err
	}
	p := &process{Run: program.New(exec.Command(path, args[1:]...))} //nolint:noctx // leave ends it with the script
	p.Cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{"HOME", "KUBECACHEDIR", "PATH", "TERM", "TMPDIR"} {
		p.Cmd.Env = append(p.Cmd.Env, name+"="+ts.Getenv(name))
	}
	p.Cmd.Env = append(p.Cmd.Env, "KUBECONFIG="+w.kubeconfigFor(ts, args[0]))
	return p, nil
}

// ended waits for the process and hands its output to the script.
func (p *process) ended(ts *testscript.TestScript, w *world) {
	err := p.Ended(patience)
	p.show(ts)
	if err != nil {
		ts.Fatalf("%v\n%s", err, w.state())
	}
}

func (p *process) show(ts *testscript.TestScript) {
	stdout, stderr := p.Said()
	_, _ = ts.Stdout().Write([]byte(stdout))
	_, _ = ts.Stderr().Write([]byte(stderr))
	checkPanic(ts, p.Cmd.Args, stdout, stderr)
	checkObjects(ts, p.Cmd.Args, stdout)
	checkOffered(ts, p.Cmd.Args, stdout, stderr)
}
