package parts

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLinkedFollowsLinks(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.MkdirAll(root+"/usr/bin", 0o750))
	require.NoError(t, os.WriteFile(root+"/usr/bin/c", []byte("#!/bin/sh\n"), 0o600))
	require.NoError(t, os.Symlink("/usr/bin/b", root+"/usr/bin/a"))
	require.NoError(t, os.Symlink("c", root+"/usr/bin/b"))
	all, err := Linked(root, "/usr/bin/a")
	require.NoError(t, err)
	require.Equal(t, []string{"/usr/bin/a", "/usr/bin/b", "/usr/bin/c"}, all)

	_, err = Linked(root, "/usr/bin/d")
	require.ErrorContains(t, err, "/usr/bin/d")
}

// A library that no package has is missing when the image is made, not when a
// pod starts.
func TestLinkedNamesWhatIsMissing(t *testing.T) {
	program := "/bin/sh"
	needs, err := needed(program)
	if err != nil || len(needs) == 0 {
		t.Skip("this machine's shell is linked with nothing")
	}
	content, err := os.ReadFile(program)
	require.NoError(t, err)
	root := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(root, "sh"), content, 0o600))
	_, err = Linked(root, "/sh")
	require.ErrorContains(t, err, "no package has lib")
}
