package kube_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
)

func TestListGoesOnWhenItsFirstPageHasBecomeTooOld(t *testing.T) {
	web := kubetest.Set("default", "web", 2)
	tests := []struct {
		name, token, err string
	}{
		{"with the present state, as the server offers", "fresh", ""},
		{"unless it offers nothing", "", "list pods: The provided continue parameter is too old"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := listable(t, []*appsv1.StatefulSet{web}, nil)
			pods := podsOf(web, 2)
			expired := metav1.Status{
				Code: http.StatusGone, Reason: metav1.StatusReasonExpired, Message: "The provided continue parameter is too old",
				ListMeta: metav1.ListMeta{Continue: test.token},
			}
			answer := map[string]http.HandlerFunc{
				"":      kubetest.Text(http.StatusOK, `{"metadata":{"continue":"old"},"items":[`+string(kubetest.Wire(pods[0]))+`]}`),
				"old":   kubetest.Failed(expired),
				"fresh": kubetest.List(pods[1]),
			}
			server.On(http.MethodGet, kubetest.PodsPath, func(w http.ResponseWriter, r *http.Request) {
				answer[r.URL.Query().Get("continue")](w, r)
			})

			got, err := server.Client().List(t.Context(), kube.Query{})

			if test.err != "" {
				require.EqualError(t, err, test.err)
				return
			}
			require.NoError(t, err)
			require.Len(t, got[0].Pods, 2)
		})
	}
}

func TestFailedList(t *testing.T) {
	const need = `in all namespaces (-A takes a ClusterRole)`
	clusterWide := func(resource, group string) http.HandlerFunc {
		return kubetest.Failure(http.StatusForbidden, resource+` is forbidden: User "jo" cannot list resource "`+resource+
			`" in API group "`+group+`" at the cluster scope`)
	}
	tests := []struct {
		name, path string
		all        bool
		answer     http.HandlerFunc
		want       string
	}{
		{
			"not allowed to list the sets", kubetest.SetsPath, false, kubetest.Forbidden("jo", "list", "statefulsets", "apps"),
			`forbidden: user "jo" cannot list statefulsets.apps in namespace "default"`,
		},
		{
			"not allowed to list the pods", kubetest.PodsPath, false, kubetest.Forbidden("jo", "list", "pods", ""),
			`forbidden: user "jo" cannot list pods in namespace "default"`,
		},
		{
			"not allowed to list all sets", kubetest.AllSetsPath, true, clusterWide("statefulsets", "apps"),
			`forbidden: user "jo" cannot list statefulsets.apps ` + need,
		},
		{
			"not allowed to list all pods", kubetest.AllPodsPath, true, clusterWide("pods", ""),
			`forbidden: user "jo" cannot list pods ` + need,
		},
		{"expired credentials", kubetest.SetsPath, false, kubetest.Failed(kubetest.ExpiredLogin), kubetest.NoLogin},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := listable(t, []*appsv1.StatefulSet{kubetest.Set("default", "web", 0), kubetest.Set("far", "web", 0)}, nil)
			if !test.all {
				server = listable(t, []*appsv1.StatefulSet{kubetest.Set("default", "web", 0)}, nil)
			}
			server.On(http.MethodGet, test.path, test.answer)
			client := server.Client()
			if test.all {
				client = client.Everywhere()
			}

			got, err := client.List(t.Context(), kube.Query{})

			require.EqualError(t, err, test.want)
			require.Empty(t, got)
		})
	}
}
