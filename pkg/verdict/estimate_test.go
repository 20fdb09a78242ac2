package verdict_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// made is a pod of the rollout: made so long ago, Ready after that long.
func made(ordinal int, ago, took time.Duration) []*corev1.Pod {
	since := ststest.Start.Add(-ago + took)
	return ststest.Pods(ordinal, ordinal+1, ststest.Revision(ststest.Update), aged(ago), ststest.ReadySince(since))
}

// making is a pod of the rollout that is not Ready yet.
func making(ordinal int, ago time.Duration, changes ...func(*corev1.Pod)) []*corev1.Pod {
	return ststest.Pods(ordinal, ordinal+1, append([]func(*corev1.Pod){
		ststest.Revision(ststest.Update), aged(ago), unreadyFor(ago), ststest.Unready,
	}, changes...)...)
}

func TestLeft(t *testing.T) {
	const s = time.Second
	// The template was written a minute ago.
	set := func(changes ...setOption) sts.Snapshot {
		return sts.Snapshot{Set: workload.FromApps(ststest.Set(append([]setOption{
			ststest.Updating("nginx:1.22"), wrote(time.Minute, `{"f:spec":{"f:template":{"f:spec":{}}}}`),
		}, changes...)...))}
	}
	type pods = [][]*corev1.Pod
	tests := []struct {
		name string
		set  sts.Snapshot
		pods pods
		left time.Duration
		none bool
	}{
		{name: "none before the first pod is through", set: set(), pods: pods{ststest.Pods(0, 4), making(4, 3*s)}, none: true},
		{
			name: "the first pod stands for the others", set: set(),
			pods: pods{ststest.Pods(0, 4), made(4, 10*s, 8*s)}, left: 32 * s,
		},
		{
			name: "what lies between two pods counts", set: set(),
			pods: pods{ststest.Pods(0, 3), made(3, 8*s, 8*s), made(4, 20*s, 8*s)}, left: 3 * (8 + 4) * s,
		},
		{
			name: "a pod on its way has some of it behind it", set: set(),
			pods: pods{ststest.Pods(0, 3), making(3, 3*s), made(4, 12*s, 8*s)}, left: (3*(8+0) + 5) * s,
		},
		{
			name: "minReadySeconds are a part of it", set: set(ststest.MinReady(5)),
			pods: pods{ststest.Pods(0, 4), made(4, 20*s, 8*s)}, left: 4 * (8 + 5) * s,
		},
		{
			name: "one that is Ready lacks the rest of minReadySeconds", set: set(ststest.MinReady(5), ststest.Replicas(2)),
			pods: pods{made(0, 10*s, 7*s), made(1, 30*s, 8*s)}, left: 2 * s,
		},
		{
			name: "one slow pod does not count for all", set: set(ststest.Replicas(4)),
			pods: pods{ststest.Pods(0, 1), made(1, 5*s, 5*s), made(2, 10*s, 5*s), made(3, 50*s, 40*s)}, left: 5 * s,
		},
		{
			name: "those from before the template was written say nothing", set: set(ststest.Replicas(3)),
			pods: pods{ststest.Pods(0, 2), made(2, time.Hour, 20*time.Minute)}, none: true,
		},
		{
			name: "with Parallel those that are made together come together", set: set(ststest.Parallel, ststest.Replicas(3)),
			pods: pods{making(0, 4*s), making(1, 2*s), made(2, 12*s, 8*s)}, left: 6 * s,
		},
		{
			name: "none while a pod is in trouble", set: set(),
			pods: pods{ststest.Pods(0, 3), making(3, 3*s, ststest.Waiting("ErrImagePull", "no")), made(4, 12*s, 8*s)}, none: true,
		},
		{
			name: "none when a pod takes much longer than the others did", set: set(),
			pods: pods{ststest.Pods(0, 3), making(3, 27*s), made(4, 40*s, 8*s)}, none: true,
		},
		{name: "none when all is done", set: set(ststest.Replicas(1)), pods: pods{made(0, 12*s, 8*s)}, none: true},
		{
			name: "none when it is held", set: set(ststest.Partition(4)),
			pods: pods{ststest.Pods(0, 4), made(4, 12*s, 8*s)}, none: true,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := ststest.SnapshotOf(tt.set.Set, tt.pods...)
			left, ok := verdict.Left(all, verdict.Settled{}.Check(all, ststest.Start), ststest.Start)
			require.Equal(t, tt.none, !ok)
			require.Equal(t, tt.left, left)
		})
	}
}

// Nobody says when the template was written: the revision's own age stands for it.
func TestLeftWithoutManagedFields(t *testing.T) {
	s := ststest.Snapshot(ststest.Set(ststest.Updating("nginx:1.22")), ststest.Pods(0, 4), made(4, 10*time.Second, 8*time.Second))
	progress := plan.PodsGood{}.Check(s, ststest.Start)
	left, ok := verdict.Left(s, progress, ststest.Start)
	require.True(t, ok)
	require.Equal(t, 32*time.Second, left)

	s.Revisions[1].CreationTimestamp.Time = ststest.Start
	_, ok = verdict.Left(s, progress, ststest.Start)
	require.False(t, ok, "the pod is older than the revision")
}
