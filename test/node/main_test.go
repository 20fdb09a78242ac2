//go:build linux

package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/test/node/machine"
)

// No failure of a node and no success, and one line: who calls it can tell.
func TestAMachineWithoutPackagesIsNoFailure(t *testing.T) {
	if machine.Able() != nil {
		t.Skip("there can be no node here, which it says first")
	}
	t.Setenv("PATH", t.TempDir())
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	var stdout, stderr bytes.Buffer
	require.Equal(t, exitUnable, start([]string{"node", "build"}, &stdout, &stderr))
	require.Empty(t, stdout.String())
	require.Equal(t, "node: a real node needs Debian's packages, and there is no apt-get here\n", stderr.String())
	stderr.Reset()
	require.Equal(t, exitUnable, start([]string{"node", "check"}, &stdout, &stderr))
	require.Equal(t, "node: a real node needs Debian's packages, and there is no apt-get here\n", stderr.String())
}

func TestUsage(t *testing.T) {
	if machine.Able() != nil {
		t.Skip("there can be no node here, which it says first")
	}
	var stdout, stderr bytes.Buffer
	require.Equal(t, 0, start([]string{"node"}, &stdout, &stderr))
	require.Contains(t, stderr.String(), "usage: bin/node <command> [flags]\n  check ")
}
