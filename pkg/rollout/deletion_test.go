package rollout_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestDeletionThatAPlanComesTo(t *testing.T) {
	parallel := func(set *appsv1.StatefulSet) { set.Spec.PodManagementPolicy = appsv1.ParallelPodManagement }
	bad := func(o int) []*corev1.Pod {
		return []*corev1.Pod{ststest.Pod(o, ststest.Waiting("ImagePullBackOff", "no"))}
	}
	well := ststest.Snapshot(ststest.Set(), ststest.Pods(0, 5))
	ill := ststest.Snapshot(ststest.Set(), ststest.Pods(0, 4), bad(4))
	tests := []struct {
		name string
		mode rollout.FreeMode // empty for a plan that deletes no pod
		s    sts.Snapshot
		want string
	}{
		{"a plan that deletes no pod", "", ill, ""},
		{"nothing is in the way", rollout.FreeBlocker, well, ""},
		{"a pod that will be in the way", rollout.FreeBlocker, ill, "web-4"},
		{
			"where the controller goes in no order it mostly heals", rollout.FreeBlocker,
			ststest.Snapshot(ststest.Set(parallel), ststest.Pods(0, 4), bad(4)), "",
		},
		{"each pod is deleted", rollout.FreeEach, well, "web-0"},
		{"pods are restarted", rollout.FreeRestart, well, "web-0"},
		{"there is no pod", rollout.FreeEach, ststest.Snapshot(ststest.Set()), ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			plan := rollout.Plan{Steps: []rollout.Step{{Title: "first"}, {Title: "second"}}}
			if test.mode != "" {
				plan.Steps[1].Free = &rollout.Free{Mode: test.mode}
			}
			got, ok := plan.Deletion(test.s)
			require.Equal(t, test.want != "", ok)
			require.Equal(t, test.want, got.Name)
			if ok {
				pod, _ := test.s.Pod(map[string]int{"web-0": 0, "web-4": 4}[test.want])
				require.Equal(t, pod.UID, got.UID)
			}
		})
	}
}
