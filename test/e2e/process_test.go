package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// process is a program that runs while the script goes on.
type process struct {
	cmd      *exec.Cmd
	done     chan struct{} // closed when it has ended and all its output is here
	keyboard *os.File      // of its terminal, if it has one
	started  func()        // reads what appears there

	mu             sync.Mutex
	stdout, stderr bytes.Buffer
	grown          chan struct{} // closed and made anew with every write
	out, err       int           // what until has read already
}

func newProcess(ts *testscript.TestScript, args []string) (*process, error) {
	program, err := lookPath(ts.Getenv("PATH"), args[0])
	if err != nil {
		return nil, err
	}
	p := &process{
		cmd:   exec.Command(program, args[1:]...), //nolint:noctx // leave ends it with the script
		done:  make(chan struct{}),
		grown: make(chan struct{}),
	}
	p.cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{"HOME", "KUBECONFIG", "KUBECACHEDIR", "PATH", "TERM", "TMPDIR"} {
		p.cmd.Env = append(p.cmd.Env, name+"="+ts.Getenv(name))
	}
	p.cmd.Stdout, p.cmd.Stderr = writer{p, &p.stdout}, writer{p, &p.stderr}
	return p, nil
}

func (p *process) start() error {
	if err := p.cmd.Start(); err != nil {
		return err
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		if p.started != nil {
			p.started()
		}
	}()
	go func() {
		defer close(p.done)
		_ = p.cmd.Wait() // ProcessState has it all
		<-read
	}()
	return nil
}

func lookPath(path, program string) (string, error) {
	for _, dir := range strings.Split(path, string(os.PathListSeparator)) {
		if info, err := os.Stat(dir + "/" + program); err == nil && info.Mode()&0o111 != 0 {
			return dir + "/" + program, nil
		}
	}
	return "", fmt.Errorf("no program %q in %s", program, path)
}

// writer is one stream of a process.
type writer struct {
	p   *process
	buf *bytes.Buffer
}

// Write keeps what the process says and wakes who waits for it.
func (w writer) Write(text []byte) (int, error) {
	w.p.mu.Lock()
	defer w.p.mu.Unlock()
	close(w.p.grown)
	w.p.grown = make(chan struct{})
	return w.buf.Write(text)
}

// match looks for a line that has not been matched before, and otherwise
// returns what tells that there is more to look at.
func (p *process) match(pattern *regexp.Regexp) (bool, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return find(pattern, p.stdout.Bytes(), &p.out) || find(pattern, p.stderr.Bytes(), &p.err), p.grown
}

// find looks at whole lines, and at a question that waits behind the last one,
// and moves on behind what it found.
func find(pattern *regexp.Regexp, text []byte, from *int) bool {
	for {
		length := bytes.IndexByte(text[*from:], '\n')
		if length < 0 {
			break
		}
		line := text[*from : *from+length]
		*from += length + 1
		if pattern.Match(line) {
			return true
		}
	}
	if question := text[*from:]; bytes.HasSuffix(question, []byte(" ")) && pattern.Match(question) {
		*from = len(text)
		return true
	}
	return false
}

// until waits for a line of the process.
func (p *process) until(pattern *regexp.Regexp) error {
	late := time.After(patience)
	for {
		found, more := p.match(pattern)
		if found {
			return nil
		}
		select {
		case <-more:
		case <-p.done:
			if found, _ := p.match(pattern); found {
				return nil
			}
			return fmt.Errorf("it ended (%s) before it said %q", p.cmd.ProcessState, pattern)
		case <-late:
			return fmt.Errorf("it did not say %q within %s", pattern, patience)
		}
	}
}

// ended waits for the process and hands its output to the script.
func (p *process) ended(ts *testscript.TestScript, w *world) {
	select {
	case <-p.done:
		p.show(ts)
	case <-time.After(patience):
		p.kill()
		p.show(ts)
		ts.Fatalf("it did not end within %s\n%s", patience, w.state())
	}
}

func (p *process) show(ts *testscript.TestScript) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, _ = ts.Stdout().Write(p.stdout.Bytes())
	_, _ = ts.Stderr().Write(p.stderr.Bytes())
	checkObjects(ts, p.cmd.Args, p.stdout.String())
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// cmdRun starts a program that goes on while the script does.
//
//	run NAME PROGRAM ARG...
func cmdRun(ts *testscript.TestScript, w *world, args []string) {
	if len(args) < 2 || w.runs[args[0]] != nil {
		ts.Fatalf("usage: run NAME PROGRAM ARG..., with a new name")
	}
	p, err := newProcess(ts, args[1:])
	ts.Check(err)
	ts.Check(p.start())
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
	if err := p.until(compile(ts, args[1])); err != nil {
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
	ts.Check(w.runs[args[0]].cmd.Process.Signal(signalNamed(ts, args[1])))
}

func signalNamed(ts *testscript.TestScript, name string) syscall.Signal {
	signals := map[string]syscall.Signal{
		"KILL": syscall.SIGKILL, "INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "STOP": syscall.SIGSTOP, "CONT": syscall.SIGCONT,
	}
	s, ok := signals[name]
	if !ok {
		ts.Fatalf("no signal %q", name)
	}
	return s
}

// cmdEnds waits for a running program to end with an exit code, one of a list
// like 0|4, or KILL.
//
//	ends NAME CODE
func cmdEnds(ts *testscript.TestScript, w *world, args []string) {
	if len(args) != 2 || w.runs[args[0]] == nil {
		ts.Fatalf("usage: ends NAME CODE, with the name of a run")
	}
	p := w.runs[args[0]]
	delete(w.runs, args[0])
	p.ended(ts, w)
	wantCode(ts, args[1], p.cmd.ProcessState)
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
	if err := w.runs["killat"].cmd.Process.Signal(signalNamed(ts, name)); !errors.Is(err, os.ErrProcessDone) {
		ts.Check(err)
	}
	cmdEnds(ts, w, []string{"killat", code})
}

// cmdKillOften runs a program again and again and kills it each time after it
// has said so many lines, until it gets to its end with exit code 0 or, where
// the one before was killed when all had been done, 3.
//
//	killoften LINES ATMOST PROGRAM ARG...
func cmdKillOften(ts *testscript.TestScript, w *world, args []string) {
	if len(args) < 3 {
		ts.Fatalf("usage: killoften LINES ATMOST PROGRAM ARG...")
	}
	line := regexp.MustCompile("")
	for range number(ts, args[1]) {
		p, err := newProcess(ts, args[2:])
		ts.Check(err)
		ts.Check(p.start())
		for n := number(ts, args[0]); n > 0 && p.until(line) == nil; n-- {
			continue
		}
		p.kill() // unless it has ended before
		checkObjects(ts, p.cmd.Args, p.stdout.String())
		if code := p.cmd.ProcessState.ExitCode(); code == 0 || code == 3 {
			p.show(ts)
			return
		}
	}
	ts.Fatalf("it did not get to its end in %s runs\n%s", args[1], w.state())
}

// cmdExits runs a program and checks its exit code, which may be one of a list
// like 0|3. A terminal and standard input are set up as for exec.
//
//	exits CODE PROGRAM ARG...
func cmdExits(ts *testscript.TestScript, _ *world, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARG...")
	}
	err := ts.Exec(args[1], args[2:]...)
	checkObjects(ts, args[1:], ts.ReadFile("stdout"))
	var failed *exec.ExitError
	switch {
	case err == nil:
		if !slices.Contains(strings.Split(args[0], "|"), "0") {
			ts.Fatalf("exit code 0, want %s", args[0])
		}
	case errors.As(err, &failed):
		wantCode(ts, args[0], failed.ProcessState)
	default:
		ts.Fatalf("%v", err)
	}
}

func wantCode(ts *testscript.TestScript, want string, state *os.ProcessState) {
	got := strconv.Itoa(state.ExitCode())
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		got = status.Signal().String()
		if status.Signal() == syscall.SIGKILL {
			got = "KILL"
		}
	}
	if !slices.Contains(strings.Split(want, "|"), got) {
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
