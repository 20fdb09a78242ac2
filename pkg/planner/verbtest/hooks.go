package verbtest

import (
	"fmt"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

// The commands for each pod that tests give: one before it goes and one once it is back,
// and how it is found out which of them leads.
func hooks() plan.Hooks {
	return plan.Hooks{
		Before: []plan.Hook{{Exec: true, Command: "drain", Container: "db"}},
		After:  []plan.Hook{{Moment: plan.AfterPod, Command: "ask"}},
		Leader: &plan.Leader{
			Find:     plan.Hook{Moment: plan.Leads, Exec: true, Command: "leads", Container: "db"},
			StepDown: &plan.Hook{Moment: plan.StepDown, Exec: true, Command: "down", Container: "db"},
		},
	}
}

// Hooked gives commands for each pod.
func Hooked(r *Request) { r.Hooks = hooks() }

// HookOutline is which commands a plan's steps run, each step that has some in one line.
func HookOutline(p *plan.Plan) []string {
	var lines []string
	for _, s := range p.Steps {
		var parts []string
		for _, h := range s.Before {
			parts = append(parts, hookLine("before", h))
		}
		for _, h := range s.After {
			parts = append(parts, hookLine("after", h))
		}
		if s.Goes != nil {
			parts = append(parts, fmt.Sprintf("goes %v", s.Goes))
		}
		if s.Leader != nil {
			parts = append(parts, "leader")
		}
		if s.Stays != nil {
			parts = append(parts, fmt.Sprintf("stay %v", s.Stays))
		}
		if others, ok := s.Require.(plan.Others); ok {
			parts = append(parts, fmt.Sprintf("others but %v heal %t", others.But, others.Heal))
		}
		if len(parts) > 0 {
			lines = append(lines, s.Title+": "+strings.Join(parts, "; "))
		}
	}
	return lines
}

func hookLine(when string, h plan.Hook) string {
	words := when + " "
	if h.Lenient {
		words += "ready "
	}
	if h.Pod == "" {
		return words + "each"
	}
	return words + h.Pod
}
