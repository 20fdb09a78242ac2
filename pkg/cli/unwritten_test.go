package cli_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-sts/kubectl-sts/pkg/cli"
)

// full is a disk that takes no more.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left\x1b[2J on device") }

func TestAnAnswerThatCannotBeWrittenIsAnError(t *testing.T) {
	run := func(out io.Writer, args ...string) ran {
		var stderr strings.Builder
		code := cli.Main(t.Context(), genericiooptions.IOStreams{In: strings.NewReader(""), Out: out, ErrOut: &stderr}, args)
		return ran{Code: code, Stderr: stderr.String()}
	}
	const lost = "error: the answer could not be written: no space left on device\n"
	require.Equal(t, ran{Code: 1, Stderr: lost}, run(full{}, "version", "--client"))
	require.Equal(t, ran{}, run(io.Discard, "version", "--client"))

	misused := run(full{}, "scale", "web", "-ojson")
	require.Equal(t, 2, misused.Code, "what went wrong first counts")
	require.Contains(t, misused.Stderr, lost)
}
