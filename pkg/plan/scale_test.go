package plan_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// good is a pod that has been Available for an hour.
func good(ordinal int) sts.PodProgress {
	return sts.PodProgress{
		Ordinal: ordinal, Pod: ststest.Pod(ordinal).Name, State: sts.StateAvailable, Since: ststest.Start.Add(-time.Hour),
	}
}

func goneFor(ordinal int) sts.PodProgress {
	return sts.PodProgress{Ordinal: ordinal, Pod: ststest.Pod(ordinal).Name, State: sts.StateGone}
}

// counted is the set with three replicas, of which its controller has seen so many.
func counted(n int32) *appsv1.StatefulSet {
	return ststest.Set(ststest.Replicas(3), func(set *appsv1.StatefulSet) { set.Status.Replicas = n })
}

func TestScaled(t *testing.T) {
	three := ststest.Set(ststest.Replicas(3))
	broken := ststest.Pod(1, ststest.Unready)
	down := sts.PodProgress{Ordinal: 1, Pod: "web-1", State: sts.StateStarting, Since: ststest.Start.Add(-time.Hour)}
	leaving := sts.PodProgress{Ordinal: 3, Pod: "web-3", State: sts.StateTerminating, Since: ststest.Start}
	removes := plan.Scaled{From: 3, To: 4}
	tests := []struct {
		name string
		c    plan.Scaled
		s    sts.Snapshot
		want plan.Progress
	}{
		{
			"a spec that the controller has not seen tells nothing", removes,
			ststest.Snapshot(ststest.Set(ststest.Unseen), ststest.Pods(0, 5)),
			plan.Progress{Waiting: "the StatefulSet controller to see the change"},
		},
		{
			"the pod is gone and the rest Available", removes, ststest.Snapshot(three, ststest.Pods(0, 3)),
			plan.Progress{Done: true, Good: 1, Want: 1, Pods: []sts.PodProgress{good(0), good(1), good(2), goneFor(3)}},
		},
		{
			"the pod is gone, and the controller has not seen that", removes, ststest.Snapshot(counted(4), ststest.Pods(0, 3)),
			plan.Progress{
				Good: 1, Want: 1, Pods: []sts.PodProgress{good(0), good(1), good(2), goneFor(3)},
				Waiting: "the StatefulSet controller to see that the pod is gone",
			},
		},
		{
			"the pod is gone, and the controller has counted the rest", removes, ststest.Snapshot(counted(3), ststest.Pods(0, 3)),
			plan.Progress{Done: true, Good: 1, Want: 1, Pods: []sts.PodProgress{good(0), good(1), good(2), goneFor(3)}},
		},
		{
			"the pod is not deleted yet", removes, ststest.Snapshot(three, ststest.Pods(0, 4)),
			plan.Progress{
				Want: 1, Pods: []sts.PodProgress{good(0), good(1), good(2)}, Waiting: "the StatefulSet controller to delete web-3",
			},
		},
		{
			"the pod is on its way out", removes,
			ststest.Snapshot(three, ststest.Pods(0, 3), []*corev1.Pod{ststest.Pod(3, ststest.Terminating)}),
			plan.Progress{Want: 1, Pods: []sts.PodProgress{good(0), good(1), good(2), leaving}},
		},
		{
			"another pod is not Available, and the controller may be waiting for that", removes,
			ststest.Snapshot(three, ststest.Pods(0, 1), []*corev1.Pod{broken}, ststest.Pods(2, 4)),
			plan.Progress{Want: 1, Pods: []sts.PodProgress{good(0), down, good(2)}},
		},
		{
			"the pod is gone, and another is not Available", removes,
			ststest.Snapshot(three, ststest.Pods(0, 1), []*corev1.Pod{broken}, ststest.Pods(2, 3)),
			plan.Progress{Good: 1, Want: 1, Pods: []sts.PodProgress{good(0), down, good(2), goneFor(3)}},
		},
		{
			"a pod that goes next may be as it likes",
			plan.Scaled{From: 3, To: 4, Spare: []int{1}},
			ststest.Snapshot(three, ststest.Pods(0, 1), []*corev1.Pod{broken}, ststest.Pods(2, 3)),
			plan.Progress{Done: true, Good: 1, Want: 1, Pods: []sts.PodProgress{good(0), good(2), goneFor(3)}},
		},
		{
			"alone, all others may be as they like",
			plan.Scaled{From: 3, To: 4, Alone: true},
			ststest.Snapshot(three, ststest.Pods(0, 1), []*corev1.Pod{broken}, ststest.Pods(2, 3)),
			plan.Progress{Done: true, Good: 1, Want: 1, Pods: []sts.PodProgress{goneFor(3)}},
		},
		{
			"a pod that comes is counted when it is Available",
			plan.Scaled{From: 1, To: 3},
			ststest.Snapshot(three, ststest.Pods(0, 2)),
			plan.Progress{Good: 1, Want: 2, Pods: []sts.PodProgress{
				good(0), good(1), {Ordinal: 2, Pod: "web-2", State: sts.StateMissing},
			}},
		},
		{
			"whatever revision the pods have",
			plan.Scaled{From: 1, To: 3},
			ststest.Snapshot(ststest.Set(ststest.Replicas(3), ststest.Updating("nginx:1.22")), ststest.Pods(0, 3)),
			plan.Progress{Done: true, Good: 2, Want: 2, Pods: []sts.PodProgress{good(0), good(1), good(2)}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, tt.c.Check(tt.s, ststest.Start)) })
	}
}
