package sts_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

func TestThePartitionIsAnIndexFromTheFirstOrdinal(t *testing.T) {
	updating := ststest.Updating("nginx:1.22")
	tests := []struct {
		name   string
		set    *appsv1.StatefulSet
		closed []int
		open   []int
	}{
		{"no partition lets every ordinal through", ststest.Set(updating, ststest.Partition(0)), nil, []int{0, 4}},
		{"ordinals below the partition are held", ststest.Set(updating, ststest.Partition(3)), []int{0, 2}, []int{3, 4}},
		{
			"it counts from ordinals.start: partition 3 from 5 lets only 8 through",
			ststest.Set(updating, ststest.Replicas(4), ststest.From(5), ststest.Partition(3)),
			[]int{5, 7},
			[]int{8},
		},
		{"as many as the replicas holds all", ststest.Set(updating, ststest.Partition(5)), []int{0, 4}, nil},
		{
			"a set without rollingUpdate has none",
			ststest.Set(updating, func(set *appsv1.StatefulSet) { set.Spec.UpdateStrategy.RollingUpdate = nil }), nil,
			[]int{0},
		},
		{
			"a set without a partition field has none",
			ststest.Set(updating, func(set *appsv1.StatefulSet) { set.Spec.UpdateStrategy.RollingUpdate.Partition = nil }), nil,
			[]int{0},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := ststest.Snapshot(tt.set)
			for _, o := range tt.closed {
				require.True(t, s.Gated(o), "ordinal %d", o)
				require.Equal(t, ststest.Stable, s.Wanted(o), "ordinal %d", o)
			}
			for _, o := range tt.open {
				require.False(t, s.Gated(o), "ordinal %d", o)
				require.Equal(t, ststest.Update, s.Wanted(o), "ordinal %d", o)
			}
		})
	}
}

// facts are what a snapshot reads off the set itself.
type facts struct {
	name                            string
	observed, ordered               bool
	replicas, start, end, partition int
	strategy                        appsv1.StatefulSetUpdateStrategyType
	current, update                 string
	minReady                        time.Duration
	uid                             string
	annotation                      string
	annotated, exists, keepsStable  bool
}

func factsOf(s sts.Snapshot) facts {
	note, ok := s.Annotation("note")
	_, kept := s.Revision(ststest.Stable)
	return facts{
		name: s.Name(), observed: s.Observed(), ordered: s.Ordered(), replicas: s.Replicas(),
		start: s.Ordinals().First(), end: s.Ordinals().Next(),
		partition: s.Partition(), strategy: s.Strategy(), current: s.CurrentRevision(), update: s.UpdateRevision(),
		minReady: s.MinReady(), uid: string(s.UID()), annotation: note, annotated: ok, exists: s.Exists(), keepsStable: kept,
	}
}

func TestFactsAboutTheSet(t *testing.T) {
	usual := facts{
		name: "web", observed: true, ordered: true, replicas: 5, end: 5, strategy: "RollingUpdate",
		current: ststest.Stable, update: ststest.Stable, uid: "web-uid", exists: true, keepsStable: true,
	}
	tests := []struct {
		name   string
		change func(*appsv1.StatefulSet)
		want   func(*facts)
	}{
		{"the usual set", func(*appsv1.StatefulSet) {}, func(*facts) {}},
		{"unset replicas mean one", func(set *appsv1.StatefulSet) { set.Spec.Replicas = nil }, func(f *facts) { f.replicas, f.end = 1, 1 }},
		{"zero replicas", ststest.Replicas(0), func(f *facts) { f.replicas, f.end = 0, 0 }},
		{"ordinals that start at 5", ststest.From(5), func(f *facts) { f.start, f.end = 5, 10 }},
		{"a partition", ststest.Partition(3), func(f *facts) { f.partition = 3 }},
		{"an unset strategy means RollingUpdate", ststest.Strategy(""), func(*facts) {}},
		{"another strategy", ststest.Strategy("OnDelete"), func(f *facts) { f.strategy = "OnDelete" }},
		{"an update", ststest.Updating("nginx:1.22"), func(f *facts) { f.update = ststest.Update }},
		{"Parallel pods", ststest.Parallel, func(f *facts) { f.ordered = false }},
		{
			"an unset podManagementPolicy means OrderedReady",
			func(set *appsv1.StatefulSet) { set.Spec.PodManagementPolicy = "" }, func(*facts) {},
		},
		{"minReadySeconds", ststest.MinReady(10), func(f *facts) { f.minReady = 10 * time.Second }},
		{"a spec that the controller has not seen", ststest.Unseen, func(f *facts) { f.observed = false }},
		{"an annotation", ststest.Annotated("note", "hello"), func(f *facts) { f.annotation, f.annotated = "hello", true }},
		{"an empty annotation is there", ststest.Annotated("note", ""), func(f *facts) { f.annotated = true }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := usual
			tt.want(&want)
			require.Equal(t, want, factsOf(ststest.Snapshot(ststest.Set(tt.change))))
		})
	}
}

func TestARevisionThatIsGoneIsNotFound(t *testing.T) {
	_, ok := ststest.Snapshot(ststest.Set()).Revision("web-older")
	require.False(t, ok)
}

func TestPodFindsByOrdinal(t *testing.T) {
	s := ststest.Snapshot(ststest.Set(ststest.From(5)), []*corev1.Pod{ststest.Pod(5), ststest.Pod(7), ststest.Pod(12)})
	for _, o := range []int{5, 7, 12} {
		pod, ok := s.Pod(o)
		require.True(t, ok, "ordinal %d", o)
		require.Equal(t, s.PodName(o), pod.Name)
	}
	for _, o := range []int{0, 6, 13} {
		pod, ok := s.Pod(o)
		require.False(t, ok, "ordinal %d", o)
		require.Equal(t, sts.Pod{}, pod)
	}
}

func TestStrayPodsAreOutsideOfTheWantedRange(t *testing.T) {
	s := ststest.Snapshot(ststest.Set(ststest.From(2), ststest.Replicas(3)), ststest.Pods(0, 7))
	var names []string
	for _, p := range s.Stray() {
		names = append(names, p.Name)
	}
	require.Equal(t, []string{"web-0", "web-1", "web-5", "web-6"}, names)

	require.Empty(t, ststest.Snapshot(ststest.Set(), ststest.Pods(0, 5)).Stray())
}

func TestPodNamesGoFromTheHighestDown(t *testing.T) {
	tests := []struct {
		name     string
		from, to int
		want     string
	}{
		{"one pod", 4, 5, "web-4"},
		{"two pods", 3, 5, "web-4, web-3"},
		{"four pods are all named", 1, 5, "web-4, web-3, web-2, web-1"},
		{"more are shortened", 0, 5, "web-4 … web-0 (5 pods)"},
		{"none", 5, 5, "no pod"},
		{"a range that is upside down", 5, 4, "no pod"},
	}
	s := ststest.Snapshot(ststest.Set())
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, s.PodNames(s.Ordinals().Between(tt.from, tt.to))) })
	}
}

func TestHowManyPodsTheControllerReplacesAtOnce(t *testing.T) {
	for _, test := range []struct {
		name string
		set  func(*appsv1.StatefulSet)
		want int
	}{
		{"one unless it is said", func(*appsv1.StatefulSet) {}, 1},
		{"a number", ststest.MaxUnavailable(intstr.FromInt32(3)), 3},
		{"a share of the replicas, rounded down", ststest.MaxUnavailable(intstr.FromString("50%")), 2},
		{"at least one", ststest.MaxUnavailable(intstr.FromString("10%")), 1},
		{"one where it can't be read", ststest.MaxUnavailable(intstr.FromString("many")), 1},
		{"one with OnDelete", ststest.OnDelete, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, ststest.Snapshot(ststest.Set(test.set)).MaxUnavailable())
		})
	}
	require.Equal(t, 1, sts.Snapshot{}.MaxUnavailable())
}

func TestNoNumberNamesAGateThatIsClosedForGood(t *testing.T) {
	for _, test := range []struct {
		partition int
		closed    bool
		words     string
	}{
		{0, false, "partition 0"},
		{sts.MostReplicas - 1, false, "partition 99999"},
		{sts.MostReplicas, true, "the closed gate"},
		{workload.Apps{}.Closed(), true, "the closed gate"},
	} {
		s := ststest.Snapshot(ststest.Set(ststest.Partition(int32(test.partition))))
		require.Equal(t, test.closed, s.Closed(), test.partition)
		require.Equal(t, test.words, s.GateWords())
	}
}
