package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
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

func newProcess(ts *testscript.TestScript, w *world, args []string) (*process, error) {
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
	for _, name := range []string{"HOME", "KUBECACHEDIR", "PATH", "TERM", "TMPDIR"} {
		p.cmd.Env = append(p.cmd.Env, name+"="+ts.Getenv(name))
	}
	p.cmd.Env = append(p.cmd.Env, "KUBECONFIG="+w.kubeconfigFor(ts, args[0]))
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
	checkPanic(ts, p.cmd.Args, p.stdout.String(), p.stderr.String())
	checkObjects(ts, p.cmd.Args, p.stdout.String())
	checkOffered(ts, p.cmd.Args, p.stdout.String(), p.stderr.String())
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}
