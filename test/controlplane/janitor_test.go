package controlplane

import (
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOnlyTheClustersOfTheseTestsAreEnded(t *testing.T) {
	for _, name := range []string{"sts", "dev", "e2e", "e2e-", "e2e-try", "e2e-1x", "xe2e-1", "e2e-1-../sts", "prod"} {
		require.Error(t, Clusters("e2e").Down(name), name)
	}
	require.Regexp(t, Clusters("e2e").ours(), Clusters("e2e").Name())
	require.Regexp(t, Clusters("e2e").ours(), Clusters("e2e").Name()+"-apiserver1")
}

func TestAProcessThatRunsKeepsItsCluster(t *testing.T) {
	require.True(t, running(strconv.Itoa(os.Getpid())))
	ended := exec.CommandContext(t.Context(), "true")
	require.NoError(t, ended.Run())
	require.False(t, running(strconv.Itoa(ended.Process.Pid)))
}
