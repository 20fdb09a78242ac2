package kube_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// passed is what was passed on at once: the sets, their pods, and how many pages
// of pods had been asked for by then.
type passed struct {
	sets  []string
	pods  int
	pages int
}

// big has one set of 300 pods in each namespace, in this order.
func big(namespaces ...string) (sets []*appsv1.StatefulSet, pods []*corev1.Pod) {
	for _, namespace := range namespaces {
		s := kubetest.Set(namespace, "db", 300)
		sets = append(sets, s)
		pods = append(pods, podsOf(s, 300)...)
	}
	return sets, pods
}

func inTurn(t *testing.T, server *kubetest.Server) ([]passed, error) {
	t.Helper()
	var out []passed
	pages := 0
	err := server.Client().Everywhere().ListInTurn(t.Context(), kube.Query{}, func(some []sts.Snapshot) error {
		var now passed
		for _, s := range some {
			now.pods += len(s.Pods)
			now.sets = append(now.sets, s.Set.Namespace+"/"+s.Name())
		}
		for _, r := range server.Requests() {
			if strings.HasPrefix(r.What, "GET "+kubetest.AllPodsPath) {
				pages++
			}
		}
		now.pages = pages
		out = append(out, now)
		return nil
	})
	return out, err
}

func TestSetsArePassedOnWhenTheListOfPodsIsPastTheirNamespace(t *testing.T) {
	sets, pods := big("team-a", "team", "zoo", "zoo-2") // in the order of NAMESPACE/NAME, but for the last two
	sets[3], sets[2], pods = sets[2], sets[3], slices.Concat(pods[:600], pods[900:], pods[600:900])
	empty, absurd := kubetest.Set("team-b", "empty", 0), kubetest.Set("a", "absurd", sts.MostReplicas+1)
	sets = append(sets, empty, absurd)

	got, err := inTurn(t, listable(t, sets, pods))

	require.NoError(t, err)
	require.Equal(t, []passed{
		{[]string{"a/absurd", "team-a/db", "team-b/empty"}, 300, 1},
		{[]string{"team/db", "zoo-2/db"}, 600, 2},
		{[]string{"zoo/db"}, 300, 3},
	}, got)
}

func TestAListInAnotherOrderIsNotReliedOn(t *testing.T) {
	sets, pods := big("b", "c", "a")
	server := listable(t, sets, pods)

	_, err := inTurn(t, server)
	require.ErrorIs(t, err, kube.ErrNoOrder)

	got, err := server.Client().Everywhere().List(t.Context(), kube.Query{})
	require.NoError(t, err)
	require.Len(t, got, 3)
	for i, namespace := range []string{"a", "b", "c"} {
		require.Equal(t, namespace, got[i].Set.Namespace)
		require.Len(t, got[i].Pods, 300)
	}
}

func TestAListEndsWithTheErrorOfWhoGetsIt(t *testing.T) {
	sets, pods := big("a", "b", "c", "d")
	enough := errors.New("enough")
	times := 0

	err := listable(t, sets, pods).Client().Everywhere().ListInTurn(t.Context(), kube.Query{}, func([]sts.Snapshot) error {
		times++
		return enough
	})

	require.ErrorIs(t, err, enough)
	require.Equal(t, 1, times)
}

func TestAListThatIsCancelledIsNoAnswer(t *testing.T) {
	sets, pods := big("a", "b", "c", "d")
	ctx, cancel := context.WithCancel(t.Context())

	err := listable(t, sets, pods).Client().Everywhere().ListInTurn(ctx, kube.Query{}, func([]sts.Snapshot) error {
		cancel()
		return nil
	})

	require.ErrorIs(t, err, context.Canceled)
}

func TestWhatExplainsPodsIsReadOnceForAllNamespaces(t *testing.T) {
	sets, pods := big("a", "b", "c", "d")
	lost := time.Now().Add(-time.Hour)
	for _, i := range []int{299, 599, 899, 1199} { // the last of each set does not go, of two nodes
		pods[i].DeletionTimestamp = &metav1.Time{Time: lost}
		pods[i].Spec.NodeName = map[bool]string{true: "one", false: "two"}[i < 900]
	}
	var events []*corev1.Event
	for _, s := range sets {
		*s.Spec.Replicas = 301
		e := failedCreate(s, "quota of "+s.Namespace)
		e.Message = "create Pod db-300 in StatefulSet db failed error: quota of " + s.Namespace
		events = append(events, e)
	}
	server := listable(t, sets, pods, events...)
	server.On(http.MethodGet, kubetest.NodesPath, func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Query().Get("fieldSelector"), "metadata.name=")
		kubetest.Paged(&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name}, Status: notReady(lost)})(w, r)
	})

	err := server.Client().Everywhere().ListInTurn(t.Context(), kube.Query{}, func(some []sts.Snapshot) error {
		for _, s := range some {
			require.Equal(t, "quota of "+s.Set.Namespace, s.FailedCreates["db-300"].Message)
			require.Len(t, s.Nodes, 1)
		}
		return nil
	})

	require.NoError(t, err)
	var asked []kubetest.Request
	for _, r := range server.Requests() {
		if r.What != "GET "+kubetest.AllSetsPath+kubetest.FirstPage && !strings.HasPrefix(r.What, "GET "+kubetest.AllPodsPath) {
			asked = append(asked, r)
		}
	}
	require.Equal(t, kubetest.Reads(
		"GET "+kubetest.AllEventsPath+eventsPage,
		"GET "+kubetest.NodesPath+"?fieldSelector=metadata.name=one&limit=500",
		"GET "+kubetest.NodesPath+"?fieldSelector=metadata.name=two&limit=500",
	), asked)
}

// notReady is the status of a node that nobody has heard of since.
func notReady(since time.Time) corev1.NodeStatus {
	return corev1.NodeStatus{Conditions: []corev1.NodeCondition{{
		Type: corev1.NodeReady, Status: corev1.ConditionUnknown, LastTransitionTime: metav1.NewTime(since),
	}}}
}

func TestOfASetOnlyWhatAListNeedsIsKept(t *testing.T) {
	annotated := func(change ...func(*appsv1.StatefulSet)) *appsv1.StatefulSet {
		return ststest.Set(append([]func(*appsv1.StatefulSet){func(set *appsv1.StatefulSet) {
			set.Annotations = map[string]string{"kubectl.kubernetes.io/last-applied-configuration": "much"}
			set.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "helm"}}
		}}, change...)...)
	}
	tests := []struct {
		name        string
		set         *appsv1.StatefulSet
		annotations map[string]string
		managers    int
		template    bool
	}{
		{"nothing else is going on", annotated(), nil, 0, false},
		{"since when the partition is there", annotated(ststest.Partition(2)), nil, 1, false},
		{
			"a scale is in progress", annotated(ststest.Annotated(note.ScaleAnnotation, "record")),
			map[string]string{note.ScaleAnnotation: "record"},
			1, false,
		},
		{
			"a rollout is in progress", annotated(ststest.Annotated(note.RolloutAnnotation, "record")),
			map[string]string{note.RolloutAnnotation: "record"},
			1, true,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := listable(t, []*appsv1.StatefulSet{test.set}, nil).Client().List(t.Context(), kube.Query{})

			require.NoError(t, err)
			require.Equal(t, test.annotations, got[0].Set.Annotations)
			require.Len(t, got[0].Set.ManagedFields, test.managers)
			require.Equal(t, test.template, len(got[0].Set.Spec.Template.Labels) > 0)
		})
	}
}

// Who may read events in some namespaces only is told what they may know.
func TestEventsThatMayNotBeReadEverywhereAreReadWhereTheyMay(t *testing.T) {
	sets, pods := big("default", "far")
	for _, s := range sets {
		*s.Spec.Replicas = 301
	}
	server := listable(t, sets, pods, failedCreate(sets[0], "quota"))
	server.On(http.MethodGet, kubetest.AllEventsPath, kubetest.Forbidden("jo", "list", "events", ""))
	found := map[string]int{}

	err := server.Client().Everywhere().ListInTurn(t.Context(), kube.Query{}, func(some []sts.Snapshot) error {
		for _, s := range some {
			found[s.Set.Namespace] += len(s.FailedCreates)
		}
		return nil
	})

	require.NoError(t, err)
	require.Equal(t, map[string]int{"default": 1, "far": 0}, found)
}
