package findings

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// Printer prints findings for a person.
type Printer struct {
	Styles report.Styles
	Width  int // of the terminal, 0 for none
	// Least is the severity from which findings are shown.
	Least advice.Severity
}

const (
	// tagWidth is how wide a severity and an ID are.
	tagWidth = len("  warning R11  ")
	indent   = "               "
)

// Print prints what was found about one set; nothing where nothing is to be shown.
func (p Printer) Print(w io.Writer, a report.Advice) {
	var shown []advice.Finding
	for i := range a.Findings {
		if a.Findings[i].Severity.AtLeast(p.Least) {
			shown = append(shown, a.Findings[i])
		}
	}
	if len(shown) == 0 {
		return
	}
	name := a.About.Name
	if a.About.Namespace != "" {
		name = a.About.Namespace + "/" + name
	}
	head := p.Styles.Bold.Render(report.Clean(name))
	if place, ok := a.PlaceOf(advice.Evidence{Object: a.About}); ok {
		head += "  " + p.Styles.Dim.Render(place.String())
	}
	_, _ = fmt.Fprintln(w, head)
	for i := range shown {
		p.finding(w, a, &shown[i])
	}
	_, _ = fmt.Fprintln(w)
}

func (p Printer) finding(w io.Writer, a report.Advice, f *advice.Finding) {
	tag := p.style(f.Severity).Render(fmt.Sprintf("%-7s", f.Severity))
	_, _ = fmt.Fprintf(w, "  %s %-3s  %s\n", tag, f.Rule, report.WrapIndent(report.Clean(f.Says), p.room(), indent))
	for i := range f.Evidence {
		words := report.EvidenceWords(f.Evidence[i], a.Now)
		if place, ok := a.PlaceOf(f.Evidence[i]); ok {
			words += " (" + place.String() + ")"
		}
		_, _ = fmt.Fprintln(w, indent+report.Each(p.Styles.Dim, report.WrapIndent(words, p.room(), indent)))
	}
	p.fix(w, a, &f.Fix)
}

// fix prints words that break, and commands that don't: these are to be copied.
func (p Printer) fix(w io.Writer, a report.Advice, fix *advice.Fix) {
	commands := a.FixCommands(*fix)
	if fix.Words != "" && (fix.Patch == nil || a.Place != nil) {
		end := ""
		if fix.Patch != nil || fix.Create != nil {
			end = ":"
		}
		_, _ = fmt.Fprintln(w, indent+report.WrapIndent(report.Clean("fix: "+fix.Words)+end, p.room(), indent))
	}
	for i := range commands {
		label := "fix: "
		if fix.Words != "" && fix.Patch == nil {
			label = "     "
		}
		_, _ = fmt.Fprintln(w, indent+label+report.Clean(a.Caller.Render(commands[i])))
	}
	for _, object := range []map[string]any{fix.Create, p.patchOf(a, fix)} {
		if object != nil {
			_, _ = fmt.Fprint(w, asYAML(object))
		}
	}
}

// patchOf is a patch that is shown as it is: of a manifest.
func (p Printer) patchOf(a report.Advice, fix *advice.Fix) map[string]any {
	if a.Place == nil {
		return nil
	}
	return fix.Patch
}

func asYAML(object map[string]any) string {
	text, err := json.Marshal(object)
	if err != nil {
		panic("write YAML: " + err.Error()) // maps of plain values
	}
	lines, err := podtemplate.ToYAML(text)
	if err != nil {
		panic("write YAML: " + err.Error())
	}
	return indent + "     " + strings.ReplaceAll(strings.TrimSuffix(report.SpellOut(lines), "\n"), "\n", "\n"+indent+"     ") + "\n"
}

// room is the width that wrapped lines may have, 0 for any.
func (p Printer) room() int { return p.Width }

func (p Printer) style(s advice.Severity) lipgloss.Style {
	switch s {
	case advice.Error:
		return p.Styles.Bad
	case advice.Warning:
		return p.Styles.Warn
	}
	return p.Styles.Dim
}

// Total prints what was silenced, what was not looked at, and the counts.
func (p Printer) Total(w io.Writer, t report.AdviceTotal) {
	for _, u := range t.Unseen {
		_, _ = fmt.Fprintln(w, report.WrapIndent(report.UnseenWords(u), p.Width, ""))
	}
	style := p.Styles.Good
	switch {
	case t.Errors > 0:
		style = p.Styles.Bad
	case t.Warnings > 0:
		style = p.Styles.Warn
	}
	_, _ = fmt.Fprintln(w, style.Render(t.Words()))
}

// Silenced prints what was found about a set and is silenced.
func (p Printer) Silenced(w io.Writer, a report.Advice) {
	for i := range a.Silenced {
		f := &a.Silenced[i]
		words := fmt.Sprintf("silenced: %s %s: %s", a.About.Name, f.Rule, f.Reason)
		_, _ = fmt.Fprintln(w, report.WrapIndent(report.Clean(words), p.Width, ""))
	}
}

// Explain prints all about a rule.
func Explain(w io.Writer, width int, r advice.Rule) {
	_, _ = fmt.Fprintf(w, "%s: %s\n\n", r.ID, r.Title)
	_, _ = fmt.Fprintf(w, "Severity: %s\nLooks at: %s\n", r.Severity, r.Where())
	if len(r.Needs) > 0 {
		var parts []string
		for _, part := range r.Needs {
			parts = append(parts, string(part))
		}
		_, _ = fmt.Fprintf(w, "Needs:    %s\n", strings.Join(parts, ", "))
	}
	_, _ = fmt.Fprintf(w, "\n%s\n\n", report.Wrap(r.Why, width))
	silence := fmt.Sprintf("Silence it for a set with the annotation %s: \"%s and the reason\".", advice.IgnoreAnnotation, r.ID)
	_, _ = fmt.Fprintln(w, report.Wrap(silence, width))
}
