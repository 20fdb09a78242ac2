package text_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/answer"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/reporttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/text"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// mixed is one claim of each kind.
func mixed() []claims.Verdict {
	return []claims.Verdict{
		reporttest.Orphan(3, func(v *claims.Verdict) {
			v.Delete, v.Class, v.Reason = false, claims.Mounted, "pod backup-x7 mounts it or waits for it"
		}),
		reporttest.Orphan(4),
		reporttest.Orphan(5, func(v *claims.Verdict) {
			v.Claim.Reclaim, v.Claim.UnusedSince = "Retain", ststest.Start.Add(-30*time.Hour)
		}),
		reporttest.Orphan(6, func(v *claims.Verdict) { v.Claim.Reclaim = "" }),
		reporttest.Orphan(7, func(v *claims.Verdict) { v.Claim.Volume, v.Claim.Reclaim, v.Claim.Class = "", "", "" }),
		reporttest.Orphan(8, func(v *claims.Verdict) {
			v.Delete, v.Class, v.Reason = false, claims.NoSet, "it is not named as a StatefulSet names its claims"
			v.Claim.Name, v.Set, v.Ordinal = "scratch", "", -1
		}),
	}
}

func listed(verdicts ...claims.Verdict) report.Claims {
	return report.Claims{Verdicts: slices.Values(verdicts), DryRun: report.DryRunClient, Now: ststest.Start}
}

func TestClaims(t *testing.T) {
	kept, all := listed(mixed()...), listed(mixed()...)
	kept.ShowKept, all.AllNamespaces = true, true
	tests := []struct {
		Golden string
		format report.Format
		list   report.Claims
	}{
		{"claims", report.Human, listed(mixed()...)},
		{"claims-wide", report.Wide, listed(mixed()...)},
		{"claims-kept", report.Human, kept},
		{"claims-all-namespaces", report.Human, all},
		{"claims-json", report.JSON, kept},
		{"claims-yaml", report.YAML, listed(reporttest.Orphan(4))},
		{"claims-name", report.Name, kept},
		{"claims-none", report.Human, listed()},
	}
	for _, test := range tests {
		t.Run(test.Golden, func(t *testing.T) {
			var out strings.Builder
			answer.Writer{Out: &out, Color: term.ColorNever, Format: test.format}.Claims(test.list)

			reporttest.Golden(t, test.Golden, out.String())
		})
	}
}

func TestHostileClaimsControlNothing(t *testing.T) {
	v := reporttest.Orphan(4, func(v *claims.Verdict) {
		v.Claim.Name, v.Claim.Class, v.Claim.Volume = "data"+reporttest.Evil, "class"+reporttest.Evil, "volume"+reporttest.Evil
		v.Reason, v.Set, v.Template = "reason"+reporttest.Evil, "set"+reporttest.Evil, "template"+reporttest.Evil
	})
	list := listed(v)
	list.ShowKept, list.AllNamespaces = true, true
	var out strings.Builder
	text.PrintClaims(&out, term.ColorNever, list, true)
	text.PrintClaimNames(&out, list)
	p := pruning(&out, &out, report.Human)
	p.Handle(reporttest.ClaimEvent(engine.ClaimEnd{Claim: v.Claim, Result: engine.ClaimFailed, Why: reporttest.Evil}))
	p.Handle(engine.Event{Type: engine.EventWarning, Message: reporttest.Evil})
	p.Handle(reporttest.BatchEnd(engine.Outcome{Message: reporttest.Evil, Receipts: reporttest.Evil, Try: hinttest.List(reporttest.Evil)}))
	r := restoring(&out, &out, report.Human)
	r.Binding = plan.Binding{Claim: reporttest.Evil, Volume: reporttest.Evil}
	for _, result := range []engine.Result{engine.Done, engine.TimedOut} {
		restored(r, "", engine.Outcome{Result: result, Message: reporttest.Evil})
	}
	r.Handle(engine.Event{Type: engine.EventWarning, Message: reporttest.Evil})
	r.Plan(&plan.Plan{Title: reporttest.Evil})
	r.Failed(&plan.Refusal{Why: reporttest.Evil, Try: hinttest.List(reporttest.Evil)})

	reporttest.Harmless(t, out.String())
}

func pruning(lines, objects *strings.Builder, format report.Format) *answer.Pruning {
	return &answer.Pruning{
		Writer: answer.Writer{Out: objects, Color: term.ColorNever, Format: format},
		Text: text.Pruning{
			Lines: lines, Color: term.ColorNever, DryRun: report.DryRunNone,
			Total: claims.Sum(slices.Values(mixed())), Now: func() time.Time { return ststest.Start },
		},
	}
}

// deletion is a run with every kind of end.
func deletion(p *answer.Pruning) {
	all := mixed()
	p.Handle(reporttest.BatchPlan("4 claims"))
	for _, end := range []engine.ClaimEnd{
		{Claim: all[1].Claim, Result: engine.ClaimDeleted},
		{Claim: all[2].Claim, Result: engine.ClaimDeleted, Retained: true, Restorable: true},
		{Claim: all[3].Claim, Result: engine.ClaimSkipped, Why: "pod job-1 mounts it or waits for it"},
		{Claim: all[4].Claim, Result: engine.ClaimFailed, Why: "not allowed"},
	} {
		p.Handle(reporttest.ClaimEvent(end))
	}
	p.Handle(reporttest.BatchEnd(engine.Outcome{
		Result: engine.Failed, Message: "2 claims deleted, 1 skipped, 1 failed", Receipts: "/state/x.yaml",
		Claims: &engine.ClaimCounts{Deleted: 2, Skipped: 1, Failed: 1, Retained: 1, Recorded: 1},
		Try:    hinttest.List("bring them back: kubectl sts restore-pvc -f /state/x.yaml"),
	}))
}

func TestADeletionIsTold(t *testing.T) {
	for name, format := range map[string]report.Format{
		"pruning": report.Human, "pruning-json": report.JSON, "pruning-name": report.Name,
	} {
		t.Run(name, func(t *testing.T) {
			var lines, objects strings.Builder
			deletion(pruning(&lines, &objects, format))

			reporttest.Golden(t, name, "stderr:\n"+lines.String()+"stdout:\n"+objects.String())
		})
	}
}

func TestAWarningInADeletionHasALineOfItsOwn(t *testing.T) {
	var lines, objects strings.Builder
	p := pruning(&lines, &objects, report.JSON)
	p.Handle(engine.Event{Type: engine.EventWarning, Message: "the API server does not answer"})

	require.Equal(t, "warning: the API server does not answer\n", lines.String())
	require.Empty(t, objects.String())
}

func TestADryRunOfADeletionEndsInAnObject(t *testing.T) {
	var lines, objects strings.Builder
	p := pruning(&lines, &objects, report.JSON)
	p.Plan(&plan.Plan{Title: "4 claims to delete"})

	require.Empty(t, lines.String())
	require.Contains(t, objects.String(), `"result":"done","exitCode":0,"message":"4 claims to delete","found":4,`)
	require.Contains(t, objects.String(), `"deleted":0,"skipped":0,"failed":0,"left":0}`)
}

func TestTheTotalsAreToldBelowATableAndBesideObjects(t *testing.T) {
	for format, below := range map[report.Format]bool{report.Human: true, report.Wide: true, report.JSON: false, report.Name: false} {
		var out, err strings.Builder
		total := claims.Sum(slices.Values(mixed()))
		w := answer.Writer{Out: &out, Color: term.ColorNever, Format: format}
		w.ClaimTotal(&err, report.DryRunServer, total, "4 claims", "they die")

		const want = "4 claims (server dry run)\nthey die\n"
		if below {
			require.Equal(t, []string{"\n" + want, ""}, []string{out.String(), err.String()})
		} else {
			require.Equal(t, []string{"", want}, []string{out.String(), err.String()})
		}
	}
}

func restoring(out, lines *strings.Builder, format report.Format) *text.Restoring {
	return &text.Restoring{
		Answer: answer.Writer{Out: out, Color: term.ColorNever, Format: format}.Restored,
		Lines:  lines, Color: term.ColorNever, DryRun: report.DryRunNone,
		Now: func() time.Time { return ststest.Start }, Several: true,
		Binding: plan.Binding{Namespace: "default", Claim: "data-web-1", Volume: "pv-1"},
	}
}

// restoration is a plan that gives the volume this reclaim policy back, "" for none.
func restoration(reclaim corev1.PersistentVolumeReclaimPolicy, title string) *plan.Plan {
	p := &plan.Plan{Title: title, Steps: []plan.Step{{Change: plan.CreateClaim{}}}}
	if reclaim != "" {
		p.Steps = append(p.Steps, plan.Step{Change: plan.ResetReclaim{Reclaim: reclaim}})
	}
	return p
}

// restored tells of a whole run.
func restored(r *text.Restoring, reclaim corev1.PersistentVolumeReclaimPolicy, o engine.Outcome) {
	r.Handle(engine.Event{Type: engine.EventPlan, Plan: restoration(reclaim, "")})
	r.Handle(engine.Event{Type: engine.EventWait, Message: "claim data-web-1 to be bound to volume pv-1"})
	r.Handle(engine.Event{Type: engine.EventOutcome, Outcome: &o})
}

func TestARestoreIsTold(t *testing.T) {
	for name, format := range map[string]report.Format{"restoring": report.Human, "restoring-json": report.JSON} {
		t.Run(name, func(t *testing.T) {
			var out, lines strings.Builder
			r := restoring(&out, &lines, format)
			restored(r, "Delete", engine.Outcome{Result: engine.Done, Message: "claim data-web-1 is back"})
			restored(r, "", engine.Outcome{Result: engine.Done, Message: "claim data-web-1 is back, bound to volume pv-1"})
			restored(r, "", engine.Outcome{Result: engine.Done}) // it has waited for the deleted one to go
			restored(r, "", engine.Outcome{Result: engine.Drifted, Message: "planned again"})
			restored(r, "", engine.Outcome{Result: engine.Failed, Message: "told as an error"})
			r.Nothing("claim data-web-1 is there, bound to volume pv-1: nothing to do")
			r.Failed(&plan.Refusal{Why: "the volume is gone", Try: hinttest.List("look elsewhere")})
			r.Failed(errors.New("no"))
			r.Handle(engine.Event{Type: engine.EventWarning, Message: "no answer; trying again"})
			restored(r, "", engine.Outcome{Result: engine.TimedOut, Message: "not done after 5m0s, still waiting for the claim"})
			restored(r, "", engine.Outcome{Result: engine.Interrupted, Message: "stopped"})
			r.DryRun = report.DryRunClient
			r.Plan(restoration("Delete", "make claim data-web-1 again"))
			r.DryRun = report.DryRunServer
			r.Plan(restoration("", "wait until claim data-web-1 is gone"))
			r.Several = false
			r.Failed(errors.New("the end of the command says it"))

			reporttest.Golden(t, name, "stderr:\n"+lines.String()+"stdout:\n"+out.String())
		})
	}
}
