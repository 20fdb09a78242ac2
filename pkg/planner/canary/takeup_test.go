package canary_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestAWaitingChangeIsTakenUpWhereItIs(t *testing.T) {
	const open = "take up the change that waits behind the partition; annotation kubectl-sts.github.io/canary; observed"
	const first = "1/3 update web-4; partition 4; good from 4; soak 1m0s"
	const second = "2/3 update web-3, web-2; partition 2; good from 2; soak 1m0s"
	const third = "3/3 update web-1, web-0; partition 0; good from 0; soak 1m0s"
	tests := []struct {
		name      string
		partition int32
		updated   int // the lowest ordinal that carries the change already
		want      []string
	}{
		{
			"no pod carries it yet", 5, 5,
			[]string{open, first, second, third, "end the canary; partition 5, no annotation kubectl-sts.github.io/canary; observed"},
		},
		{
			"a partition above the replicas is put back too", 100, 5,
			[]string{open, first, second, third, "end the canary; partition 100, no annotation kubectl-sts.github.io/canary; observed"},
		},
		{
			"the first step is done", 4, 4,
			[]string{open, second, third, "end the canary; partition 4, no annotation kubectl-sts.github.io/canary; observed"},
		},
		{
			"half way through the second step", 3, 3,
			[]string{open, second, third, "end the canary; partition 3, no annotation kubectl-sts.github.io/canary; observed"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := ststest.Snapshot(verbtest.Waiting(tt.partition), verbtest.Updated(tt.updated, 0))

			p := verbtest.Planned(t)(plantest.Saved(canary.Plan(verbtest.Ask().Canary(), s, ststest.Start)))

			require.Equal(t, tt.want, verbtest.Outline(p))
			fingerprint, err := podtemplate.Fingerprint(&s.Set.Spec.Template)
			require.NoError(t, err)
			want := verbtest.Record(verbtest.TakenUp(int(tt.partition)))
			want.Template, want.Gate = fingerprint, ptr.To(int(tt.partition))
			require.Equal(t, want, verbtest.Written(t, verbtest.Write(t, p.Steps[0])))
		})
	}
}

func TestNothingIsTakenUp(t *testing.T) {
	tests := []struct {
		name string
		set  *appsv1.StatefulSet
		from int
		want *plan.Refusal
	}{
		{
			"where no change waits", ststest.Set(), 5,
			&plan.Refusal{
				Why: `nothing to roll out for statefulset "web"`,
				Try: hinttest.List("start one: kubectl sts canary web --image CONTAINER=IMAGE"),
			},
		},
		{
			"where a partition holds nothing back", ststest.Set(ststest.Partition(3)), 5,
			&plan.Refusal{
				Why: `nothing to roll out for statefulset "web"`,
				Try: hinttest.List("start one: kubectl sts canary web --image CONTAINER=IMAGE"),
			},
		},
		{
			"in the middle of an update without a partition", verbtest.Waiting(0), 3,
			&plan.Refusal{
				Why: `statefulset "web" is being updated without a partition: there is no gate to open step by step`,
				Try: hinttest.List("start one: kubectl sts canary web --image CONTAINER=IMAGE"),
			},
		},
		{
			"where the pods beyond the partition are not there yet", verbtest.Waiting(3), 4,
			&plan.Refusal{
				Why: `statefulset "web" is not settled: web-3 is on another revision than wanted`,
				Try: hinttest.List("see what is the matter: kubectl sts status web", "go ahead all the same with --force"),
			},
		},
		{
			"before the controller knows what waits", ststest.Set(ststest.Partition(5), ststest.Unseen), 5,
			&plan.Refusal{
				Why: `statefulset "web" is not settled: waiting for the StatefulSet controller to see the change`,
				Try: hinttest.List("see what is the matter: kubectl sts status web"),
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := plantest.Saved(
				canary.Plan(verbtest.Ask().Canary(), ststest.Snapshot(tt.set, verbtest.Updated(tt.from, 0)), ststest.Start),
			)
			verbtest.RequireRefusal(t, tt.want, p, err)
		})
	}
}

func TestForceTakesUpAChangeWhosePodsAreUnhealthy(t *testing.T) {
	s := ststest.Snapshot(verbtest.Waiting(4), ststest.Pods(0, 4), ststest.Pods(4, 5, ststest.Revision(ststest.Update), ststest.Unready))
	p := verbtest.Planned(t)(plantest.Saved(canary.Plan(verbtest.Ask(verbtest.Force).Canary(), s, ststest.Start)))
	require.Equal(t, []string{
		"take up the change that waits behind the partition; annotation kubectl-sts.github.io/canary; observed",
		"2/3 update web-3, web-2; partition 2; good from 2; free blocker after 30s; soak 1m0s",
		"3/3 update web-1, web-0; partition 0; good from 0; free blocker after 30s; soak 1m0s",
		"end the canary; partition 4, no annotation kubectl-sts.github.io/canary; observed",
	}, verbtest.Outline(p))
}

func TestForceDoesNotTakeUpWhatNobodyKnows(t *testing.T) {
	s := ststest.Snapshot(verbtest.Waiting(4, ststest.Unseen), verbtest.Updated(4, 0))
	p, err := plantest.Saved(canary.Plan(verbtest.Ask(verbtest.Force).Canary(), s, ststest.Start))
	verbtest.RequireRefusal(t, &plan.Refusal{
		Why: `statefulset "web" is not settled: waiting for the StatefulSet controller to see the change`,
		Try: hinttest.List("see what is the matter: kubectl sts status web"),
	}, p, err)
}

func TestStepsThatDoNotFitTakeUpNothing(t *testing.T) {
	s := ststest.Snapshot(verbtest.Waiting(5), verbtest.Updated(5, 0))
	p, err := plantest.Saved(canary.Plan(verbtest.Ask(verbtest.Steps("4", "50%")).Canary(), s, ststest.Start))
	require.EqualError(t, err, "step 2 (50% = 3 pods) must be larger than step 1 (4 pods)")
	require.Nil(t, p)
}
