//go:build linux

package machine

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAnswers(t *testing.T) {
	pipe := func() (ready, tell *os.File) {
		ready, tell, err := os.Pipe()
		require.NoError(t, err)
		t.Cleanup(func() { _ = ready.Close(); _ = tell.Close() })
		return ready, tell
	}
	ready, tell := pipe()
	_, err := tell.Write([]byte{1})
	require.NoError(t, err)
	require.NoError(t, answers(t.Context(), ready))

	ready, tell = pipe()
	require.NoError(t, tell.Close())
	require.EqualError(t, answers(t.Context(), ready), "the machine has ended")

	ready, _ = pipe()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.EqualError(t, answers(ctx, ready), "the machine does not take orders: context canceled")
}
