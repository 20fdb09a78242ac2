//go:build linux

package proof

import (
	"bytes"
	"errors"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// A process is a program that a script goes on beside.
type process struct {
	cmd    *exec.Cmd
	mu     sync.Mutex
	output bytes.Buffer
	seen   int // up to where until has looked
	ended  chan struct{}
}

// Write keeps what the program says on either stream.
func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.output.Write(b)
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.ended
}

// cmdRun starts a program and goes on.
func cmdRun(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) < 2, "run NAME PROGRAM ARG...")
	s := stateOf(ts)
	path, err := lookPath(ts.Getenv("PATH"), args[1])
	ts.Check(err)
	p := &process{cmd: exec.Command(path, args[2:]...), ended: make(chan struct{})} //nolint:noctx // The script ends it.
	p.cmd.Dir = s.env.WorkDir
	p.cmd.Env = s.env.Vars
	p.cmd.Stdout, p.cmd.Stderr = p, p
	ts.Check(p.cmd.Start())
	go func() { _ = p.cmd.Wait(); close(p.ended) }()
	s.runs[args[0]] = p
}

func lookPath(path, name string) (string, error) {
	for _, dir := range strings.Split(path, ":") {
		if found, err := exec.LookPath(dir + "/" + name); err == nil {
			return found, nil
		}
	}
	return "", exec.ErrNotFound
}

// cmdUntil waits for a line, after those that it has seen.
func cmdUntil(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) != 2, "until NAME REGEXP")
	p, want := find(ts, args[0]), regexp.MustCompile("(?m)"+args[1])
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		over := time.Now().After(deadline)
		select {
		case <-p.ended:
			over = true
		default:
		}
		p.mu.Lock()
		at := want.FindIndex(p.output.Bytes()[p.seen:])
		if at != nil {
			p.seen += at[1]
		}
		said := p.output.String()
		p.mu.Unlock()
		if at != nil {
			return
		}
		if over {
			ts.Fatalf("no line matches %q:\n%s", args[1], said)
		}
	}
}

// cmdEnds waits for the end of a program, with this code or by a signal.
func cmdEnds(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) != 2, "ends NAME CODE|KILL")
	p := find(ts, args[0])
	select {
	case <-p.ended:
	case <-time.After(patience):
		ts.Fatalf("%s does not end:\n%s", args[0], p.output.String())
	}
	got := strconv.Itoa(p.cmd.ProcessState.ExitCode())
	if status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() && status.Signal() == syscall.SIGKILL {
		got = "KILL"
	}
	ts.Logf("%s", p.output.String())
	if got != args[1] {
		ts.Fatalf("%s ended with %s, want %s", args[0], got, args[1])
	}
}

// cmdSignal sends a signal.
func cmdSignal(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, neg || len(args) != 2, "signal NAME SIGNAL")
	signals := map[string]syscall.Signal{"KILL": syscall.SIGKILL, "INT": syscall.SIGINT, "TERM": syscall.SIGTERM}
	signal, ok := signals[args[1]]
	if !ok {
		ts.Check(errors.New("no signal " + args[1]))
	}
	ts.Check(find(ts, args[0]).cmd.Process.Signal(signal))
}

func find(ts *testscript.TestScript, name string) *process {
	p := stateOf(ts).runs[name]
	if p == nil {
		ts.Fatalf("nothing is called %s", name)
	}
	return p
}
