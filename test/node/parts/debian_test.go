package parts

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// A machine of another kind is told so, and nothing is left of the attempt.
func TestDebianNeedsItsPackages(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	cache := t.TempDir()
	_, err := Debian(t.Context(), cache)
	require.ErrorIs(t, err, ErrUnable)
	left, err := os.ReadDir(cache)
	require.NoError(t, err)
	require.Empty(t, left)
}
