package kube_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func named(name string) *appsv1.StatefulSet {
	return ststest.Set(func(set *appsv1.StatefulSet) { set.Name = name })
}

func TestNamesAreInOrder(t *testing.T) {
	server := kubetest.NewServer(t)
	t.Cleanup(server.Close)
	server.On(http.MethodGet, kubetest.SetsPath, kubetest.List(named("web"), named("api"), named("db")))

	names, away, err := server.Client().Names(t.Context(), kube.Query{Selector: "tier=data,app in (a,b)"})

	require.NoError(t, err)
	require.Equal(t, []string{"api", "db", "web"}, names)
	require.Empty(t, away)
	require.Equal(t, kubetest.Reads("GET "+kubetest.SetsPath+"?labelSelector=tier=data,app in (a,b)&limit=500"), server.Requests())
}

func TestNamesThatMayNotBeListed(t *testing.T) {
	server := kubetest.NewServer(t)
	t.Cleanup(server.Close)
	server.On(http.MethodGet, kubetest.SetsPath, kubetest.Forbidden("jo", "list", "statefulsets", "apps"))

	_, _, err := server.Client().Names(t.Context(), kube.Query{Away: true})

	require.EqualError(t, err, `forbidden: user "jo" cannot list statefulsets.apps in namespace "default"`)
}
