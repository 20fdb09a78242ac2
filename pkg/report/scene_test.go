package report_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
)

// lastWords is what a pod tells that crashes for want of memory.
func lastWords() *sts.Evidence {
	ago := func(d time.Duration) *time.Time { at := ststest.Start.Add(-d); return &at }
	return &sts.Evidence{
		Container: "nginx", Image: "nginx:1.22", Node: "node-1", Since: ago(90 * time.Second), Restarts: 3,
		Exit:  &sts.Exit{Code: 137, Reason: "OOMKilled", At: ago(5 * time.Second), MemoryLimit: "128Mi"},
		Probe: "Readiness probe failed: dial tcp: connection refused", ProbeAt: ago(20 * time.Second),
		Log: []string{
			"*** FATAL CONFIG FILE ERROR ***", "the first of many words " + strings.Repeat("and more ", 30) + "and the last",
		},
		Previous: true,
	}
}

// crash is a halt with all that may be known.
func crash() engine.Outcome {
	loop := sts.Trouble{Reason: "OOMKilled", Container: "nginx", Message: "exit code 137 (OOMKilled), memory limit 128Mi, 3 restarts"}
	return engine.Outcome{
		Result: engine.Halted, Message: "web-4: " + loop.String(), Pod: "web-4", Trouble: &loop, Gate: gate,
		Images:   []sts.ImageChange{{Container: "nginx", From: "nginx:1.21", To: "nginx:1.22", Alone: true}},
		Safe:     "4 of 5 pods Available: web-0 … web-3 on nginx:1.21",
		Evidence: lastWords(),
		Try: []string{
			back, "see the whole log: kubectl logs web-4 -c nginx --previous", "look closer: kubectl describe pod web-4",
			"try again: kubectl sts canary web --retry",
		},
	}
}

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

func TestAHaltWithoutALogSaysWhy(t *testing.T) {
	o := crash()
	o.Evidence = &sts.Evidence{Container: "nginx", Node: "node-1", NodeLost: o.Evidence.Since, NoLog: true}
	p := &report.Protocol{Command: "kubectl sts canary", End: o}
	page := report.Markdown(p)
	require.Contains(t, page, "- pod: web-4, container nginx, on node node-1, which is lost since 2030-01-02T03:02:35Z\n")
	require.Contains(t, page, "- log: forbidden to read (get pods/log)\n")
	require.NotContains(t, page, "- ended:")
}
