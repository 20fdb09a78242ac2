package kube_test

import (
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestFailedLoad(t *testing.T) {
	tests := []struct {
		name, path string
		answer     http.HandlerFunc
		want       string
	}{
		{"no such set", kubetest.SetPath, kubetest.Failed(kubetest.Gone), `statefulset "web" not found in namespace "default"`},
		{
			"not allowed to get the set", kubetest.SetPath, kubetest.Forbidden("jo", "get", "statefulsets", "apps"),
			`forbidden: user "jo" cannot get statefulsets.apps in namespace "default"`,
		},
		{
			"not allowed to list the pods", kubetest.PodsPath, kubetest.Forbidden("jo", "list", "pods", ""),
			`forbidden: user "jo" cannot list pods in namespace "default"`,
		},
		{
			"not allowed to list the revisions", kubetest.RevisionsPath, kubetest.Forbidden("jo", "list", "controllerrevisions", "apps"),
			`forbidden: user "jo" cannot list controllerrevisions.apps in namespace "default"`,
		},
		{"expired credentials", kubetest.SetPath, kubetest.Failed(kubetest.ExpiredLogin), kubetest.NoLogin},
		{
			"a server that is in trouble", kubetest.SetPath, kubetest.Failure(http.StatusInternalServerError, "etcdserver: timed out"),
			"get statefulsets.apps: etcdserver: timed out",
		},
		{"an answer that breaks off", kubetest.SetPath, kubetest.Cut, "cannot reach the API server at http://apiserver: unexpected EOF"},
		{
			"not JSON", kubetest.SetPath, kubetest.Text(http.StatusOK, "<html>"),
			`statefulset "web": invalid character '<' looking for beginning of value`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := kubetest.Loadable(t, ststest.Set(), ststest.Pods(0, 5))
				server.On(http.MethodGet, test.path, test.answer)

				_, _, err := server.Client().Load(t.Context(), "web")

				require.EqualError(t, err, test.want)
				server.CloseClientConnections()
			})
		})
	}
}

func TestLoadFromAServerThatIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := kubetest.NewServer(t)
		t.Cleanup(server.Close)
		server.Network.Down.Store(true)

		_, _, err := server.Client().Load(t.Context(), "web")

		require.EqualError(t, err, "cannot reach the API server at http://apiserver: connection refused")
	})
}
