package canary

import (
	"fmt"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

// backGate is where the gate goes together with the template, and how that is
// said; -1 leaves it where it is.
func (b builder) backGate() (gate int, words string) {
	switch {
	case b.guarded() && b.again:
		return -1, ""
	case b.guarded():
		// Closed, and then opened pod by pod: by itself the controller would
		// not ask the budget.
		return b.s.Replicas(), ", rollout paused"
	case b.record.Verb == operation.VerbUndo:
		return b.record.Partition, fmt.Sprintf(" and partition %d", b.record.Partition)
	case b.again && b.from > b.lowestBack():
		return b.lowestBack(), " and open the gate" // a budget had a say, and has none any more
	}
	return -1, ""
}

// lowestBack is the lowest index of a pod that is to go back.
func (b builder) lowestBack() int {
	lowest := b.s.Replicas()
	for o := b.s.End() - 1; o >= b.s.Start() && b.returns(o); o-- {
		if pod, ok := b.s.Pod(o); !ok || pod.Revision != b.record.Stable {
			lowest = o - b.s.Start()
		}
	}
	return lowest
}

// onePodAtATime opens the gate again, down to the lowest pod that is to go
// back, as the budgets allow.
func (b builder) onePodAtATime(free *plan.Replace) []plan.Step {
	var steps []plan.Step
	if b.from < b.s.Replicas() {
		steps = append(steps, plan.Step{
			Title: "check " + b.s.PodNames(b.s.Start()+b.from, b.s.End()),
			Until: plan.PodsGood{From: b.s.Start() + b.from, Gated: b.record.Stable}, Replace: free,
		})
	}
	for index, lowest := b.from-1, b.lowestBack(); index >= lowest; index-- {
		o := b.s.Start() + index
		steps = append(steps, plan.Step{
			Title: "return " + b.s.PodName(o), Change: plan.Partition(index), Disrupts: []int{o},
			Until: plan.PodsGood{From: o, Gated: b.record.Stable}, Replace: free,
		})
	}
	return steps
}
