package sts_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// The set has been put back to Stable after Update turned out bad, so a pod
// on Update is one that it does not want any more.
func TestBlocker(t *testing.T) {
	bad := ststest.Revision(ststest.Update)
	broken := ststest.Waiting("CrashLoopBackOff", "back-off")
	ready := ststest.ReadySince(ststest.Start)
	parallel := ststest.Set(ststest.Parallel)
	tests := []struct {
		name string
		set  *appsv1.StatefulSet
		pods []*corev1.Pod
		want string
	}{
		{name: "none, every pod is healthy", pods: five()},
		{
			name: "the broken pod on a revision that is not wanted",
			pods: five(ststest.Pod(2, bad, broken)),
			want: "web-2",
		},
		{
			name: "the lowest of two, for the controller goes in order",
			pods: five(ststest.Pod(1, bad, broken), ststest.Pod(4, bad, broken)),
			want: "web-1",
		},
		{
			name: "healthy pods on the wrong revision below it are passed by",
			pods: five(ststest.Pod(0, bad), ststest.Pod(1, bad), ststest.Pod(2, bad, broken)),
			want: "web-2",
		},
		{
			name: "not a higher one while a lower pod is unready on the right revision: that heals or fails by itself",
			pods: five(ststest.Pod(1, broken), ststest.Pod(4, bad, broken)),
		},
		{
			name: "not one that is terminating: the controller recreates it",
			pods: five(ststest.Pod(2, bad, broken, ststest.Terminating)),
		},
		{
			name: "not a higher one while a lower is terminating",
			pods: five(ststest.Pod(1, ststest.Terminating), ststest.Pod(4, bad, broken)),
		},
		{
			name: "not a higher one while a lower is missing",
			pods: []*corev1.Pod{ststest.Pod(0), ststest.Pod(2), ststest.Pod(3), ststest.Pod(4, bad, broken)},
		},
		{
			name: "not one that is Ready and soon Available",
			set:  ststest.Set(ststest.MinReady(10)),
			pods: five(ststest.Pod(1, bad, ready), ststest.Pod(4, bad, broken)),
		},
		{
			name: "not one that the partition holds on the revision it has",
			set:  ststest.Set(ststest.Updating("nginx:1.22"), ststest.Partition(3)),
			pods: five(ststest.Pod(1, broken)),
		},
		{
			name: "none outside of the wanted range",
			set:  ststest.Set(ststest.From(1), ststest.Replicas(2)),
			pods: []*corev1.Pod{ststest.Pod(0, bad, broken), ststest.Pod(1), ststest.Pod(2), ststest.Pod(3, bad, broken)},
		},
		{
			name: "none as long as the controller has not seen the spec",
			set:  ststest.Set(ststest.Unseen),
			pods: five(ststest.Pod(0, bad, broken)),
		},
		{
			name: "the highest of two in a Parallel set",
			set:  parallel,
			pods: five(ststest.Pod(1, bad, broken), ststest.Pod(3, bad, broken)),
			want: "web-3",
		},
		{
			name: "not a lower one in a Parallel set while a higher is unready on the right revision",
			set:  parallel,
			pods: five(ststest.Pod(1, bad, broken), ststest.Pod(3, broken)),
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set := tt.set
			if set == nil {
				set = ststest.Set()
			}
			pod, ok := ststest.Snapshot(set, tt.pods).Blocker(ststest.Start)
			require.Equal(t, tt.want != "", ok)
			if ok {
				require.Equal(t, tt.want, pod.Name)
			}
		})
	}
}

// five are the set's five pods, with these in the place of the healthy ones.
func five(others ...*corev1.Pod) []*corev1.Pod {
	pods := ststest.Pods(0, 5)
	for _, other := range others {
		for i := range pods {
			if pods[i].Name == other.Name {
				pods[i] = other
			}
		}
	}
	return pods
}
