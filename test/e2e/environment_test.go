package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/test/controlplane"
)

// cluster is the control plane of one script, or of many.
type cluster struct{ *controlplane.Cluster }

// environment is all that a script's commands get to see.
func (c *cluster) environment(work, plugin, cache string) map[string]string {
	return map[string]string{
		"HOME":         work,
		"KUBECONFIG":   filepath.Join(work, "kubeconfig"),
		"KUBECACHEDIR": cache,
		"PATH":         strings.Join([]string{plugin, c.Bin, "/usr/bin", "/bin"}, string(os.PathListSeparator)),
		"TERM":         "xterm-256color",
	}
}

func TestTheDevelopersKubeconfigIsNotInherited(t *testing.T) {
	t.Setenv("KUBECONFIG", "/home/dev/.kube/config")
	t.Setenv("KUBERNETES_MASTER", "https://prod.example")
	t.Setenv("HOME", "/home/dev")
	c := &cluster{&controlplane.Cluster{Bin: "/sandbox/bin"}}
	got := c.environment("/script", "/plugin", "/cache")
	require.Equal(t, map[string]string{
		"HOME": "/script", "KUBECONFIG": "/script/kubeconfig", "KUBECACHEDIR": "/cache",
		"PATH": "/plugin:/sandbox/bin:/usr/bin:/bin", "TERM": "xterm-256color",
	}, got)
}
