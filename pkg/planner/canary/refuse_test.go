package canary_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/health"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestNoCanaryIsRunOnASetWhen(t *testing.T) {
	for name, tt := range verbtest.UnsupportedSets() {
		t.Run(name, func(t *testing.T) {
			p, err := plantest.Saved(
				canary.Plan(
					verbtest.Ask(verbtest.Image("nginx:1.22"), verbtest.Force).Canary(),
					verbtest.Settled(tt.Change),
					ststest.Start,
				),
			)
			verbtest.RequireRefusal(t, tt.Want, p, err)

			// Neither does one go on that was begun before.
			s := ststest.Snapshot(verbtest.CanarySet(verbtest.Record(), 4, tt.Change), verbtest.Updated(4, 0))
			p, err = plantest.Saved(canary.Plan(verbtest.Ask().Canary(), s, ststest.Start))
			verbtest.RequireRefusal(t, tt.Want, p, err)
			p, err = plantest.Saved(canary.Promote(verbtest.Ask().Promotion(true), s, ststest.Start))
			verbtest.RequireRefusal(t, tt.Want, p, err)
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
			ststest.Snapshot(ststest.Set(ststest.Updating("nginx:1.22")), verbtest.Updated(1, 0)),
			"web-0 is on another revision than wanted",
		},
		{
			"the pods of the rollout before are there, and the controller has not noted it",
			ststest.Snapshot(ststest.Set(ststest.Updating("nginx:1.22")), verbtest.Updated(0, 0)),
			"its controller has not ended the last rollout: status.currentRevision is still web-stable",
		},
		{
			"the controller has not seen the spec",
			verbtest.Settled(ststest.Unseen),
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
			p, err := plantest.Saved(canary.Plan(verbtest.Ask(verbtest.Image("nginx:1.23")).Canary(), tt.s, ststest.Start))
			verbtest.RequireRefusal(t, &plan.Refusal{
				Why: `statefulset "web" is not settled: ` + tt.why,
				Try: hinttest.List("see what is the matter: kubectl sts status web", "go ahead all the same with --force"),
			}, p, err)

			verbtest.Planned(
				t,
			)(
				plantest.Saved(canary.Plan(verbtest.Ask(verbtest.Image("nginx:1.23"), verbtest.Force).Canary(), tt.s, ststest.Start)),
			)
		})
	}
	require.Empty(t, health.Unsettled(verbtest.Settled(), ststest.Start))
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
			"no change waits behind it, and nobody knows who set it", ststest.Set(ststest.Partition(3)), verbtest.Updated(5, 0),
			&plan.Refusal{
				Why: `statefulset "web" has partition 3, which holds its pods already`,
				Try: hinttest.List("set the partition to 0 first, if nobody needs it"),
			},
		},
		{
			"no change waits behind it, and helm set it", ststest.Set(ststest.Partition(3), by), verbtest.Updated(5, 0),
			&plan.Refusal{
				Why: `statefulset "web" has partition 3 (set by helm at 2030-01-02T03:03:05Z), which holds its pods already`,
				Try: hinttest.List("set the partition to 0 first, if nobody needs it"),
			},
		},
		{
			"a change waits behind it", verbtest.Waiting(4, by), verbtest.Updated(4, 0),
			&plan.Refusal{
				Why: `statefulset "web" has partition 4 (set by helm at 2030-01-02T03:03:05Z), which holds its pods already`,
				Try: hinttest.List("roll out the change that waits behind it: kubectl sts canary web"),
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := plantest.Saved(
				canary.Plan(
					verbtest.Ask(verbtest.Image("nginx:1.23"), verbtest.Force).Canary(),
					ststest.Snapshot(tt.set, tt.pods),
					ststest.Start,
				),
			)
			verbtest.RequireRefusal(t, tt.want, p, err)
		})
	}
}
