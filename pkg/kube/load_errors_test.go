package kube_test

import (
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestFailedLoad(t *testing.T) {
	tests := []struct {
		name, path string
		answer     http.HandlerFunc
		want       string
	}{
		{"no such set", setPath, failed(gone), `statefulset "web" not found in namespace "default"`},
		{
			"not allowed to get the set", setPath, forbidden("jo", "get", "statefulsets", "apps"),
			`forbidden: user "jo" cannot get statefulsets.apps in namespace "default"`,
		},
		{
			"not allowed to list the pods", podsPath, forbidden("jo", "list", "pods", ""),
			`forbidden: user "jo" cannot list pods in namespace "default"`,
		},
		{
			"not allowed to list the revisions", revisionsPath, forbidden("jo", "list", "controllerrevisions", "apps"),
			`forbidden: user "jo" cannot list controllerrevisions.apps in namespace "default"`,
		},
		{"expired credentials", setPath, failed(expiredLogin), noLogin},
		{
			"a server that is in trouble", setPath, failure(http.StatusInternalServerError, "etcdserver: timed out"),
			"get statefulsets.apps: etcdserver: timed out",
		},
		{"an answer that breaks off", setPath, cut, "cannot reach the API server at http://apiserver: unexpected EOF"},
		{"not JSON", setPath, text(http.StatusOK, "<html>"), `statefulset "web": invalid character '<' looking for beginning of value`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := loadable(t, ststest.Set(), ststest.Pods(0, 5))
				server.on(http.MethodGet, test.path, test.answer)

				_, _, err := server.client().Load(t.Context(), "web")

				require.EqualError(t, err, test.want)
				server.CloseClientConnections()
			})
		})
	}
}

func TestLoadFromAServerThatIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newServer(t)
		t.Cleanup(server.Close)
		server.network.down.Store(true)

		_, _, err := server.client().Load(t.Context(), "web")

		require.EqualError(t, err, "cannot reach the API server at http://apiserver: connection refused")
	})
}
