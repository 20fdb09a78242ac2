package abort

import (
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// gate is where the gate goes together with the template, and how that is
// said; -1 leaves it where it is.
func (w way) gate() (gate int, words string) {
	switch {
	case w.PodByPod() && w.again:
		return -1, ""
	case w.PodByPod():
		// Closed, and then opened pod by pod: by itself the controller would
		// not ask the budget.
		return w.Set.PartitionFor(0), ", rollout paused"
	case w.Record.Verb == operation.VerbUndo:
		return w.Record.Partition, " and " + sts.PartitionWords(w.Record.Partition, "the closed gate")
	case w.Set.Gate() > w.lowestBack():
		// Somebody else closed it, or a budget had a say and has none any more.
		return w.lowestBack(), " and open the gate"
	}
	return -1, ""
}

// lowestBack is the partition that lets through the lowest pod that is to go back.
func (w way) lowestBack() int {
	through := 0
	for o := range w.Set.Ordinals().Backward() {
		if !w.returns(o) {
			break
		}
		if pod, ok := w.Set.Pod(o); !ok || pod.Revision != w.Record.Stable {
			through = w.Set.Ordinals().From(o).Len()
		}
	}
	return w.Set.PartitionFor(through)
}

// onePodAtATime opens the gate again, down to the lowest pod that is to go
// back, as the budgets allow.
func (w way) onePodAtATime(free *plan.Replace) []plan.Step {
	var steps []plan.Step
	through := w.Set.Opens(w.from)
	if through.Len() > 0 {
		steps = append(steps, plan.Step{
			Title: "check " + w.Set.PodNames(through),
			Until: plan.PodsGood{From: through.First(), Gated: w.Record.Stable}, Replace: free, After: w.After(through.First()),
		})
	}
	for n := through.Len() + 1; n <= w.Set.Opens(w.lowestBack()).Len(); n++ {
		o := w.Set.Ordinals().Highest(n).First()
		step := plan.Step{
			Title: "return " + w.Set.PodName(o), Change: plan.Partition(w.Set.PartitionFor(n)),
			Until: plan.PodsGood{From: o, Gated: w.Record.Stable}, Replace: free,
		}
		if w.Guarded() {
			step.Disrupts = []int{o}
		}
		steps = append(steps, w.Letting(step, o))
	}
	return steps
}
