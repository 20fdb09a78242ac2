package report

import (
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

// Where says which set on which cluster something is about, as in "prod/web @
// cluster-1". What is empty is left out; without a name it is the namespace.
func Where(namespace, name, context string) string {
	parts := make([]string, 0, 2)
	for _, part := range []string{namespace, name} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	where := strings.Join(parts, "/")
	if context != "" {
		where = strings.TrimSpace(where + " @ " + context)
	}
	return Clean(where)
}

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
