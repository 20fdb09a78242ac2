package options

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// endless is a stream of zeros.
type endless struct{}

func (endless) Read(text []byte) (int, error) {
	clear(text)
	return len(text), nil
}

func TestReadFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "web.yaml")
	require.NoError(t, os.WriteFile(file, []byte("a: b\n"), 0o600))

	for _, test := range []struct {
		name, file string
		stdin      io.Reader
	}{
		{"a file", file, nil},
		{"the standard input", "-", strings.NewReader("a: b\n")},
	} {
		t.Run(test.name, func(t *testing.T) {
			text, err := ReadFile(test.file, test.stdin)
			require.NoError(t, err)
			require.Equal(t, "a: b\n", string(text))
		})
	}

	_, err := ReadFile(file+"x", nil)
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = ReadFile("-", endless{})
	require.EqualError(t, err, "it has more than 16 MiB")
}
