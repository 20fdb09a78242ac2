//go:build unix

package process_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/process"
)

func TestRun(t *testing.T) {
	var said strings.Builder
	require.NoError(t, process.Run(t.Context(), `echo "$STS_NAME"; echo no >&2`, []string{"STS_NAME=web"}, &said))
	require.Equal(t, "web\nno\n", said.String())
	require.Equal(t, process.ExitCode(75), process.Run(t.Context(), "exit 75", nil, &said))
	require.EqualError(t, process.ExitCode(75), "exit code 75")
	require.EqualError(t, process.Run(t.Context(), "kill -9 $$", nil, &said), "signal: killed")
}

// It is not told from a failure otherwise, and a run would halt.
func TestACommandThatEndsWellMayLeaveSomethingBehind(t *testing.T) {
	t.Parallel()
	require.NoError(t, process.Run(t.Context(), "sleep 600 &", nil, &strings.Builder{}))
}

func TestRunEndsWithItsContext(t *testing.T) {
	why := errors.New("the run ended")
	ctx, cancel := context.WithCancelCause(t.Context())
	out := &canceler{cancel: func() { cancel(why) }}
	require.Equal(t, why, process.Run(ctx, "sleep 600 & echo begun; wait", nil, out))
}

// canceler ends a command once it has said something.
type canceler struct{ cancel func() }

func (c *canceler) Write(text []byte) (int, error) {
	c.cancel()
	return len(text), nil
}
