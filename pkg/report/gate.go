package report

import "github.com/kubectl-sts/kubectl-sts/pkg/plan"

// GateQuestion asks what to do at a gate.
func GateQuestion(where string, step *plan.Step) string {
	if where != "" {
		where += ": "
	}
	next := ""
	if step.Gate != nil {
		next = step.Gate.Next
	}
	return where + "next: " + Clean(next) + ". [p]romote, [h]old here, [a]bort?"
}

// GateHelp explains the answers.
const GateHelp = `  p  promote: run the next step
  h  hold: end here and leave the gate as it is; "promote" goes on
  a  abort: take the pods back to the stable revision`
