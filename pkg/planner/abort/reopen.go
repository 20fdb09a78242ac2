package abort

import (
	"fmt"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

// gate is where the gate goes together with the template, and how that is
// said; -1 leaves it where it is.
func (w way) gate() (gate int, words string) {
	switch {
	case w.Guarded() && w.again:
		return -1, ""
	case w.Guarded():
		// Closed, and then opened pod by pod: by itself the controller would
		// not ask the budget.
		return w.Set.Replicas(), ", rollout paused"
	case w.Record.Verb == operation.VerbUndo:
		return w.Record.Partition, fmt.Sprintf(" and partition %d", w.Record.Partition)
	case w.again && w.from > w.lowestBack():
		return w.lowestBack(), " and open the gate" // a budget had a say, and has none any more
	}
	return -1, ""
}

// lowestBack is the lowest index of a pod that is to go back.
func (w way) lowestBack() int {
	lowest := w.Set.Replicas()
	for o := w.Set.End() - 1; o >= w.Set.Start() && w.returns(o); o-- {
		if pod, ok := w.Set.Pod(o); !ok || pod.Revision != w.Record.Stable {
			lowest = o - w.Set.Start()
		}
	}
	return lowest
}

// onePodAtATime opens the gate again, down to the lowest pod that is to go
// back, as the budgets allow.
func (w way) onePodAtATime(free *plan.Replace) []plan.Step {
	var steps []plan.Step
	if w.from < w.Set.Replicas() {
		steps = append(steps, plan.Step{
			Title: "check " + w.Set.PodNames(w.Set.Start()+w.from, w.Set.End()),
			Until: plan.PodsGood{From: w.Set.Start() + w.from, Gated: w.Record.Stable}, Replace: free,
		})
	}
	for index, lowest := w.from-1, w.lowestBack(); index >= lowest; index-- {
		o := w.Set.Start() + index
		steps = append(steps, plan.Step{
			Title: "return " + w.Set.PodName(o), Change: plan.Partition(index), Disrupts: []int{o},
			Until: plan.PodsGood{From: o, Gated: w.Record.Stable}, Replace: free,
		})
	}
	return steps
}
