package kube_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/version"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
)

func TestServerVersion(t *testing.T) {
	tests := []struct {
		name   string
		answer http.HandlerFunc
		want   version.Info
		err    string
	}{
		{
			name:   "as the server says it",
			answer: kubetest.Text(http.StatusOK, `{"gitVersion":"v1.36.3","gitCommit":"0a1b","platform":"linux/amd64"}`),
			want:   version.Info{GitVersion: "v1.36.3", GitCommit: "0a1b", Platform: "linux/amd64"},
		},
		{
			name: "a server that wants to know who asks", answer: kubetest.Failure(http.StatusUnauthorized, "no"),
			err: "the API server at URL does not accept your credentials (log in again?)",
		},
		{
			name: "something else than an API server", answer: kubetest.Text(http.StatusOK, "<html>"),
			err: "the API server at URL: its version: invalid character '<' looking for beginning of value",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := kubetest.NewServer(t)
			t.Cleanup(server.Close)
			server.On(http.MethodGet, "/version", test.answer)

			got, err := server.Client().ServerVersion(t.Context())

			require.Equal(t, test.want, got)
			if test.err == "" {
				require.NoError(t, err)
			} else {
				require.EqualError(t, err, strings.ReplaceAll(test.err, "URL", server.URL))
			}
			require.Equal(t, kubetest.Reads("GET /version"), server.Requests())
		})
	}
}

func namespace(name string) *corev1.Namespace {
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}
}

func TestNamespacesAreInOrder(t *testing.T) {
	server := kubetest.NewServer(t)
	t.Cleanup(server.Close)
	server.On(http.MethodGet, "/api/v1/namespaces", kubetest.List(namespace("prod"), namespace("default")))

	names, err := server.Client().Namespaces(t.Context())

	require.NoError(t, err)
	require.Equal(t, []string{"default", "prod"}, names)
	require.Equal(t, kubetest.Reads("GET /api/v1/namespaces?limit=500"), server.Requests())
}

func TestNamespacesThatMayNotBeListed(t *testing.T) {
	server := kubetest.NewServer(t)
	t.Cleanup(server.Close)
	server.On(http.MethodGet, "/api/v1/namespaces", kubetest.Forbidden("jo", "list", "namespaces", ""))

	_, err := server.Client().Namespaces(t.Context())

	require.ErrorContains(t, err, "cannot list namespaces")
}
