package engine

import (
	"fmt"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// passed reports whether the gate lets the run go on.
func (n *next) passed(step *plan.Step) bool {
	if step.Gate == nil {
		return true
	}
	if step.Gate.Kind == plan.GateAsk && n.st.answer != plan.Abort {
		switch {
		case n.broke(): // also after the answer: it was about pods that were good
			return false
		case n.st.answer == "":
			n.d.Ask = step.Gate
			return false
		}
	}
	switch n.st.answer {
	case plan.Promote:
		return true
	case plan.Abort:
		n.d.End = n.outcome(AbortAsked, "abort")
	default:
		after := fmt.Sprintf("after step %d of %d; next: %s", step.Number, step.Of, step.Gate.Next)
		n.d.End = n.outcome(Held, "held "+after)
		n.d.End.Detail = after
		n.d.End.Wanted = step.Gate.Wanted
	}
	return false
}

// gateWords says where the gate is: what the controller may replace from here.
func gateWords(s sts.Snapshot) string {
	if !s.Exists() || !s.Rolls() {
		return "" // there is no gate
	}
	switch opened := s.Opened(); opened.Len() {
	case 0:
		return sts.PartitionWords(s.Partition(), "gate closed") + ": no pod is updated"
	case s.Replicas():
		return fmt.Sprintf("partition %d: every pod is updated", s.Partition())
	case 1:
		return fmt.Sprintf("partition %d: only %s is updated", s.Partition(), s.PodName(opened.First()))
	default:
		return fmt.Sprintf("partition %d: %s and above are updated", s.Partition(), s.PodName(opened.First()))
	}
}
