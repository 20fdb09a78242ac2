package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/charmbracelet/lipgloss"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// planView is a plan as a program reads it.
type planView struct {
	Verb        string            `json:"verb"`
	Title       string            `json:"title"`
	Details     []string          `json:"details,omitempty"`
	Images      []imageChangeView `json:"images,omitempty"`
	Diff        string            `json:"diff,omitempty"`
	Warnings    []string          `json:"warnings,omitempty"`
	Patience    string            `json:"patience"`
	StepTimeout string            `json:"stepTimeout"`
	Timeout     string            `json:"timeout,omitempty"`
	Ordinals    []ordinalView     `json:"ordinals,omitempty"`
	Steps       []stepView        `json:"steps"`
}

type stepView struct {
	Step   int      `json:"step,omitempty"`
	Title  string   `json:"title"`
	Before []string `json:"before,omitempty"`
	Change *change  `json:"change,omitempty"`
	// Disrupts are ordinals that a PodDisruptionBudget must let go first.
	Disrupts []int  `json:"disrupts,omitempty"`
	Until    string `json:"until"`
	Frees    string `json:"frees,omitempty"`
	Order    string `json:"order,omitempty"`
	Soak     string `json:"soak,omitempty"`
	Gate     string `json:"gate,omitempty"`
	Next     string `json:"next,omitempty"`
}

// change is a write as a program reads it.
type change struct {
	Kind        string             `json:"kind"` // edit, deletePod, deleteClaim or retainVolume
	Says        string             `json:"says"`
	Template    bool               `json:"template,omitempty"` // the template is set
	Partition   *int               `json:"partition,omitempty"`
	Replicas    *int               `json:"replicas,omitempty"`
	WhenScaled  *plan.Retention    `json:"whenScaled,omitempty"`
	Annotations map[string]*string `json:"annotations,omitempty"`
	Pod         string             `json:"pod,omitempty"`
	Claim       string             `json:"claim,omitempty"`
	Volume      string             `json:"volume,omitempty"`
	UID         string             `json:"uid,omitempty"`
	Record      bool               `json:"record,omitempty"` // restore-pvc brings the claim back
}

func viewChange(c plan.Change) *change {
	out := &change{Says: Clean(c.String())}
	switch c := c.(type) {
	case plan.Edit:
		out.Kind, out.Template = "edit", c.Template != nil
		out.Partition, out.Replicas, out.Annotations, out.WhenScaled = c.Partition, c.Replicas, c.Annotations, c.Retention
	case plan.DeletePod:
		out.Kind, out.Pod, out.UID = "deletePod", c.Name, string(c.UID)
	case plan.DeleteClaim:
		out.Kind, out.Claim, out.UID, out.Record = "deleteClaim", c.Name, string(c.UID), c.Record
	case plan.RetainVolume:
		out.Kind, out.Claim, out.Volume, out.UID = "retainVolume", c.Claim, c.Volume, string(c.UID)
	}
	return out
}

func viewPlan(p *plan.Plan) *planView {
	v := &planView{
		Verb: p.Verb, Title: Clean(p.Title), Details: cleanAll(p.Details), Diff: spellOut(p.Diff), Warnings: cleanAll(p.Warnings),
		Patience: p.Patience.String(), StepTimeout: p.StepTimeout.String(), Timeout: orNothing(p.Timeout),
		Ordinals: viewOrdinals(p.Ordinals), Images: viewImages(p.Images),
	}
	for i := range p.Steps {
		step := &p.Steps[i]
		s := stepView{
			Step: step.Number, Title: Clean(step.Title), Disrupts: step.Disrupts,
			Until: step.Until.String(), Soak: orNothing(step.Soak),
		}
		if step.Change != nil {
			s.Change = viewChange(step.Change)
		}
		for _, h := range step.Before {
			s.Before = append(s.Before, Clean(h.String()))
		}
		if step.Free != nil {
			s.Frees = string(step.Free.Mode)
			if step.Free.Mode != plan.FreeBlocker {
				s.Order = Clean(step.Free.Order.String())
			}
		}
		if step.Gate != nil {
			s.Gate, s.Next = string(step.Gate.Kind), step.Gate.Next
		}
		v.Steps = append(v.Steps, s)
	}
	return v
}

func orNothing(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

func cleanAll(texts []string) []string {
	out := make([]string, 0, len(texts))
	for _, t := range texts {
		out = append(out, Clean(t))
	}
	return out
}

// Plan prints a plan that is not run.
func Plan(w io.Writer, mode term.ColorMode, format Format, dryRun DryRun, p *plan.Plan, now time.Time) {
	if format != Human {
		writeObject(w, format, object{
			Type: string(engine.EventPlan), Time: now.UTC(), DryRun: dryRun,
			Set: &setName{p.Namespace, p.Name}, Plan: viewPlan(p),
		})
		return
	}
	style := newStyles(w, mode)
	mark := " (dry run)"
	if dryRun == DryRunServer {
		mark = " (server dry run)"
	}
	say := func(before, text string, look lipgloss.Style) {
		text = wrap(text+mark, term.Width(w), strings.Repeat(" ", len(before)))
		text, whole := strings.CutSuffix(text, mark) // a mark that is broken looks like the rest
		text = each(look, text)
		if whole {
			text += style.dim.Render(mark)
		}
		_, _ = fmt.Fprintln(w, before+text)
	}
	say("", Clean(p.Title), style.bold)
	for _, d := range p.Details {
		say("  ", Clean(d), lipgloss.NewStyle())
	}
	if p.Diff != "" {
		_, _ = io.WriteString(w, Diff(w, mode, p.Diff))
	}
	printOrdinals(w, mode, p.Ordinals, p.Made)
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
	line := Clean(s.Title)
	if _, edits := s.Change.(plan.Edit); s.Change != nil && !edits {
		line = Clean(s.Change.String())
	} else if s.Change != nil && s.Change.String() != s.Title {
		line += ": " + Clean(s.Change.String())
	}
	for _, h := range s.Before {
		line += "; first " + Clean(h.String())
	}
	var then []string
	switch s.Until.(type) {
	case plan.PodsGood, plan.PodsUpdated, plan.PodsRestarted, plan.Scaled, plan.ClaimsFree:
		then = append(then, "wait until "+s.Until.String())
	}
	if len(s.Disrupts) > 0 {
		then = append([]string{"when the PodDisruptionBudget allows it"}, then...)
	}
	if s.Free != nil {
		then = append(then, freeWords(*s.Free))
	}
	if s.Soak > 0 {
		then = append(then, "soak "+round(s.Soak).String())
	}
	if s.Gate != nil {
		then = append(then, map[plan.GateKind]string{plan.GateAsk: "ask", plan.GateHold: "hold"}[s.Gate.Kind])
	}
	if len(then) > 0 {
		line += "; " + strings.Join(then, ", ")
	}
	return line
}

func freeWords(f plan.Free) string {
	words := "delete one that blocks the rest"
	switch f.Mode {
	case plan.FreeEach:
		words = "delete those that are not, one at a time, " + f.Order.String()
	case plan.FreeRestart:
		words = "delete them one at a time, " + f.Order.String()
	}
	if f.Budgets {
		words += ", as the PodDisruptionBudget allows"
	}
	return Clean(words)
}
