package engine_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// goingBack says that the step is on the way back.
func goingBack(p *plan.Plan) {
	p.Steps[0].Replace = &plan.Replace{Mode: plan.ReplaceBlocker, Budgets: true, AlwaysUnhealthy: true}
}

func TestOnTheWayBackAPodThatIsDownGoesWhateverTheBudgetSays(t *testing.T) {
	p := enginetest.OneStep(enginetest.Returning(&plan.Replace{Mode: plan.ReplaceBlocker, Budgets: true, AlwaysUnhealthy: true}))
	s := enginetest.Budgeted(ststest.Opened(enginetest.Closing(), ststest.UpdatedPod(4, ststest.Unready)), ststest.Healthy(0, 4))
	require.Equal(t, "web-4", deletes(newWalk(t, p, s).see(s).Do))
}

// Two pods of the canary crash, and the budget counts them: it would never allow
// the first step back.
func TestOnTheWayBackPodsThatAreDownAreRecreatedBeforeABudgetIsWaitedFor(t *testing.T) {
	p := enginetest.OneStep(disrupting(4), goingBack)
	both := enginetest.Budgeted(before(ststest.UpdatedPod(4, ststest.Unready), ststest.UpdatedPod(3, ststest.Unready)),
		ststest.Healthy(3, 4))
	w := newWalk(t, p, both)
	d := w.see(both)
	require.Equal(t, "web-4", deletes(d.Do))
	w.state = w.state.Applied(d.Do, nil, w.now)
	require.Nil(t, w.see(both).Do, "the watch does not show it yet")

	one := enginetest.Budgeted(before(ststest.UpdatedPod(4, ststest.Unready, ststest.Terminating), ststest.UpdatedPod(3, ststest.Unready)),
		ststest.Healthy(3, 4))
	d = w.see(one)
	require.Equal(t, "web-3", deletes(d.Do), "at once, and not after the other")
	w.state = w.state.Applied(d.Do, nil, w.now)

	require.Equal(t, plan.Partition(4), w.see(enginetest.Budgeted(before())).Do, "the step's own change is still to come")
}

func TestOnTheWayBackAPodThatIsWellWaitsForTheBudget(t *testing.T) {
	s := enginetest.Budgeted(before(ststest.UpdatedPod(3)), ststest.Healthy(4, 4))
	require.Nil(t, newWalk(t, enginetest.OneStep(disrupting(4), goingBack), s).see(s).Do)
}

// Without a change the pod would come back as it is.
func TestOnTheWayBackAPodThatIsWhereItIsWantedIsLeftAlone(t *testing.T) {
	s := enginetest.Budgeted(before(ststest.StablePod(2, ststest.Unready)), ststest.Healthy(4, 5))
	require.Nil(t, newWalk(t, enginetest.OneStep(disrupting(4), goingBack), s).see(s).Do)
}

func TestAnAbortThatWaitsOffersToGoOnWithoutTheBudget(t *testing.T) {
	full := enginetest.Budgeted(before(), ststest.Healthy(4, 4))
	p := enginetest.OneStep(disrupting(4))
	p.Resume, p.Abort = hint.Hint{}, hint.Plugin("", "abort", "web")
	w := newWalk(t, p, full)
	w.see(full)
	d := w.at(enginetest.StepTimeout).see(full)
	require.Contains(t, d.End.Try, hint.Plugin("go back without the budget's word", "abort", "web", "--ignore-pdb"))
}

// With OnDelete the run alone replaces pods: no budget keeps it from one that is down.
func TestWithOnDeleteAPodThatIsDownGoesWhateverTheBudgetSays(t *testing.T) {
	p := enginetest.OneStep(driving(plan.Replace{Budgets: true, AlwaysUnhealthy: true}))
	down := enginetest.Budgeted(ststest.Opened(ststest.WaitingForDeletions(), ststest.StablePod(2, ststest.Unready)), ststest.Healthy(3, 4))
	require.Equal(t, "web-2", deletes(newWalk(t, p, down).see(down).Do))
	require.Nil(t, newWalk(t, enginetest.OneStep(driving(plan.Replace{Budgets: true})), down).see(down).Do, "on the way forward it waits")
	well := enginetest.Budgeted(ststest.Opened(ststest.WaitingForDeletions()), ststest.Healthy(4, 4))
	require.Nil(t, newWalk(t, p, well).see(well).Do, "one that is well waits for the budget")
}
