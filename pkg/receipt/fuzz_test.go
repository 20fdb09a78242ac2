package receipt_test

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/receipt"
	"github.com/kubectl-sts/kubectl-sts/pkg/receipt/receipttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

// FuzzRecords takes any text for a file of records. What is read names one object
// each, can be written again, and is the same then.
func FuzzRecords(f *testing.F) {
	dir := f.TempDir()
	file := func() *receipt.File {
		return &receipt.File{Dir: dir, Now: func() time.Time { return ststest.Start }, Head: "what it is"}
	}
	b := file()
	for _, name := range []string{"data-web-1", "data-web-2"} {
		require.NoError(f, b.Write(receipttest.Receipt("default", name)))
	}
	whole, err := os.ReadFile(b.Path())
	require.NoError(f, err)
	f.Add(whole)
	f.Add(whole[:len(whole)-20])
	f.Add(append(whole[len(whole)/3:len(whole)-3], whole...))
	for _, text := range []string{
		"---\n...\n", "\n...\n\n...\n", "---\nkind: PersistentVolumeClaim\n...\n",
		"---\nmetadata: {name: ../x, namespace: a}\n...\n", "---\n- x\n...\n",
		"a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n" +
			"c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c]\n...\n",
	} {
		f.Add([]byte(text))
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		defer within.Input(t)()
		records, err := receipt.Parse(text)
		if err != nil {
			fuzztest.OneLine(t, err)
		}
		for _, r := range records {
			require.NotContains(t, r.Claim.Name+r.Claim.Namespace+r.Volume, "/")
			require.NotContains(t, []string{"", ".", ".."}, r.Claim.Name)
			require.True(t, storage.IsReclaimPolicy(string(r.Before)))
			require.NotEmpty(t, r.ClaimUID)
			require.NotEmpty(t, r.VolumeUID)
			requireStored(t, file(), r)
		}
		for cut := len(text) - 1; cut > max(len(text)-40, 0); cut-- {
			some, _ := receipt.Parse(text[:cut])
			require.LessOrEqual(t, len(some), len(records), "less of a file has more records")
		}
	})
}

// requireStored writes a record into a file of its own and reads it again.
func requireStored(t *testing.T, b *receipt.File, r receipt.Receipt) {
	t.Helper()
	b.Now = func() time.Time { return r.Time }
	require.NoError(t, b.Write(r))
	path, err := b.Close()
	require.NoError(t, err)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.Remove(path))
	again, err := receipt.Parse(text)
	require.NoError(t, err)
	require.Len(t, again, 1)
	r.Time, again[0].Time = r.Time.UTC(), again[0].Time.UTC()
	require.Equal(t, r, again[0])
}
