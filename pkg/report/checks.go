package report

import (
	"fmt"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
)

// CheckWords is how a check stands after its last measurement, in one line: what was
// measured, and how far it is by its rule.
func CheckWords(t check.Tally) string {
	if t.Last == nil {
		return "check " + Clean(t.Summary())
	}
	words := "check " + Clean(t.Last.Words())
	rule := t.Check.Rule
	switch {
	case rule.Pass == 0: // measured before the run
		return words + " (on the stable pods, before the change)"
	case t.State() == check.Failed && t.Last.Verdict == check.Fail:
		return words + " (failed)"
	case t.State() != check.Measuring && t.State() != check.Good:
		return words + fmt.Sprintf(" (not known %d times in a row)", t.Unknowns)
	case t.Last.Verdict == check.Fail:
		return words + fmt.Sprintf(" (failure %d of %d that are borne)", t.Fails, rule.Fail)
	case t.Last.Verdict == check.Unknown:
		return words + fmt.Sprintf(" (%d of %d in a row)", t.Unknowns, rule.Unknown)
	case t.State() == check.Good:
		return words + " (good)"
	}
	return words + fmt.Sprintf(" (passed %d of %d)", t.Passes, rule.Pass)
}

// CheckNames lists the checks of a step.
func CheckNames(checks []check.Check) string {
	var names []string
	for _, c := range checks {
		names = append(names, c.Name)
	}
	return Clean(strings.Join(names, ", "))
}
