package ci

import (
	"slices"
	"strings"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// AddAdvice takes down what the rules say of a set: a test for each rule that
// was asked, and for each that could not be.
func (p *Report) AddAdvice(a report.Advice, failOn advice.Severity, began time.Time) {
	part := &Part{
		About: report.Subject{Namespace: a.About.Namespace, Name: a.About.Name}, Title: report.Clean(a.About.String()),
		Began: began, Ended: a.Now, at: map[string]int{},
	}
	add := func(rule advice.Rule, result CaseResult, words string) {
		part.Cases = append(part.Cases, Case{
			Title: report.Clean(rule.ID + " " + rule.Title), Result: result, Words: report.Clean(words), End: engine.Halted, alone: true,
		})
	}
	for _, rule := range advice.Rules() {
		found := false
		for i := range a.Findings {
			if f := &a.Findings[i]; f.Rule == rule.ID {
				found = true
				result := Skipped
				if f.Severity.AtLeast(failOn) {
					result = Broke
				}
				add(rule, result, findingWords(a, f))
			}
		}
		for i := range a.Silenced {
			if f := &a.Silenced[i]; f.Rule == rule.ID {
				found = true
				add(rule, Skipped, "silenced: "+f.Reason)
			}
		}
		for _, u := range a.Unseen {
			if !found && slices.Contains(u.Rules, rule.ID) {
				found = true
				add(rule, Skipped, report.UnseenWords(u))
			}
		}
		if !found && slices.Contains(a.Asked, rule.ID) {
			add(rule, Passed, "")
		}
	}
	p.Parts = append(p.Parts, part)
}

// AddUnread takes down files that could not be read: a test for each, by the file's name.
func (p *Report) AddUnread(file, why string, now time.Time) {
	const title = "files that can't be read"
	if n := len(p.Parts); n == 0 || p.Parts[n-1].Title != title {
		p.Parts = append(p.Parts, &Part{Title: title, Began: now, Ended: now, at: map[string]int{}})
	}
	part := p.Parts[len(p.Parts)-1]
	part.Cases = append(part.Cases, Case{
		Title: report.Clean(file), Result: Broke, Words: report.Clean(why), End: engine.Misused, alone: true,
	})
}

// findingWords are a finding in one line, with where it is.
func findingWords(a report.Advice, f *advice.Finding) string {
	words := string(f.Severity) + ": " + f.Says
	if place, ok := a.At(*f); ok {
		words = place.String() + ": " + words
	}
	var evidence []string
	for i := range f.Evidence {
		evidence = append(evidence, report.EvidenceWords(f.Evidence[i], a.Now))
	}
	return words + " (" + strings.Join(evidence, "; ") + ")"
}
