package kube_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// failedCreate is the event about a pod that could not be made.
func failedCreate(s *appsv1.StatefulSet, words string) *corev1.Event {
	return &corev1.Event{
		ObjectMeta:     metav1.ObjectMeta{Namespace: s.Namespace, Name: s.Name + ".1"},
		InvolvedObject: corev1.ObjectReference{Kind: "StatefulSet", Namespace: s.Namespace, Name: s.Name},
		Reason:         sts.ReasonFailedCreate,
		Message:        "create Pod " + s.Name + "-1 in StatefulSet " + s.Name + " failed error: " + words,
	}
}

func TestListReadsTheEventsOnceWhenPodsAreMissing(t *testing.T) {
	web, far, well := kubetest.Set("default", "web", 2), kubetest.Set("far", "web", 2), kubetest.Set("default", "well", 1)
	pods := slices.Concat(podsOf(web, 1), podsOf(far, 1), podsOf(well, 1))
	events := []*corev1.Event{failedCreate(web, "quota"), failedCreate(far, "webhook"), failedCreate(well, "long ago")}
	tests := []struct {
		name  string
		sets  []*appsv1.StatefulSet
		path  string
		want  []map[string]string
		gives http.HandlerFunc
	}{
		{
			"in one namespace",
			[]*appsv1.StatefulSet{web, well},
			kubetest.EventsPath,
			[]map[string]string{{"web-1": "quota"}, nil},
			kubetest.Paged(events...),
		},
		{
			"in several",
			[]*appsv1.StatefulSet{web, well, far},
			kubetest.AllEventsPath,
			[]map[string]string{{"web-1": "quota"}, nil, {"web-1": "webhook"}},
			kubetest.Paged(events...),
		},
		{
			"in one of several, which alone is asked",
			[]*appsv1.StatefulSet{web, kubetest.Set("far", "web", 1)},
			kubetest.EventsPath,
			[]map[string]string{{"web-1": "quota"}, nil},
			kubetest.Paged(events...),
		},
		{
			"being forbidden to costs only the words",
			[]*appsv1.StatefulSet{web, well},
			kubetest.EventsPath,
			[]map[string]string{nil, nil},
			kubetest.Forbidden("jo", "list", "events", ""),
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := listable(t, test.sets, pods)
			server.On(http.MethodGet, test.path, test.gives)

			got, err := server.Client().Everywhere().List(t.Context(), kube.Query{})

			require.NoError(t, err)
			var words []map[string]string
			for _, s := range got {
				var of map[string]string
				for pod, failed := range s.FailedCreates {
					of = map[string]string{pod: failed.Message}
				}
				words = append(words, of)
			}
			require.Equal(t, test.want, words)
			require.Contains(t, server.Requests(), kubetest.Request{What: "GET " + test.path + eventsPage})
		})
	}
}

func TestListReadsTheNodesOfPodsThatDoNotGo(t *testing.T) {
	lost := metav1.NewTime(ststest.Start.Add(-time.Hour))
	node := func(name string, status corev1.ConditionStatus) *corev1.Node {
		return &corev1.Node{
			ObjectMeta: metav1.ObjectMeta{Name: name},
			Status: corev1.NodeStatus{
				Conditions: []corev1.NodeCondition{{Type: corev1.NodeReady, Status: status, LastTransitionTime: lost}},
			},
		}
	}
	going := func(name string, since time.Duration) func(*corev1.Pod) {
		return func(pod *corev1.Pod) {
			pod.Spec.NodeName = name
			pod.DeletionTimestamp = &metav1.Time{Time: time.Now().Add(-since)}
		}
	}
	isLost := func(name string) sts.Node { return sts.Node{Name: name, Lost: lost.Local()} }
	tests := []struct {
		name  string
		pods  []*corev1.Pod
		gives http.HandlerFunc
		want  map[string]sts.Node
		asked []kubetest.Request
	}{
		{name: "none do", pods: ststest.Pods(0, 2), gives: kubetest.Paged[*corev1.Node]()},
		{name: "one has its time yet", pods: ststest.Pods(0, 2, going("a", 0)), gives: kubetest.Paged[*corev1.Node]()},
		{
			name: "two of one node, which alone is read", pods: ststest.Pods(0, 2, going("a", time.Hour)),
			gives: kubetest.Paged(node("a", corev1.ConditionUnknown)), want: map[string]sts.Node{"a": isLost("a")},
			asked: kubetest.Reads("GET " + kubetest.NodesPath + "?fieldSelector=metadata.name=a&limit=500"),
		},
		{
			name: "of two nodes: one list for both", pods: slices.Concat(
				ststest.Pods(0, 1, going("a", time.Hour)), ststest.Pods(1, 2, going("b", time.Hour)),
			),
			gives: kubetest.Paged(node("a", corev1.ConditionUnknown), node("b", corev1.ConditionTrue), node("c", corev1.ConditionUnknown)),
			want:  map[string]sts.Node{"a": isLost("a"), "b": {Name: "b"}},
			asked: kubetest.Reads("GET " + kubetest.NodesPath + "?limit=500"),
		},
		{
			name: "being forbidden to costs the diagnosis only", pods: ststest.Pods(0, 2, going("a", time.Hour)),
			gives: kubetest.Forbidden("jo", "list", "nodes", ""),
			asked: kubetest.Reads("GET " + kubetest.NodesPath + "?fieldSelector=metadata.name=a&limit=500"),
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := listable(t, []*appsv1.StatefulSet{ststest.Set(ststest.Replicas(2))}, test.pods)
			server.On(http.MethodGet, kubetest.NodesPath, test.gives)

			got, err := server.Client().List(t.Context(), kube.Query{})

			require.NoError(t, err)
			require.Equal(t, test.want, got[0].Nodes)
			require.ElementsMatch(t,
				append(test.asked, kubetest.Reads("GET "+kubetest.PodsPath+podsPage, "GET "+kubetest.SetsPath+kubetest.FirstPage)...),
				server.Requests())
		})
	}
}
