package controlplane

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

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
