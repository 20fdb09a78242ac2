package undo_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/undo"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/podorder"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestAnUndoThatHasNothingToDo(t *testing.T) {
	s := verbtest.OnThird()
	p, err := verbtest.ToRevision(verbtest.Third)(verbtest.Ask(verbtest.AllAtOnce), s, ststest.Start)
	require.NoError(t, err)
	require.Nil(t, p)
}

func TestNoUndoIsRunOnASetWhen(t *testing.T) {
	for name, test := range verbtest.UnsupportedSets() {
		if name == "it has no replicas" {
			continue // the template can be put back all the same
		}
		t.Run(name, func(t *testing.T) {
			s := verbtest.Settled(test.Change)
			p, err := plantest.Saved(
				undo.Plan(verbtest.Ask(verbtest.AllAtOnce).Undo(), &undo.Target{Revision: s.Revisions[1]}, s, ststest.Start),
			)
			verbtest.RequireRefusal(t, test.Want, p, err)
		})
	}
}

func TestAnOrderIsOnlyForSetsThatTheControllerLeavesAlone(t *testing.T) {
	s := verbtest.OnThird()
	no := &plan.Refusal{
		Why: `the controller of statefulset "web" replaces its pods itself, the highest ordinal first: no other order can be had ` +
			`with update strategy RollingUpdate`,
		Try: hinttest.List("leave --order and --last out, or change spec.updateStrategy.type to OnDelete"),
	}
	r := verbtest.Ask(verbtest.AllAtOnce, verbtest.Ordered(podorder.Order{Ascending: true}))
	p, err := verbtest.ToRevision(ststest.Stable)(r, s, ststest.Start)
	verbtest.RequireRefusal(t, no, p, err)
	p, err = verbtest.CanaryOf("nginx:1.99")(r, s, ststest.Start)
	verbtest.RequireRefusal(t, no, p, err)
}

func TestStepsThatDoNotFitAnUndo(t *testing.T) {
	s := verbtest.OnThird()
	_, err := verbtest.ToRevision(ststest.Stable)(verbtest.Ask(verbtest.Steps("4", "50%")), s, ststest.Start)
	require.EqualError(t, err, "step 2 (50% = 3 pods) must be larger than step 1 (4 pods)")
}
