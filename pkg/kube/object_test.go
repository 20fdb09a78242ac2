package kube_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
)

func TestObject(t *testing.T) {
	apps := schema.GroupVersionResource{Group: "argoproj.io", Version: "v1alpha1", Resource: "applications"}
	const path = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/shop"
	for _, test := range []struct {
		name   string
		answer http.HandlerFunc
		want   map[string]any
		err    string
		denied bool
	}{
		{
			"it is there", kubetest.Text(http.StatusOK, `{"kind":"Application","spec":{"a":1}}`),
			map[string]any{"kind": "Application", "spec": map[string]any{"a": 1.0}},
			"", false,
		},
		{"the cluster has no such kind", kubetest.Text(http.StatusNotFound, "404 page not found"), nil, "", false},
		{
			"it may not be read", kubetest.Forbidden("jo", "get", "applications", "argoproj.io"), nil,
			`forbidden: user "jo" cannot get applications.argoproj.io in namespace "argocd"`, true,
		},
		{"it is no object", kubetest.Text(http.StatusOK, `[]`), nil, `applications.argoproj.io "shop": `, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := kubetest.NewServer(t)
			t.Cleanup(server.Close)
			server.On(http.MethodGet, path, test.answer)
			got, err := server.Client().Object(t.Context(), apps, "argocd", "shop")
			require.Equal(t, test.want, got)
			require.Equal(t, test.denied, kube.Denied(err))
			if test.err == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, test.err)
		})
	}
}
