package receipt_test

import (
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/receipt"
	"github.com/kubectl-sts/kubectl-sts/pkg/receipt/receipttest"
)

// A full disk, that has room again later, spoils no record: files may be only
// so large for a while.
func TestADiskThatIsFullForAWhileSpoilsNoRecord(t *testing.T) {
	b := receipttest.File(t)
	one, two := receipttest.Receipt("default", "data-web-1"), receipttest.Receipt("default", "data-web-2")
	three := receipttest.Receipt("default", "data-web-3")
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

	require.Equal(t, []receipt.Receipt{receipttest.Restorable(one), receipttest.Restorable(three)}, receipttest.Read(t, b))
}
