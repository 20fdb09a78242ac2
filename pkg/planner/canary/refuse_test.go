package canary_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// hopeless are the sets that no canary runs on, and why.
func hopeless() map[string]struct {
	change func(*appsv1.StatefulSet)
	want   *plan.Refusal
} {
	return map[string]struct {
		change func(*appsv1.StatefulSet)
		want   *plan.Refusal
	}{
		"it is being deleted": {ststest.Deleted, &plan.Refusal{Why: `statefulset "web" is being deleted`}},
		"its strategy deletes all pods at once": {ststest.Strategy("Recreate"), &plan.Refusal{
			Why: `statefulset "web" has update strategy Recreate: its controller deletes all of its pods at once, ` +
				`and no step can be held back`,
			Try: []string{"change spec.updateStrategy.type to RollingUpdate or OnDelete"},
		}},
		"its strategy is of a time to come": {ststest.Strategy("BlueGreen"), &plan.Refusal{
			Why: `statefulset "web" has update strategy "BlueGreen", which this kubectl-sts does not know`,
			Try: []string{"change spec.updateStrategy.type to RollingUpdate, or use a newer kubectl-sts"},
		}},
		"it has no replicas": {ststest.Replicas(0), &plan.Refusal{
			Why: `statefulset "web" has zero replicas: there is no pod to try the change on`,
			Try: []string{"scale it up first, or change the template directly"},
		}},
	}
}

func TestNoCanaryIsRunOnASetWhen(t *testing.T) {
	for name, tt := range hopeless() {
		t.Run(name, func(t *testing.T) {
			p, err := plantest.Saved(canary.Plan(request(image("nginx:1.22"), force), settled(tt.change), ststest.Start))
			requireRefusal(t, tt.want, p, err)

			// Neither does one go on that was begun before.
			s := ststest.Snapshot(canarySet(record(), 4, tt.change), updated(4, 0))
			p, err = plantest.Saved(canary.Plan(request(), s, ststest.Start))
			requireRefusal(t, tt.want, p, err)
			p, err = plantest.Saved(canary.Promote(request(), s, ststest.Start, true))
			requireRefusal(t, tt.want, p, err)
		})
	}
}

func TestACanaryDoesNotBeginOnASetThatIsNotSettled(t *testing.T) {
	tests := []struct {
		name string
		s    sts.Snapshot
		why  string
	}{
		{
			"a pod is in trouble",
			ststest.Snapshot(ststest.Set(), ststest.Pods(0, 4), ststest.Pods(4, 5, ststest.Waiting("CrashLoopBackOff", "back-off"))),
			"web-4 is nginx: CrashLoopBackOff: back-off",
		},
		{
			"the lowest of several pods is named",
			ststest.Snapshot(ststest.Set(), ststest.Pods(0, 2), ststest.Pods(3, 5, ststest.Unready)),
			"web-2 is not created yet (and 2 more)",
		},
		{
			"a pod is Ready, not yet Available",
			ststest.Snapshot(ststest.Set(ststest.MinReady(10)), ststest.Pods(0, 4), ststest.Pods(4, 5, ststest.ReadySince(ststest.Start))),
			"web-4 is Ready, Available soon",
		},
		{
			"the rollout before is not over",
			ststest.Snapshot(ststest.Set(ststest.Updating("nginx:1.22")), updated(1, 0)),
			"web-0 is on another revision than wanted",
		},
		{
			"the pods of the rollout before are there, and the controller has not noted it",
			ststest.Snapshot(ststest.Set(ststest.Updating("nginx:1.22")), updated(0, 0)),
			"its controller has not ended the last rollout: status.currentRevision is still web-stable",
		},
		{
			"the controller has not seen the spec",
			settled(ststest.Unseen),
			"waiting for the StatefulSet controller to see the change",
		},
		{
			"a pod is left over from more replicas",
			ststest.Snapshot(ststest.Set(ststest.Replicas(4)), ststest.Pods(0, 5)),
			"pod web-4 is outside of the wanted range and not gone yet",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := plantest.Saved(canary.Plan(request(image("nginx:1.23")), tt.s, ststest.Start))
			requireRefusal(t, &plan.Refusal{
				Why: `statefulset "web" is not settled: ` + tt.why,
				Try: []string{"see what is the matter: kubectl sts -n prod status web", "go ahead all the same with --force"},
			}, p, err)

			planned(t)(plantest.Saved(canary.Plan(request(image("nginx:1.23"), force), tt.s, ststest.Start)))
		})
	}
	require.Empty(t, canary.Unsettled(settled(), ststest.Start))
}

func TestThePartitionOfSomebodyElseIsRespected(t *testing.T) {
	by := func(set *appsv1.StatefulSet) {
		set.ManagedFields = []metav1.ManagedFieldsEntry{{
			Manager: "helm", Time: ptr.To(metav1.NewTime(ststest.Start.Add(-time.Minute))),
			FieldsV1: metav1.NewFieldsV1(`{"f:spec":{"f:updateStrategy":{"f:rollingUpdate":{"f:partition":{}}}}}`),
		}}
	}
	tests := []struct {
		name string
		set  *appsv1.StatefulSet
		pods []*corev1.Pod
		want *plan.Refusal
	}{
		{
			"no change waits behind it, and nobody knows who set it", ststest.Set(ststest.Partition(3)), updated(5, 0),
			&plan.Refusal{
				Why: `statefulset "web" has partition 3, which holds its pods already`,
				Try: []string{"set the partition to 0 first, if nobody needs it"},
			},
		},
		{
			"no change waits behind it, and helm set it", ststest.Set(ststest.Partition(3), by), updated(5, 0),
			&plan.Refusal{
				Why: `statefulset "web" has partition 3 (set by helm at 2030-01-02T03:03:05Z), which holds its pods already`,
				Try: []string{"set the partition to 0 first, if nobody needs it"},
			},
		},
		{
			"a change waits behind it", waiting(4, by), updated(4, 0),
			&plan.Refusal{
				Why: `statefulset "web" has partition 4 (set by helm at 2030-01-02T03:03:05Z), which holds its pods already`,
				Try: []string{"roll out the change that waits behind it: kubectl sts -n prod canary web"},
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := plantest.Saved(canary.Plan(request(image("nginx:1.23"), force), ststest.Snapshot(tt.set, tt.pods), ststest.Start))
			requireRefusal(t, tt.want, p, err)
		})
	}
}
