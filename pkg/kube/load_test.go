package kube_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

func TestLoadReadsTheSetItsPodsAndItsRevisions(t *testing.T) {
	set, pods := ststest.Set(), ststest.Pods(0, 5)
	server := kubetest.Loadable(t, set, pods)

	snapshot, manifest, err := server.Client().Load(t.Context(), "web")

	require.NoError(t, err)
	want := kubetest.Received(set)
	want.SetGroupVersionKind(appsv1.SchemeGroupVersion.WithKind("StatefulSet"))
	seen := sts.Observe(workload.FromApps(want), kubetest.ReceivedAll(pods), kubetest.ReceivedAll(kubetest.Revisions), nil)
	seen.Raw = snapshot.Raw
	require.Equal(t, seen, snapshot)
	require.True(t, snapshot.Raw.Is(workload.FromApps(want)), "the template as the server wrote it")
	require.JSONEq(t, string(kubetest.Wire(set)), string(manifest))
	require.Equal(t, kubetest.Reads(
		"GET "+kubetest.PodsPath+"?labelSelector=app=web",
		"GET "+kubetest.RevisionsPath+"?labelSelector=app=web",
		"GET "+kubetest.SetPath,
	), server.Requests())
}

func TestLoadReadsTheEventsWhenAPodIsMissing(t *testing.T) {
	set, pods := ststest.Set(), ststest.Pods(0, 4)
	server := kubetest.Loadable(t, set, pods)

	snapshot, _, err := server.Client().Load(t.Context(), "web")

	require.NoError(t, err)
	require.Equal(t, map[string]sts.FailedCreate{"web-4": {Message: "exceeded quota"}}, snapshot.FailedCreates)
	require.Equal(t, kubetest.Reads(
		"GET "+kubetest.EventsPath+"?"+kubetest.FailedCreatesQuery,
		"GET "+kubetest.PodsPath+"?labelSelector=app=web",
		"GET "+kubetest.RevisionsPath+"?labelSelector=app=web",
		"GET "+kubetest.SetPath,
	), server.Requests())
}

func TestLoadDoesWithoutEventsThatItMayNotRead(t *testing.T) {
	server := kubetest.Loadable(t, ststest.Set(), ststest.Pods(0, 4))
	server.On(http.MethodGet, kubetest.EventsPath, kubetest.Failure(http.StatusForbidden, "events is forbidden"))

	snapshot, _, err := server.Client().Load(t.Context(), "web")

	require.NoError(t, err)
	require.Len(t, snapshot.Pods, 4)
	require.Empty(t, snapshot.FailedCreates)
}

func TestLoadPassesAWholeSelector(t *testing.T) {
	set := ststest.Set(func(set *appsv1.StatefulSet) {
		set.Spec.Selector = &metav1.LabelSelector{
			MatchLabels:      map[string]string{"app": "web"},
			MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "tier", Operator: "In", Values: []string{"a", "b"}}},
		}
	})
	server := kubetest.Loadable(t, set, ststest.Pods(0, 5))

	_, _, err := server.Client().Load(t.Context(), "web")

	require.NoError(t, err)
	require.Equal(t, kubetest.Reads(
		"GET "+kubetest.PodsPath+"?labelSelector=app=web,tier in (a,b)",
		"GET "+kubetest.RevisionsPath+"?labelSelector=app=web,tier in (a,b)",
		"GET "+kubetest.SetPath,
	), server.Requests())
}

func TestLoadKeepsFieldsThatTheTypesDoNotKnow(t *testing.T) {
	body := `{"kind":"StatefulSet","metadata":{"name":"web"},"spec":{"replicas":0,"selector":{"matchLabels":{"app":"web"}},` +
		`"template":{"spec":{"fieldOfTomorrow":{"a":1}}}}}`
	server := kubetest.Loadable(t, ststest.Set(), nil)
	server.On(http.MethodGet, kubetest.SetPath, kubetest.Text(http.StatusOK, body))

	_, manifest, err := server.Client().Load(t.Context(), "web")

	require.NoError(t, err)
	require.JSONEq(t, body, string(manifest))
}

func TestAutoscalers(t *testing.T) {
	scaler := func(name, kind, target string) *autoscalingv2.HorizontalPodAutoscaler {
		return &autoscalingv2.HorizontalPodAutoscaler{
			ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name},
			Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
				ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{Kind: kind, Name: target},
			},
		}
	}
	tests := []struct {
		name   string
		answer http.HandlerFunc
		want   []string
		err    string
	}{
		{
			"those that target the set are named", kubetest.List(
				scaler("mine", "StatefulSet", "web"), scaler("other-kind", "Deployment", "web"), scaler("other-set", "StatefulSet", "web2"),
			),
			[]string{"mine"},
			"",
		},
		{"no autoscaler, no name", kubetest.List[*autoscalingv2.HorizontalPodAutoscaler](), nil, ""},
		{
			"being forbidden to look is told",
			kubetest.Failure(http.StatusForbidden, `User "jo" cannot list resource "horizontalpodautoscalers" in API group "autoscaling"`),
			nil,
			`forbidden: user "jo" cannot list horizontalpodautoscalers.autoscaling in namespace "default"`,
		},
		{
			"a server that fails says nothing about autoscalers", kubetest.Failure(http.StatusTeapot, "no"), nil,
			"list horizontalpodautoscalers.autoscaling: no",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := kubetest.NewServer(t)
			t.Cleanup(server.Close)
			server.On(http.MethodGet, kubetest.ScalersPath, test.answer)

			got, err := server.Client().Autoscalers(t.Context(), "web")
			require.Equal(t, test.want, got)
			if test.err == "" {
				require.NoError(t, err)
			} else {
				require.EqualError(t, err, test.err)
			}
			require.Equal(t, kubetest.Reads("GET "+kubetest.ScalersPath), server.Requests())
		})
	}
}

func TestAVerbWaitsForTheControllerToSeeTheSpec(t *testing.T) {
	unseen, seen := ststest.Set(ststest.Unseen), ststest.Set(ststest.Generation(2))
	tests := []struct {
		name    string
		answers []*appsv1.StatefulSet
		looks   int
	}{
		{"it has seen it already", []*appsv1.StatefulSet{seen}, 1},
		{"it sees it in a moment", []*appsv1.StatefulSet{unseen, unseen, seen}, 3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := kubetest.Loadable(t, seen, ststest.Pods(0, 5))
			looks := 0
			server.On(http.MethodGet, kubetest.SetPath, func(w http.ResponseWriter, r *http.Request) {
				looks++
				kubetest.Object(test.answers[min(looks, len(test.answers))-1])(w, r)
			})

			got, manifest, err := server.Client().LoadObserved(t.Context(), "web", time.Hour)

			require.NoError(t, err)
			require.True(t, got.Observed())
			require.JSONEq(t, string(kubetest.Wire(seen)), string(manifest))
			require.Equal(t, test.looks, looks)
		})
	}
}

func TestAVerbDoesNotWaitForAControllerThatIsAway(t *testing.T) {
	server := kubetest.Loadable(t, ststest.Set(ststest.Unseen), ststest.Pods(0, 5))

	got, _, err := server.Client().LoadObserved(t.Context(), "web", 0)
	require.NoError(t, err)
	require.False(t, got.Observed())

	ctx, cancel := context.WithCancel(t.Context())
	server.On(http.MethodGet, kubetest.PodsPath, func(w http.ResponseWriter, r *http.Request) {
		kubetest.List(ststest.Pods(0, 5)...)(w, r)
		cancel()
	})
	_, _, err = server.Client().LoadObserved(ctx, "web", time.Hour)
	require.ErrorIs(t, err, context.Canceled)
}
