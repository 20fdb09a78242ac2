package report_test

import (
	"strings"
	"testing"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
)

func TestStatusShowsWhatThePodTells(t *testing.T) {
	st := troubled()
	st.Verdict.Pod, st.Verdict.Evidence = "web-4", lastWords()
	st.Verdict.Failed = &sts.Failure{At: ststest.Start, Message: "web-4: so it was", Pod: "web-4"}
	var out strings.Builder
	report.PrintStatus(&out, term.ColorNever, report.Human, st)
	golden(t, "status-evidence", out.String())
	harmless(t, out.String())
	out.Reset()
	report.PrintStatus(&out, term.ColorNever, report.JSON, st)
	golden(t, "status-evidence-json", out.String())
}

// What stands in the record on the set is anybody's to write.
func TestEvidenceFromARecordIsNotTrusted(t *testing.T) {
	st := troubled()
	st.Verdict = verdict.Verdict{
		Result: engine.Halted, Message: "failed: so it was", Pod: "web-4" + evil,
		Evidence: &sts.Evidence{
			Container: evil, Node: evil, Probe: evil, Log: []string{evil, "\n::error::x"}, Exit: &sts.Exit{Reason: evil, MemoryLimit: evil},
		},
	}
	for _, format := range []report.Format{report.Human, report.JSON, report.YAML} {
		var out strings.Builder
		report.PrintStatus(&out, term.ColorNever, format, st)
		harmless(t, out.String())
	}
}

// hostile is a set whose every free text wants to do something to the terminal.
func hostile() report.Status {
	st := status(hostileSnapshot(), inCanary, halted("trouble: "+evil))
	rolloutOf(&st).Stable = "stable" + evil
	return st
}

func TestStatusOfAHostileSetControlsNothing(t *testing.T) {
	var out strings.Builder
	report.PrintStatus(&out, term.ColorNever, report.Human, hostile())

	harmless(t, out.String())
}
