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

// Java's libraries lie beside what needs them; its launcher loads one by its path before
// another asks for it by name.
func TestLibrariesAreFoundBesideAndAmongOthers(t *testing.T) {
	root := t.TempDir()
	for _, file := range []string{
		"/jvm/bin/java", "/jvm/lib/libjli.so", "/jvm/lib/libjava.so", "/jvm/lib/server/libjvm.so", "/lib64/libc.so",
	} {
		require.NoError(t, os.MkdirAll(filepath.Dir(root+file), 0o750))
		require.NoError(t, os.WriteFile(root+file, nil, 0o600))
	}
	there := []string{"/jvm/bin/java", "/jvm/lib/server/libjvm.so"}
	for _, test := range []struct{ name, by, want string }{
		{"/lib64/ld.so", "/jvm/bin/java", "/lib64/ld.so"},
		{"libc.so", "/jvm/bin/java", "/lib64/libc.so"},
		{"libjli.so", "/jvm/bin/java", "/jvm/lib/libjli.so"},
		{"libjava.so", "/jvm/lib/libjli.so", "/jvm/lib/libjava.so"},
		{"libjvm.so", "/jvm/lib/libjava.so", "/jvm/lib/server/libjvm.so"},
	} {
		found, err := find(root, test.name, test.by, there)
		require.NoError(t, err)
		require.Equal(t, test.want, found)
	}
	_, err := find(root, "libz.so", "/jvm/bin/java", there)
	require.EqualError(t, err, "no package has libz.so")
}
