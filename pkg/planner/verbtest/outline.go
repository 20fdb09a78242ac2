package verbtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
)

// Outline is a plan's steps, each with all its parts in one line.
func Outline(p *plan.Plan) []string {
	var lines []string
	for _, s := range p.Steps {
		parts := []string{s.Title, changeLine(s.Change), untilLine(s.Until)}
		if s.Number > 0 {
			parts[0] = fmt.Sprintf("%d/%d %s", s.Number, s.Of, s.Title)
		}
		if s.Replace != nil {
			parts = append(parts, freeLine(*s.Replace))
		}
		if s.Disrupts != nil {
			parts = append(parts, fmt.Sprintf("disrupts %v", s.Disrupts))
		}
		if s.Part {
			parts = append(parts, "part")
		}
		if s.Soak != 0 {
			parts = append(parts, "soak "+s.Soak.String())
		}
		if s.Gate != nil {
			parts = append(parts, fmt.Sprintf("%s (wanted %v) before %s", s.Gate.Kind, s.Gate.Wanted, s.Gate.Next))
		}
		lines = append(lines, strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), "; "))
	}
	return lines
}

func freeLine(f plan.Replace) string {
	line := fmt.Sprintf("free %s after %s", f.Mode, f.Grace)
	if !f.Order.IsZero() {
		line += " " + f.Order.String()
	}
	if f.AlwaysUnhealthy {
		line += ", unhealthy ones always,"
	}
	if f.Budgets {
		line += " within budgets"
	}
	return line
}

func changeLine(c plan.Change) string {
	edit, ok := c.(plan.Edit)
	if !ok {
		return ""
	}
	var parts []string
	if edit.Template != nil {
		parts = append(parts, "template")
	}
	if edit.Partition != nil {
		parts = append(parts, fmt.Sprintf("partition %d", *edit.Partition))
	}
	for _, key := range slices.Sorted(maps.Keys(edit.Annotations)) {
		if edit.Annotations[key] != nil && key == note.RolloutAnnotation && strings.HasPrefix(edit.Says, "partition ") {
			continue // every move of the gate notes it
		}
		what := "annotation "
		if edit.Annotations[key] == nil {
			what = "no annotation "
		}
		parts = append(parts, what+key)
	}
	return strings.Join(parts, ", ")
}

func untilLine(c plan.Condition) string {
	switch c := c.(type) {
	case plan.PodsGood:
		return fmt.Sprintf("good from %d", c.From)
	case plan.PodsUpdated:
		return fmt.Sprintf("updated %d", c.Count)
	case plan.PodsRestarted:
		return fmt.Sprintf("restarted %v alone %v", slices.Sorted(maps.Keys(c.Pods)), c.Alone)
	}
	return "observed"
}

// The steps that many plans have, as Outline gives them.
const (
	NoRecord   = "no annotation kubectl-sts.github.io/canary; observed"
	NoCause    = "no annotation kubernetes.io/change-cause; observed"
	Ended      = "end the canary; partition 0, no annotation kubectl-sts.github.io/canary; observed"
	AbortEnded = "end the canary; partition 0, no annotation kubectl-sts.github.io/canary, " +
		"annotation kubectl-sts.github.io/undone; good from 0"
)
