package term_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

func yesOrNo(text string) bool { return text == "y" || text == "n" }

func TestAsk(t *testing.T) {
	tests := []struct {
		name, input string
		want        string
		err         error
		asked       int
	}{
		{name: "an answer that is valid", input: "y\n", want: "y", asked: 1},
		{name: "spaces and a carriage return don't matter", input: "  y \r\n", want: "y", asked: 1},
		{name: "an answer that is not is asked for again", input: "perhaps\n\nn\n", want: "n", asked: 3},
		{name: "the first valid answer counts", input: "y\nn\n", want: "y", asked: 1},
		{name: "no input is no answer", input: "", err: term.ErrNoAnswer, asked: 1},
		{name: "a line that does not end is no answer", input: "y", err: term.ErrNoAnswer, asked: 1},
		{name: "an input that ends before a valid answer is none", input: "perhaps\n", err: term.ErrNoAnswer, asked: 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var out, asked strings.Builder
			streams := term.Streams{In: strings.NewReader(test.input), Out: &out, Err: &asked}

			got, err := streams.Ask(t.Context(), term.Question{Text: "Go on? ", Valid: yesOrNo})

			require.Equal(t, test.err, err)
			require.Equal(t, test.want, got)
			want := strings.Repeat("Go on? ", test.asked)
			if err != nil {
				want += "\n"
			}
			require.Equal(t, want, asked.String())
			require.Empty(t, out.String())
		})
	}
}

func TestWhatIsNoAnswerIsExplained(t *testing.T) {
	tests := []struct{ name, input, shown string }{
		{"who asks", "?\ny\n", "Go on? y or n\nGo on? "},
		{"who answers something else", "perhaps\ny\n", "Go on? y or n\nGo on? "},
		{"who says nothing is only asked again", "\ny\n", "Go on? Go on? "},
		{"who answers", "y\n", "Go on? "},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var asked strings.Builder
			streams := term.Streams{In: strings.NewReader(test.input), Err: &asked}

			got, err := streams.Ask(t.Context(), term.Question{Text: "Go on? ", Help: "y or n", Valid: yesOrNo})

			require.NoError(t, err)
			require.Equal(t, "y", got)
			require.Equal(t, test.shown, asked.String())
		})
	}
}

// The line of a question is ended once: by the key of who answers, or here. What
// another one has put there, that one ends when the question falls away.
func TestTheLineOfAQuestionIsEndedOnce(t *testing.T) {
	interrupt := func(cancel context.CancelFunc, _ *io.PipeWriter) { cancel() }
	types := func(text string) func(context.CancelFunc, *io.PipeWriter) {
		return func(_ context.CancelFunc, typist *io.PipeWriter) { _, _ = io.WriteString(typist, text) }
	}
	leaves := func(_ context.CancelFunc, typist *io.PipeWriter) { _ = typist.Close() }
	tests := []struct {
		name  string
		shown bool
		does  func(context.CancelFunc, *io.PipeWriter)
		want  string // on the terminal
		err   error
	}{
		{"an answer", false, types("y\n"), "Go on? ", nil},
		{"an answer to what is shown", true, types("y\n"), "", nil},
		{"ctrl-C", false, interrupt, "Go on? \n", context.Canceled},
		{"ctrl-C at what is shown", true, interrupt, "", context.Canceled},
		{"ctrl-D", false, leaves, "Go on? \n", term.ErrNoAnswer},
		{"ctrl-D at what is shown", true, leaves, "\n", term.ErrNoAnswer},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				in, typist := io.Pipe()
				defer func() { require.NoError(t, typist.Close()) }() // the line that is being read is lost
				var asked strings.Builder
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				go func() {
					synctest.Wait() // until the question waits for its answer
					test.does(cancel, typist)
				}()

				_, err := term.Streams{In: in, Err: &asked}.Ask(ctx, term.Question{Text: "Go on? ", Valid: yesOrNo, Shown: test.shown})

				require.ErrorIs(t, err, test.err)
				require.Equal(t, test.want, asked.String())
			})
		})
	}
}
