// Package program runs programs that go on while a test's script does, and waits for
// what they say.
package program

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"time"
)

// A Run is a program that runs while the script goes on.
type Run struct {
	Cmd      *exec.Cmd
	Terminal func() // reads what appears on its terminal, where it has one

	done           chan struct{} // closed when it has ended and all its output is here
	mu             sync.Mutex
	stdout, stderr bytes.Buffer
	grown          chan struct{} // closed and made anew with every write
	out, err       int           // what Until has read already
}

// New is a run of a command that has not been started.
func New(cmd *exec.Cmd) *Run {
	r := &Run{Cmd: cmd, done: make(chan struct{}), grown: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = writer{r, &r.stdout}, r.Stderr()
	return r
}

// Stderr takes what counts as the program's standard error.
func (r *Run) Stderr() io.Writer { return writer{r, &r.stderr} }

// Start starts the program.
func (r *Run) Start() error {
	if err := r.Cmd.Start(); err != nil {
		return err
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		if r.Terminal != nil {
			r.Terminal()
		}
	}()
	go func() {
		defer close(r.done)
		_ = r.Cmd.Wait() // ProcessState has it all
		<-read
	}()
	return nil
}

// LookPath finds a program in the directories of a PATH.
func LookPath(path, name string) (string, error) {
	for _, dir := range strings.Split(path, string(os.PathListSeparator)) {
		if info, err := os.Stat(dir + "/" + name); err == nil && info.Mode()&0o111 != 0 {
			return dir + "/" + name, nil
		}
	}
	return "", fmt.Errorf("no program %q in %s", name, path)
}

// writer is one stream of a program.
type writer struct {
	r   *Run
	buf *bytes.Buffer
}

// Write keeps what the program says and wakes who waits for it.
func (w writer) Write(text []byte) (int, error) {
	w.r.mu.Lock()
	defer w.r.mu.Unlock()
	close(w.r.grown)
	w.r.grown = make(chan struct{})
	return w.buf.Write(text)
}

// match looks for a line that has not been matched before, and otherwise
// returns what tells that there is more to look at.
func (r *Run) match(pattern *regexp.Regexp) (bool, <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return find(pattern, r.stdout.Bytes(), &r.out) || find(pattern, r.stderr.Bytes(), &r.err), r.grown
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

// Until waits for a line that matches, after the last one that it was asked for.
func (r *Run) Until(pattern *regexp.Regexp, patience time.Duration) error {
	late := time.After(patience)
	for {
		found, more := r.match(pattern)
		if found {
			return nil
		}
		select {
		case <-more:
		case <-r.done:
			if found, _ := r.match(pattern); found {
				return nil
			}
			return fmt.Errorf("it ended (%s) before it said %q", r.Cmd.ProcessState, pattern)
		case <-late:
			return fmt.Errorf("it did not say %q within %s", pattern, patience)
		}
	}
}

// Ended waits for the end of the program, and kills one that does not come to it.
func (r *Run) Ended(patience time.Duration) error {
	select {
	case <-r.done:
		return nil
	case <-time.After(patience):
		r.Kill()
		return fmt.Errorf("it did not end within %s", patience)
	}
}

// Done is closed when the program has ended.
func (r *Run) Done() <-chan struct{} { return r.done }

// Said is what the program has said so far.
func (r *Run) Said() (stdout, stderr string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.stdout.String(), r.stderr.String()
}

// Kill ends the program, unless it has ended.
func (r *Run) Kill() {
	_ = r.Cmd.Process.Kill()
	<-r.done
}
