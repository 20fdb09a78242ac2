package text

import (
	"fmt"
	"io"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// PrintPlan prints a plan that is not run.
func PrintPlan(w io.Writer, mode term.ColorMode, dryRun report.DryRun, p *plan.Plan) {
	style := report.NewStyles(w, mode)
	mark := " (dry run)"
	if dryRun == report.DryRunServer {
		mark = " (server dry run)"
	}
	say := func(before, text string, look lipgloss.Style) {
		text = report.WrapIndent(text+mark, term.Width(w), strings.Repeat(" ", len(before)))
		text, whole := strings.CutSuffix(text, mark) // a mark that is broken looks like the rest
		text = report.Each(look, text)
		if whole {
			text += style.Dim.Render(mark)
		}
		_, _ = fmt.Fprintln(w, before+text)
	}
	say("", report.Clean(p.Title), style.Bold)
	for _, d := range p.Details {
		say("  ", report.Clean(d), lipgloss.NewStyle())
	}
	if p.Diff != "" {
		_, _ = io.WriteString(w, Diff(w, mode, p.Diff))
	}
	printOrdinals(w, mode, p.Ordinals, p.Made)
	printSizes(w, mode, p.Sizes)
	for i := range p.Steps {
		say(planNumber(&p.Steps[i]), planLine(&p.Steps[i]), lipgloss.NewStyle())
	}
}

// planNumber stands before a step's line. Housekeeping has no number.
func planNumber(s *plan.Step) string {
	if s.Number == 0 {
		return "  - "
	}
	return fmt.Sprintf("%3d ", s.Number)
}

// planLine is a step in one line: what is written, what is waited for, and
// what stands before the next.
func planLine(s *plan.Step) string {
	line := report.Clean(s.Title)
	if _, edits := s.Change.(plan.Edit); s.Change != nil && !edits {
		line = report.Clean(s.Change.String())
	} else if s.Change != nil && s.Change.String() != s.Title {
		line += ": " + report.Clean(s.Change.String())
	}
	for _, h := range s.Before {
		line += "; first " + report.Clean(h.String())
	}
	var then []string
	switch s.Until.(type) {
	case plan.PodsGood, plan.PodsUpdated, plan.PodsRestarted, plan.PodsRenewed, plan.Scaled, plan.ClaimsFree, plan.ClaimsResized,
		plan.FileSystemsGrown, plan.VolumesAdded, plan.VolumesDropped:
		then = append(then, "wait until "+s.Until.String())
	}
	for _, h := range s.After {
		then = append(then, report.Clean(h.String()))
	}
	if len(s.Disrupts) > 0 {
		then = append([]string{"when the PodDisruptionBudget allows it"}, then...)
	}
	if s.Replace != nil {
		then = append(then, freeWords(s))
	}
	if s.Soak > 0 {
		then = append(then, "soak "+report.Round(s.Soak).String())
	}
	if len(s.Checks) > 0 {
		then = append(then, "measure "+report.CheckNames(s.Checks))
	}
	if s.Gate != nil {
		then = append(then, map[plan.GateKind]string{plan.GateAsk: "ask", plan.GateHold: "hold"}[s.Gate.Kind])
	}
	if len(then) > 0 {
		line += "; " + strings.Join(then, ", ")
	}
	return line
}

func freeWords(s *plan.Step) string {
	f, words := s.Replace, "delete one that blocks the rest"
	switch f.Mode {
	case plan.ReplaceEach:
		words = "delete those that are not, one at a time, " + f.Order.String()
	case plan.ReplaceRestart:
		words = "delete them one at a time, " + f.Order.String()
		if _, some := s.Until.(plan.FileSystemsGrown); some {
			words = "delete pods for which a file system waits, one at a time, " + f.Order.String()
		}
	case plan.ReplaceUpward:
		words = "delete those that lack it one at a time, lowest ordinal first"
		if _, back := s.Until.(plan.VolumesDropped); back {
			words = "delete those that have it and are not Ready, one at a time, lowest ordinal first"
		}
	case plan.ReplaceRenew:
		words = "delete them one at a time, each after its claims, " + f.Order.String()
	case plan.ReplaceBlocker:
	}
	if f.Budgets {
		words += ", as the PodDisruptionBudget allows"
	}
	return report.Clean(words)
}
