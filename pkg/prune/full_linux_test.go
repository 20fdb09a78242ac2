package prune_test

import (
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/prune"
)

// A full disk, that has room again later, spoils no record: files may be only
// so large for a while.
func TestADiskThatIsFullForAWhileSpoilsNoRecord(t *testing.T) {
	b := book(t)
	one, two, three := record("default", "data-web-1"), record("default", "data-web-2"), record("default", "data-web-3")
	require.NoError(t, b.Write(one))
	info, err := os.Stat(b.Path())
	require.NoError(t, err)
	var before syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before))
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: uint64(info.Size()) + 100, Max: before.Max}))
	full := b.Write(two)
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before))
	require.ErrorIs(t, full, syscall.EFBIG)

	require.NoError(t, b.Write(three))

	require.Equal(t, []prune.Record{restorable(one), restorable(three)}, recordsOf(t, b))
}
