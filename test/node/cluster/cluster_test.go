//go:build linux

package cluster

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestChanged(t *testing.T) {
	before := map[string]string{"a": "1", "b": "2", "c": "3"}
	require.Empty(t, Changed(before, map[string]string{"c": "3", "b": "2", "a": "1"}))
	after := map[string]string{"a": "1", "b": "3", "d": "4"}
	require.Equal(t, []string{"b was 2 and is 3", "c is gone", "d is new"}, Changed(before, after))
}

func TestHostSettingsAreSeen(t *testing.T) {
	all, err := Cluster{Name: "test"}.HostSettings()
	require.NoError(t, err)
	for _, name := range []string{
		"setting vm/overcommit_memory", "setting kernel/panic", "setting kernel/panic_on_oops", "setting net/ipv4/ip_forward",
		"mounts", "routes",
	} {
		require.Contains(t, all, name)
	}
}

// What a machine does not have is nothing that a cluster could change; where one
// makes it, that is seen.
func TestDirectoriesThatAreNotThere(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "missing")
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "here", "kubectl-sts-other-real-0"), 0o750))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "here", "kubectl-sts-test-real-0"), 0o750))
	dirs := []string{filepath.Join(dir, "here"), missing}
	before := map[string]string{}
	require.NoError(t, Cluster{Name: "test"}.addDirectories(before, dirs))
	require.Equal(t, map[string]string{"directory " + dir + "/here/kubectl-sts-test-real-0": "there"}, before)

	require.NoError(t, os.MkdirAll(filepath.Join(missing, "kubelet"), 0o750))
	after := map[string]string{}
	require.NoError(t, Cluster{Name: "test"}.addDirectories(after, dirs))
	require.Equal(t, []string{"directory " + missing + "/kubelet is new"}, Changed(before, after))
}

// The number of a process is somebody else's after a while: its beginning tells.
func TestRecordKnowsItsProcess(t *testing.T) {
	since, err := began(os.Getpid())
	require.NoError(t, err)
	require.True(t, record{Init: os.Getpid(), Began: since}.runs())
	require.False(t, record{Init: os.Getpid(), Began: since + "0"}.runs())
	require.False(t, record{Init: 1 << 30, Began: since}.runs())
}

func TestRemoveTree(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "top")
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "a", "b"), 0o750))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "c"), 0o750))
	require.NoError(t, removeTree(dir))
	require.NoDirExists(t, dir)
	require.NoError(t, removeTree(dir), "it is gone already")

	require.NoError(t, os.MkdirAll(dir, 0o750))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "file"), nil, 0o600))
	require.Error(t, removeTree(dir), "a file is not its to remove")
}
