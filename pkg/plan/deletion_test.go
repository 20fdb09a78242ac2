package plan_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
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
		mode plan.ReplaceMode // empty for a plan that deletes no pod
		s    sts.Snapshot
		want string
	}{
		{"a plan that deletes no pod", "", ill, ""},
		{"nothing is in the way", plan.ReplaceBlocker, well, ""},
		{"a pod that will be in the way", plan.ReplaceBlocker, ill, "web-4"},
		{
			"where the controller goes in no order it mostly heals", plan.ReplaceBlocker,
			ststest.Snapshot(ststest.Set(parallel), ststest.Pods(0, 4), bad(4)), "",
		},
		{"each pod is deleted", plan.ReplaceEach, well, "web-0"},
		{"pods are restarted", plan.ReplaceRestart, well, "web-0"},
		{"there is no pod", plan.ReplaceEach, ststest.Snapshot(ststest.Set()), ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := plan.Plan{Steps: []plan.Step{{Title: "first"}, {Title: "second"}}}
			if test.mode != "" {
				p.Steps[1].Replace = &plan.Replace{Mode: test.mode}
			}
			got, ok := p.Deletion(test.s)
			require.Equal(t, test.want != "", ok)
			require.Equal(t, test.want, got.Name)
			if ok {
				pod, _ := test.s.Pod(map[string]int{"web-0": 0, "web-4": 4}[test.want])
				require.Equal(t, pod.UID, got.UID)
			}
		})
	}
}
