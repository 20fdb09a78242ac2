package restart_test

import (
	"slices"
	"testing"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/restart"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func onDelete(set *appsv1.StatefulSet) {
	set.Spec.UpdateStrategy = appsv1.StatefulSetUpdateStrategy{Type: appsv1.OnDeleteStatefulSetStrategyType}
}

func TestARestartThatWouldBeAnUpdateIsRefused(t *testing.T) {
	const moves = "web-1 would come back at revision " + ststest.Update + ", not at the one that it has"
	refused := &plan.Refusal{
		Why: `statefulset "web" is not settled: ` + moves,
		Try: hinttest.List("see what is the matter: kubectl sts status web", "go ahead all the same with --force"),
	}
	waits := ststest.Updating("nginx:1.22")
	broken := slices.Concat(ststest.Pods(0, 1), ststest.Pods(1, 2, ststest.Unready), ststest.Pods(2, 5))
	tests := []struct {
		name string
		s    sts.Snapshot
		want *plan.Refusal // nil for a plan
	}{
		{"a change waits for the pod to be deleted", ststest.Snapshot(ststest.Set(waits, onDelete), ststest.Pods(0, 5)), refused},
		{"the controller is on its way to it", ststest.Snapshot(ststest.Set(waits), verbtest.Updated(2, 0)), refused},
		{"a partition keeps it", ststest.Snapshot(ststest.Set(waits, ststest.Partition(2)), verbtest.Updated(2, 0)), nil},
		{"it has been updated", ststest.Snapshot(ststest.Set(waits, onDelete), verbtest.Updated(1, 0)), nil},
		{"it is down", ststest.Snapshot(ststest.Set(waits, onDelete), broken), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := plantest.Saved(restart.Pods(verbtest.Ask().Restart(), []int{1}, tt.s, ststest.Start))

			if tt.want != nil {
				verbtest.RequireRefusal(t, tt.want, p, err)
				verbtest.Planned(t)(plantest.Saved(restart.Pods(verbtest.Ask(verbtest.Force).Restart(), []int{1}, tt.s, ststest.Start)))
				return
			}
			verbtest.Planned(t)(p, err)
		})
	}
}
