package status_test

import (
	"strings"
	"testing"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/answer"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/reporttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/status"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/evidence"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
)

func TestStatusShowsWhatThePodTells(t *testing.T) {
	st := troubled()
	st.Verdict.Pod, st.Verdict.Evidence = "web-4", reporttest.LastWords()
	st.Verdict.Failed = &note.Failure{At: ststest.Start, Message: "web-4: so it was", Pod: "web-4"}
	var out strings.Builder
	status.Print(&out, term.ColorNever, st)
	reporttest.Golden(t, "status-evidence", out.String())
	reporttest.Harmless(t, out.String())
	out.Reset()
	answer.Writer{Out: &out, Color: term.ColorNever, Format: report.JSON}.Status(st)
	reporttest.Golden(t, "status-evidence-json", out.String())
}

// What stands in the record on the set is anybody's to write.
func TestEvidenceFromARecordIsNotTrusted(t *testing.T) {
	st := troubled()
	st.Verdict = verdict.Verdict{
		Result: engine.Halted, Message: "failed: so it was", Pod: "web-4" + reporttest.Evil,
		Evidence: &evidence.Evidence{
			Container: reporttest.Evil, Node: reporttest.Evil, Probe: reporttest.Evil, Log: []string{reporttest.Evil, "\n::error::x"},
			Exit: &evidence.Exit{Reason: reporttest.Evil, MemoryLimit: reporttest.Evil},
		},
	}
	for _, format := range []report.Format{report.Human, report.JSON, report.YAML} {
		var out strings.Builder
		answer.Writer{Out: &out, Color: term.ColorNever, Format: format}.Status(st)
		reporttest.Harmless(t, out.String())
	}
}

// hostile is a set whose every free text wants to do something to the terminal.
func hostile() report.Status {
	st := statusOf(reporttest.HostileSnapshot(), inCanary, halted("trouble: "+reporttest.Evil))
	rolloutOf(&st).Stable = "stable" + reporttest.Evil
	return st
}

func TestStatusOfAHostileSetControlsNothing(t *testing.T) {
	var out strings.Builder
	status.Print(&out, term.ColorNever, hostile())

	reporttest.Harmless(t, out.String())
}
