package kube_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

var (
	revisions = []*appsv1.ControllerRevision{
		ststest.ControllerRevision(ststest.Stable, "nginx:1.21", 1),
		ststest.ControllerRevision(ststest.Update, "nginx:1.22", 2),
	}
	quota = &corev1.Event{
		ObjectMeta:     metav1.ObjectMeta{Namespace: "default", Name: "web.1"},
		InvolvedObject: corev1.ObjectReference{Kind: "StatefulSet", Name: "web"},
		Reason:         sts.ReasonFailedCreate,
		Message:        "create Pod web-4 in StatefulSet web failed error: exceeded quota",
	}
	failedCreatesQuery = "fieldSelector=involvedObject.kind=StatefulSet,involvedObject.name=web"
)

// loadable is a server that holds set web with these pods.
func loadable(t *testing.T, set *appsv1.StatefulSet, pods []*corev1.Pod) *server {
	t.Helper()
	s := newServer(t)
	t.Cleanup(s.Close)
	s.on(http.MethodGet, setPath, object(set))
	s.on(http.MethodGet, podsPath, list(pods...))
	s.on(http.MethodGet, revisionsPath, list(revisions...))
	s.on(http.MethodGet, eventsPath, list(quota))
	return s
}

func TestLoadReadsTheSetItsPodsAndItsRevisions(t *testing.T) {
	set, pods := ststest.Set(), ststest.Pods(0, 5)
	server := loadable(t, set, pods)

	snapshot, manifest, err := server.client().Load(t.Context(), "web")

	require.NoError(t, err)
	want := received(set)
	want.SetGroupVersionKind(appsv1.SchemeGroupVersion.WithKind("StatefulSet"))
	seen := sts.Observe(want, receivedAll(pods), receivedAll(revisions), nil)
	seen.Raw = snapshot.Raw
	require.Equal(t, seen, snapshot)
	require.True(t, snapshot.Raw.Is(want), "the template as the server wrote it")
	require.JSONEq(t, string(wire(set)), string(manifest))
	require.Equal(t, reads(
		"GET "+podsPath+"?labelSelector=app=web",
		"GET "+revisionsPath+"?labelSelector=app=web",
		"GET "+setPath,
	), server.requests())
}

func TestLoadReadsTheEventsWhenAPodIsMissing(t *testing.T) {
	set, pods := ststest.Set(), ststest.Pods(0, 4)
	server := loadable(t, set, pods)

	snapshot, _, err := server.client().Load(t.Context(), "web")

	require.NoError(t, err)
	require.Equal(t, map[string]sts.FailedCreate{"web-4": {Message: "exceeded quota"}}, snapshot.FailedCreates)
	require.Equal(t, reads(
		"GET "+eventsPath+"?"+failedCreatesQuery,
		"GET "+podsPath+"?labelSelector=app=web",
		"GET "+revisionsPath+"?labelSelector=app=web",
		"GET "+setPath,
	), server.requests())
}

func TestLoadDoesWithoutEventsThatItMayNotRead(t *testing.T) {
	server := loadable(t, ststest.Set(), ststest.Pods(0, 4))
	server.on(http.MethodGet, eventsPath, failure(http.StatusForbidden, "events is forbidden"))

	snapshot, _, err := server.client().Load(t.Context(), "web")

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
	server := loadable(t, set, ststest.Pods(0, 5))

	_, _, err := server.client().Load(t.Context(), "web")

	require.NoError(t, err)
	require.Equal(t, reads(
		"GET "+podsPath+"?labelSelector=app=web,tier in (a,b)",
		"GET "+revisionsPath+"?labelSelector=app=web,tier in (a,b)",
		"GET "+setPath,
	), server.requests())
}

func TestLoadKeepsFieldsThatTheTypesDoNotKnow(t *testing.T) {
	body := `{"kind":"StatefulSet","metadata":{"name":"web"},"spec":{"replicas":0,"selector":{"matchLabels":{"app":"web"}},` +
		`"template":{"spec":{"fieldOfTomorrow":{"a":1}}}}}`
	server := loadable(t, ststest.Set(), nil)
	server.on(http.MethodGet, setPath, text(http.StatusOK, body))

	_, manifest, err := server.client().Load(t.Context(), "web")

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
			"those that target the set are named", list(
				scaler("mine", "StatefulSet", "web"), scaler("other-kind", "Deployment", "web"), scaler("other-set", "StatefulSet", "web2"),
			),
			[]string{"mine"},
			"",
		},
		{"no autoscaler, no name", list[*autoscalingv2.HorizontalPodAutoscaler](), nil, ""},
		{
			"being forbidden to look is told",
			failure(http.StatusForbidden, `User "jo" cannot list resource "horizontalpodautoscalers" in API group "autoscaling"`), nil,
			`forbidden: user "jo" cannot list horizontalpodautoscalers.autoscaling in namespace "default"`,
		},
		{
			"a server that fails says nothing about autoscalers", failure(http.StatusTeapot, "no"), nil,
			"list horizontalpodautoscalers.autoscaling: no",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := newServer(t)
			t.Cleanup(server.Close)
			server.on(http.MethodGet, scalersPath, test.answer)

			got, err := server.client().Autoscalers(t.Context(), "web")
			require.Equal(t, test.want, got)
			if test.err == "" {
				require.NoError(t, err)
			} else {
				require.EqualError(t, err, test.err)
			}
			require.Equal(t, reads("GET "+scalersPath), server.requests())
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
			server := loadable(t, seen, ststest.Pods(0, 5))
			looks := 0
			server.on(http.MethodGet, setPath, func(w http.ResponseWriter, r *http.Request) {
				looks++
				object(test.answers[min(looks, len(test.answers))-1])(w, r)
			})

			got, manifest, err := server.client().LoadObserved(t.Context(), "web", time.Hour)

			require.NoError(t, err)
			require.True(t, got.Observed())
			require.JSONEq(t, string(wire(seen)), string(manifest))
			require.Equal(t, test.looks, looks)
		})
	}
}

func TestAVerbDoesNotWaitForAControllerThatIsAway(t *testing.T) {
	server := loadable(t, ststest.Set(ststest.Unseen), ststest.Pods(0, 5))

	got, _, err := server.client().LoadObserved(t.Context(), "web", 0)
	require.NoError(t, err)
	require.False(t, got.Observed())

	ctx, cancel := context.WithCancel(t.Context())
	server.on(http.MethodGet, podsPath, func(w http.ResponseWriter, r *http.Request) {
		list(ststest.Pods(0, 5)...)(w, r)
		cancel()
	})
	_, _, err = server.client().LoadObserved(ctx, "web", time.Hour)
	require.ErrorIs(t, err, context.Canceled)
}
