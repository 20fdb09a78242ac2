package report

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Advice is what the rules say of one set.
type Advice struct {
	advice.Advice
	Caller hint.Caller // how the user calls the plugin for this set
	Now    time.Time
	// Place is where a field of an object is in a file. It is nil for a cluster's objects.
	Place func(of advice.Object, field string) (Place, bool)
}

// Place is a place in a file.
type Place struct {
	File         string
	Line, Column int
}

// String is FILE:LINE, as compilers write it.
func (p Place) String() string { return Clean(fmt.Sprintf("%s:%d", p.File, p.Line)) }

// At is where a finding is: at the first of its evidence that is in a file.
func (a Advice) At(f advice.Finding) (Place, bool) {
	for i := range f.Evidence {
		if place, ok := a.PlaceOf(f.Evidence[i]); ok {
			return place, true
		}
	}
	return a.PlaceOf(advice.Evidence{Object: f.About})
}

// PlaceOf is where a piece of evidence is.
func (a Advice) PlaceOf(e advice.Evidence) (Place, bool) {
	if a.Place == nil {
		return Place{}, false
	}
	return a.Place(e.Object, e.Field)
}

// FixCommands are the commands of a fix, as hints: for an object of a cluster a patch is
// one as well.
func (a Advice) FixCommands(fix advice.Fix) []hint.Hint {
	out := fix.Commands
	if a.Place != nil || fix.Patch == nil {
		return out
	}
	patch, err := json.Marshal(fix.Patch)
	if err != nil {
		panic("write a patch: " + err.Error()) // maps of plain values
	}
	return append(out[:len(out):len(out)],
		hint.Kube(fix.Words, "patch", strings.ToLower(fix.Target.Kind), fix.Target.Name, "-p", string(patch)))
}

// EvidenceWords are a value with since when it is, and who wrote it.
func EvidenceWords(e advice.Evidence, now time.Time) string {
	words := e.Object.String()
	if e.Field != "" {
		words += " " + e.Field
	}
	if e.Value != "" {
		words += ": " + e.Value
	}
	if !e.Since.IsZero() {
		words += ", for " + duration.HumanDuration(now.Sub(e.Since))
	}
	if e.By != "" {
		words += ", written by " + e.By
	}
	return Clean(words)
}

// AdviceTotal is what the rules say of all sets.
type AdviceTotal struct {
	Sets                    int
	Errors, Warnings, Infos int
	With                    int // so many sets have findings
	Silenced                int
	FailOn                  advice.Severity
	Unseen                  []advice.Unseen
	Now                     time.Time
}

// Add counts what the rules say of one more set.
func (t *AdviceTotal) Add(a advice.Advice) {
	t.Sets++
	if len(a.Findings) > 0 {
		t.With++
	}
	t.Errors += a.Count(advice.Error)
	t.Warnings += a.Count(advice.Warning)
	t.Infos += a.Count(advice.Info)
	t.Silenced += len(a.Silenced)
	t.Unseen = advice.MergeUnseen(t.Unseen, a.Unseen)
}

// Fails reports whether there is a finding for which the command is to fail.
func (t *AdviceTotal) Fails() bool {
	return t.Errors > 0 || t.FailOn.Rank() >= advice.Warning.Rank() && t.Warnings > 0 || t.FailOn == advice.Info && t.Infos > 0
}

// Words are the counts in a sentence.
func (t *AdviceTotal) Words() string {
	words := "nothing found in " + sts.Count(t.Sets, "set")
	if t.Errors+t.Warnings+t.Infos > 0 {
		words = fmt.Sprintf("%s, %s and %s in %d of %s", sts.Count(t.Errors, "error"), sts.Count(t.Warnings, "warning"),
			sts.Count(t.Infos, "info"), t.With, sts.Count(t.Sets, "set"))
	}
	if t.Silenced > 0 {
		words += fmt.Sprintf("; %d silenced", t.Silenced)
	}
	return words
}

// UnseenWords say what was not looked at, and which rules could not be asked for it.
func UnseenWords(u advice.Unseen) string {
	rules := ""
	if len(u.Rules) > 0 {
		rules = " (" + strings.Join(u.Rules, ", ") + ")"
	}
	return Clean(fmt.Sprintf("not looked at: %s%s: %s", u.Part, rules, u.Why))
}
