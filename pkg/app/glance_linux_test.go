package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/app/apptest"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// A program that logs somebody in must not ask while a shell completes a word.
func TestAGlanceAsksNobodyToLogIn(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config")
	require.NoError(t, os.WriteFile(file, []byte(`
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
users: [{name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: "true", interactiveMode: Always}}}]
`), 0o600))
	t.Setenv("KUBECONFIG", file)
	stdin := os.Stdin
	os.Stdin = apptest.Typing(t, "secret\n")
	t.Cleanup(func() { os.Stdin = stdin })
	var stderr strings.Builder
	client, err := (&app.Env{Config: &app.Config{}, Streams: term.Streams{Err: &stderr}}).Glance(time.Second)
	require.NoError(t, err)

	_, _, err = client.Names(t.Context(), kube.Query{})

	require.ErrorContains(t, err, "standard input is unavailable")
	require.Empty(t, stderr.String())
}
