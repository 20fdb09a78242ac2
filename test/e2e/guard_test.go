package e2e

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/client-go/tools/clientcmd"
)

// guard refuses every kubeconfig but that of the sandbox cluster with this
// name: the scripts delete things.
func guard(kubeconfig, cluster string) error {
	config, err := clientcmd.LoadFromFile(kubeconfig)
	if err != nil {
		return err
	}
	if want := "kwok-" + cluster; config.CurrentContext != want {
		return fmt.Errorf("%s selects context %q, not %q", kubeconfig, config.CurrentContext, want)
	}
	context, ok := config.Contexts[config.CurrentContext]
	if !ok || len(config.Contexts) != 1 {
		return fmt.Errorf("%s has %d contexts, want only %q", kubeconfig, len(config.Contexts), config.CurrentContext)
	}
	entry, ok := config.Clusters[context.Cluster]
	if !ok || len(config.Clusters) != 1 {
		return fmt.Errorf("%s has %d clusters, want only %q", kubeconfig, len(config.Clusters), context.Cluster)
	}
	server, err := url.Parse(entry.Server)
	if err != nil {
		return err
	}
	if server.Scheme != "https" || server.Hostname() != "127.0.0.1" || server.Port() == "" || server.User != nil {
		return fmt.Errorf("%s leads to %s, which is not a sandbox on this machine", kubeconfig, entry.Server)
	}
	if entry.ProxyURL != "" {
		return fmt.Errorf("%s goes through the proxy %s", kubeconfig, entry.ProxyURL)
	}
	return nil
}

func TestOnlyTheSandboxIsUsed(t *testing.T) {
	const good = `apiVersion: v1
kind: Config
current-context: kwok-e2e-7
clusters: [{name: kwok-e2e-7, cluster: {server: "https://127.0.0.1:32740"}}]
contexts: [{name: kwok-e2e-7, context: {cluster: kwok-e2e-7, user: kwok-e2e-7}}]
users: [{name: kwok-e2e-7, user: {}}]
`
	tests := []struct {
		name     string
		old, new string
		refused  bool
	}{
		{name: "the sandbox's own"},
		{name: "a server elsewhere", old: "127.0.0.1:32740", new: "api.prod.example:6443", refused: true},
		{name: "a name that begins like this machine", old: "127.0.0.1:32740", new: "127.0.0.1.evil.example:443", refused: true},
		{name: "a user part that looks like this machine", old: "127.0.0.1:32740", new: "127.0.0.1:1@prod.example:443", refused: true},
		{name: "another local address", old: "127.0.0.1", new: "10.0.0.1", refused: true},
		{name: "no port", old: "127.0.0.1:32740", new: "127.0.0.1", refused: true},
		{name: "no encryption", old: "https:", new: "http:", refused: true},
		{name: "another cluster of the sandbox", old: "current-context: kwok-e2e-7", new: "current-context: kwok-sts", refused: true},
		{name: "no context", old: "current-context: kwok-e2e-7", new: "", refused: true},
		{
			name: "another context to switch to",
			old:  "contexts: [", new: "contexts: [{name: prod, context: {cluster: kwok-e2e-7}}, ", refused: true,
		},
		{
			name: "another cluster beside it",
			old:  "clusters: [", new: `clusters: [{name: prod, cluster: {server: "https://prod.example:443"}}, `, refused: true,
		},
		{name: "a proxy", old: `32740"`, new: `32740", proxy-url: "http://proxy.example"`, refused: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "kubeconfig")
			text := strings.Replace(good, tt.old, tt.new, 1)
			if tt.old != "" {
				require.NotEqual(t, good, text, "the case changes nothing")
			}
			require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
			err := guard(file, "e2e-7")
			if tt.refused {
				require.Error(t, err)
			} else {
				require.NoError(t, err)
			}
		})
	}
	require.Error(t, guard(filepath.Join(t.TempDir(), "none"), "e2e-7"), "no file")
}

func TestTheDevelopersKubeconfigIsNotInherited(t *testing.T) {
	t.Setenv("KUBECONFIG", "/home/dev/.kube/config")
	t.Setenv("KUBERNETES_MASTER", "https://prod.example")
	t.Setenv("HOME", "/home/dev")
	c := &cluster{bin: "/sandbox/bin"}
	got := c.environment("/work", "/plugin", "/cache")
	require.Equal(t, map[string]string{
		"HOME": "/work", "KUBECONFIG": "/work/kubeconfig", "KUBECACHEDIR": "/cache",
		"PATH": "/plugin:/sandbox/bin:/usr/bin:/bin", "TERM": "xterm-256color",
	}, got)
}
