package object

import (
	"io"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// findingView is a finding as a program reads it.
type findingView struct {
	Type     string         `json:"type"`
	Time     time.Time      `json:"time"`
	DryRun   report.DryRun  `json:"dryRun"`
	Set      Set            `json:"statefulSet"`
	Rule     string         `json:"rule"`
	Severity string         `json:"severity"`
	Message  string         `json:"message"`
	At       *placeView     `json:"at,omitempty"`
	Evidence []evidenceView `json:"evidence"`
	Fix      fixView        `json:"fix"`
	Silenced string         `json:"silenced,omitempty"` // the reason
}

type findingObject struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
}

type placeView struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

type evidenceView struct {
	Object findingObject `json:"object"`
	Field  string        `json:"field,omitempty"`
	Value  string        `json:"value,omitempty"`
	Since  *time.Time    `json:"since,omitempty"`
	By     string        `json:"by,omitempty"`
	At     *placeView    `json:"at,omitempty"`
}

type fixView struct {
	Words    string         `json:"words,omitempty"`
	Commands []string       `json:"commands,omitempty"`
	Target   *findingObject `json:"target,omitempty"`
	Patch    map[string]any `json:"patch,omitempty"`
	Create   map[string]any `json:"create,omitempty"`
}

// WriteAdvice writes an object for each finding about a set.
func WriteAdvice(w io.Writer, format report.Format, a report.Advice, least advice.Severity) {
	for i := range a.Findings {
		if a.Findings[i].Severity.AtLeast(least) {
			Write(w, format, viewFinding(a, &a.Findings[i]))
		}
	}
	for i := range a.Silenced {
		Write(w, format, viewFinding(a, &a.Silenced[i]))
	}
}

func viewFinding(a report.Advice, f *advice.Finding) findingView {
	v := findingView{
		Type: "finding", Time: a.Now.UTC(), DryRun: report.DryRunNone, Rule: f.Rule,
		Set:      Set{report.Clean(f.About.Namespace), report.Clean(f.About.Name)},
		Severity: string(f.Severity), Message: report.Clean(f.Says), Evidence: []evidenceView{}, Silenced: report.Clean(f.Reason),
		Fix: fixView{Words: report.Clean(f.Fix.Words), Patch: f.Fix.Patch, Create: f.Fix.Create},
	}
	for _, h := range a.FixCommands(f.Fix) {
		v.Fix.Commands = append(v.Fix.Commands, report.Clean(a.Caller.Command(h)))
	}
	if f.Fix.Patch != nil {
		target := viewObject(f.Fix.Target)
		v.Fix.Target = &target
	}
	if place, ok := a.At(*f); ok {
		v.At = viewPlace(place)
	}
	for i := range f.Evidence {
		e := &f.Evidence[i]
		out := evidenceView{
			Object: viewObject(e.Object), Field: report.Clean(e.Field), Value: report.Clean(e.Value), Since: moment(e.Since),
			By: report.Clean(e.By),
		}
		if place, ok := a.PlaceOf(*e); ok {
			out.At = viewPlace(place)
		}
		v.Evidence = append(v.Evidence, out)
	}
	return v
}

func viewObject(o advice.Object) findingObject {
	return findingObject{o.Kind, report.Clean(o.Namespace), report.Clean(o.Name)}
}

func viewPlace(p report.Place) *placeView { return &placeView{report.Clean(p.File), p.Line, p.Column} }

// unseenView is what was not looked at, as a program reads it.
type unseenView struct {
	Type    string        `json:"type"`
	Time    time.Time     `json:"time"`
	DryRun  report.DryRun `json:"dryRun"`
	Part    string        `json:"part"`
	Message string        `json:"message"`
	Rules   []string      `json:"rules,omitempty"`
}

// summaryView counts the findings.
type summaryView struct {
	Type     string        `json:"type"`
	Time     time.Time     `json:"time"`
	DryRun   report.DryRun `json:"dryRun"`
	Sets     int           `json:"sets"`
	Errors   int           `json:"errors"`
	Warnings int           `json:"warnings"`
	Infos    int           `json:"infos"`
	Silenced int           `json:"silenced"`
	FailOn   string        `json:"failOn"`
	Fails    bool          `json:"fails"`
	Message  string        `json:"message"`
}

// WriteAdviceTotal writes what was not looked at, and the counts.
func WriteAdviceTotal(w io.Writer, format report.Format, t report.AdviceTotal) {
	for _, u := range t.Unseen {
		Write(w, format, unseenView{"unseen", t.Now.UTC(), report.DryRunNone, string(u.Part), report.Clean(u.Why), u.Rules})
	}
	Write(w, format, summaryView{
		"summary", t.Now.UTC(), report.DryRunNone, t.Sets, t.Errors, t.Warnings, t.Infos, t.Silenced, string(t.FailOn), t.Fails(),
		t.Words(),
	})
}
