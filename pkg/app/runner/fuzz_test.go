//go:build unix

package runner

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

// FuzzLines writes what a hook says in pieces that are cut anywhere. Nothing is
// lost, and no line is longer than a person can read.
func FuzzLines(f *testing.F) {
	f.Add([]byte("one\ntwo\n\nthree"), uint16(5))
	f.Add([]byte("\n"), uint16(0))
	f.Add(bytes.Repeat([]byte("x"), 9000), uint16(1))
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text []byte, at uint16) {
		defer within.Input(t)()
		var said []string
		w := &lineWriter{say: func(line string) { said = append(said, line) }}
		cut := int(at) % (len(text) + 1)
		for _, part := range [][]byte{text[:cut], text[cut:]} {
			n, err := w.Write(part)
			require.NoError(t, err)
			require.Equal(t, len(part), n)
		}
		w.end()
		require.Equal(t, strings.ReplaceAll(string(text), "\n", ""), strings.Join(said, ""))
		for _, line := range said {
			require.NotContains(t, line, "\n")
		}
	})
}
