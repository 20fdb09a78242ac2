package sts_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// named is set web by another name, in another namespace.
func named(namespace, name string) func(*appsv1.StatefulSet) {
	return func(set *appsv1.StatefulSet) {
		set.Namespace, set.Name, set.UID = namespace, name, types.UID(namespace+"-"+name)
	}
}

// of makes a pod one of that set.
func of(set *appsv1.StatefulSet, name string) func(*corev1.Pod) {
	return func(pod *corev1.Pod) {
		pod.Namespace, pod.Name = set.Namespace, name
		pod.OwnerReferences[0].Name, pod.OwnerReferences[0].UID = set.Name, set.UID
	}
}

// bare is the set alone, with the pods that are its own but not their labels.
func bare(set *appsv1.StatefulSet, pods []*corev1.Pod) sts.Snapshot {
	s := sts.Observe(workload.FromApps(set), pods, nil, nil)
	for i := range s.Pods {
		s.Pods[i].Labels, s.Pods[i].Images = nil, nil
	}
	return s
}

func TestGatherGivesEachSetItsPods(t *testing.T) {
	web, db := ststest.Set(), ststest.Set(named("default", "db"))
	elsewhere := ststest.Set(named("a", "web"))
	pods := []*corev1.Pod{
		ststest.Pod(10), ststest.Pod(2), ststest.Pod(0, of(db, "db-0")), ststest.Pod(0, of(elsewhere, "web-0")), ststest.Pod(0),
	}

	g := sts.Gather([]*workload.Set{workload.FromApps(web), workload.FromApps(db), workload.FromApps(elsewhere)})
	for _, pod := range pods {
		g.Add(pod)
	}

	require.Equal(t, []sts.Snapshot{bare(elsewhere, pods)}, g.Take("a"))
	got := g.Take("default")
	require.Equal(t, []sts.Snapshot{bare(db, pods), bare(web, pods)}, got)
	require.Empty(t, g.Take("default"), "what was taken is let go of")
	var ordinals []int
	for _, pod := range got[1].Pods {
		ordinals = append(ordinals, pod.Ordinal)
	}
	require.Equal(t, []int{0, 2, 10}, ordinals)
}

func TestGatherLeavesStrangersOut(t *testing.T) {
	stranger := ststest.Set(named("default", "stranger"))
	tests := []struct {
		name   string
		change func(*corev1.Pod)
	}{
		{"a pod that nothing controls", func(pod *corev1.Pod) { pod.OwnerReferences = nil }},
		{"a pod of a set that was not asked for", of(stranger, "stranger-0")},
		{"a pod of a set that had the name before", func(pod *corev1.Pod) { pod.OwnerReferences[0].UID = "before" }},
		{"a pod without an ordinal", func(pod *corev1.Pod) { pod.Name = "web-x" }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g := sts.Gather([]*workload.Set{workload.FromApps(ststest.Set())})
			g.Add(ststest.Pod(0, test.change))

			require.Equal(t, []sts.Snapshot{{Set: workload.FromApps(ststest.Set())}}, g.Take("default"))
		})
	}
}
