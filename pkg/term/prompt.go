package term

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
)

// ErrNoAnswer is returned when the input ends before there is an answer.
var ErrNoAnswer = errors.New("no answer: the input ended")

// Question is what a person is asked, with a line for an answer.
type Question struct {
	Text  string            // the answer is typed behind it
	Help  string            // what a question mark is answered with, empty for nothing
	Valid func(string) bool // nil for any answer
	// Shown says that the text stands on the terminal already, and that whoever
	// put it there ends its line when the question falls away with the context.
	Shown bool
}

// Ask asks on the error stream and reads a line, until the answer is valid. It
// gives up when the context ends; the line that is being read then is lost.
func (s Streams) Ask(ctx context.Context, q Question) (string, error) {
	type line struct {
		text string
		err  error
	}
	lines := make(chan line, 1)
	reader := bufio.NewReader(s.In)
	for shown := q.Shown; ; shown = false {
		if !shown {
			_, _ = fmt.Fprint(s.Err, q.Text)
		}
		go func() {
			text, err := reader.ReadString('\n')
			lines <- line{strings.TrimSpace(text), err}
		}()
		select {
		case <-ctx.Done():
			if !q.Shown {
				_, _ = fmt.Fprintln(s.Err)
			}
			return "", context.Cause(ctx)
		case l := <-lines:
			switch {
			case l.err != nil:
				_, _ = fmt.Fprintln(s.Err) // no key has ended the line
				return "", ErrNoAnswer
			case l.text != "?" && (q.Valid == nil || q.Valid(l.text)):
				return l.text, nil
			case l.text != "" && q.Help != "": // also what is no answer
				_, _ = fmt.Fprintln(s.Err, q.Help)
			}
		}
	}
}
