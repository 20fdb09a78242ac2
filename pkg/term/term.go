// Package term is the terminal: streams, what they are, colour, and prompts.
package term

import (
	"io"
	"os"

	"github.com/muesli/termenv"
	"golang.org/x/term"
	"k8s.io/cli-runtime/pkg/genericiooptions"
)

// Streams are where a command reads and writes.
type Streams struct {
	In  io.Reader
	Out io.Writer // the answer: a table, JSON, a plan
	Err io.Writer // the story: progress, warnings, hints
}

// Of are the streams that a plugin of kubectl is given.
func Of(s genericiooptions.IOStreams) Streams { return Streams{In: s.In, Out: s.Out, Err: s.ErrOut} }

// Checked are the same streams, and what tells the first error of writing the
// answer. A terminal is left as it is: who sees nothing there, knows.
func (s Streams) Checked() (Streams, func() error) {
	if isTerminal(s.Out) {
		return s, func() error { return nil }
	}
	out := &checked{Writer: s.Out}
	s.Out = out
	return s, func() error { return out.err }
}

// checked remembers the first error. The answer is written by one goroutine.
type checked struct {
	io.Writer
	err error
}

// Write passes the text on.
func (c *checked) Write(text []byte) (int, error) {
	n, err := c.Writer.Write(text)
	if c.err == nil {
		c.err = err
	}
	return n, err
}

// Interactive reports whether a person can be asked: they type at a terminal
// and see the question on one.
func (s Streams) Interactive() bool { return isTerminal(s.In) && isTerminal(s.Err) && !dumb() }

// isTerminal reports whether a stream is a terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

func dumb() bool { return os.Getenv("TERM") == "dumb" }

// Live reports whether lines on this stream can be redrawn.
func Live(w io.Writer) bool { return !dumb() && escaping(w) }

// escaping reports whether a stream is a terminal that carries out escape
// sequences.
func escaping(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && isTerminal(f) && escapes(f)
}

// Width is the stream's width in columns, 0 when it is no terminal.
func Width(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// Height is the stream's height in lines, 0 when it is no terminal.
func Height(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok {
		return 0
	}
	_, height, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return height
}

// ColorMode is the value of --color.
type ColorMode string

// The colour modes.
const (
	ColorAuto   ColorMode = "auto"
	ColorAlways ColorMode = "always"
	ColorNever  ColorMode = "never"
)

// Profile is how many colours to use on a stream. NO_COLOR counts unless
// colour is asked for.
func Profile(w io.Writer, mode ColorMode) termenv.Profile {
	switch {
	case mode == ColorAlways:
		_ = escaping(w) // not every console does so unasked
		return termenv.ANSI
	case mode == ColorNever, os.Getenv("NO_COLOR") != "", !Live(w):
		return termenv.Ascii
	}
	return termenv.ANSI
}
