package report_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/prune"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// orphan is a verdict that lets a claim of web go.
func orphan(ordinal int, changes ...func(*claims.Verdict)) claims.Verdict {
	name := "data-" + "web-" + string(rune('0'+ordinal))
	v := claims.Verdict{
		Claim: sts.Claim{
			Namespace: "default", Name: name, UID: types.UID(name + "-uid"), Size: "10Gi", Class: "standard",
			Volume: "pvc-3f1a3268-84b8-401a-b191-bb2b3807728" + string(rune('0'+ordinal)), Created: ststest.Start.Add(-50 * time.Hour),
			Reclaim: corev1.PersistentVolumeReclaimDelete,
		},
		Delete: true, Class: claims.OutOfRange, Reason: "not needed: web runs ordinals 0-1", Set: "web", Template: "data", Ordinal: ordinal,
	}
	for _, change := range changes {
		change(&v)
	}
	return v
}

// mixed is one claim of each kind.
func mixed() []claims.Verdict {
	return []claims.Verdict{
		orphan(3, func(v *claims.Verdict) {
			v.Delete, v.Class, v.Reason = false, claims.Mounted, "pod backup-x7 mounts it or waits for it"
		}),
		orphan(4),
		orphan(5, func(v *claims.Verdict) {
			v.Claim.Reclaim, v.Claim.UnusedSince = "Retain", ststest.Start.Add(-30*time.Hour)
		}),
		orphan(6, func(v *claims.Verdict) { v.Claim.Reclaim = "" }),
		orphan(7, func(v *claims.Verdict) { v.Claim.Volume, v.Claim.Reclaim, v.Claim.Class = "", "", "" }),
		orphan(8, func(v *claims.Verdict) {
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
		golden string
		format report.Format
		list   report.Claims
	}{
		{"claims", report.Human, listed(mixed()...)},
		{"claims-wide", report.Wide, listed(mixed()...)},
		{"claims-kept", report.Human, kept},
		{"claims-all-namespaces", report.Human, all},
		{"claims-json", report.JSON, kept},
		{"claims-yaml", report.YAML, listed(orphan(4))},
		{"claims-name", report.Name, kept},
		{"claims-none", report.Human, listed()},
	}
	for _, test := range tests {
		t.Run(test.golden, func(t *testing.T) {
			var out strings.Builder
			report.PrintClaims(&out, term.ColorNever, test.format, test.list)

			golden(t, test.golden, out.String())
		})
	}
}

func TestHostileClaimsControlNothing(t *testing.T) {
	v := orphan(4, func(v *claims.Verdict) {
		v.Claim.Name, v.Claim.Class, v.Claim.Volume = "data"+evil, "class"+evil, "volume"+evil
		v.Reason, v.Set, v.Template = "reason"+evil, "set"+evil, "template"+evil
	})
	list := listed(v)
	list.ShowKept, list.AllNamespaces = true, true
	var out strings.Builder
	report.PrintClaims(&out, term.ColorNever, report.Wide, list)
	report.PrintClaims(&out, term.ColorNever, report.Name, list)
	p := pruning(&out, &out, report.Human)
	p.Handle(prune.Event{Verdict: v, Result: prune.Failed, Why: evil})
	p.End(prune.Summary{Stopped: []string{evil}}, evil, evil)
	r := restoring(&out, &out, report.Human)
	r.Binding = plan.Binding{Claim: evil, Volume: evil}
	for _, o := range []engine.Outcome{{Result: engine.Done, Message: evil}, {Result: engine.TimedOut, Message: evil}} {
		restored(r, "", o)
	}
	r.Handle(engine.Event{Type: engine.EventWarning, Message: evil})
	r.Plan(&plan.Plan{Title: evil})
	r.Failed(&plan.Refusal{Why: evil, Try: []string{evil}})

	harmless(t, out.String())
}

func pruning(lines, objects *strings.Builder, format report.Format) *report.Pruning {
	return &report.Pruning{
		Lines: lines, Objects: objects, Color: term.ColorNever, Format: format, DryRun: report.DryRunNone,
		Total: claims.Sum(slices.Values(mixed())), Now: func() time.Time { return ststest.Start },
	}
}

// deletion is a run with every kind of end.
func deletion(p *report.Pruning) {
	all := mixed()
	p.Handle(prune.Event{Verdict: all[1], Result: prune.Deleted})
	p.Handle(prune.Event{Verdict: all[2], Result: prune.Deleted, Retained: true, Restorable: true})
	p.Handle(prune.Event{Verdict: all[3], Result: prune.Skipped, Why: "pod job-1 mounts it or waits for it"})
	p.Handle(prune.Event{Verdict: all[4], Result: prune.Failed, Why: "not allowed"})
	sum := prune.Summary{Deleted: 2, Skipped: 1, Failed: 1, Retained: 1, Recorded: 1}
	p.End(sum, "/state/x.yaml", "bring them back: kubectl sts restore-pvc -f /state/x.yaml")
}

func TestADeletionIsTold(t *testing.T) {
	for name, format := range map[string]report.Format{
		"pruning": report.Human, "pruning-json": report.JSON, "pruning-name": report.Name,
	} {
		t.Run(name, func(t *testing.T) {
			var lines, objects strings.Builder
			deletion(pruning(&lines, &objects, format))

			golden(t, name, "stderr:\n"+lines.String()+"stdout:\n"+objects.String())
		})
	}
}

func TestTheTotalsAreToldBelowATableAndBesideObjects(t *testing.T) {
	for format, below := range map[report.Format]bool{report.Human: true, report.Wide: true, report.JSON: false, report.Name: false} {
		var out, err strings.Builder
		streams := term.Streams{Out: &out, Err: &err}
		total := claims.Sum(slices.Values(mixed()))
		report.PrintClaimTotal(streams, term.ColorNever, format, report.DryRunServer, total, "4 claims", "they die")

		const want = "4 claims (server dry run)\nthey die\n"
		if below {
			require.Equal(t, []string{"\n" + want, ""}, []string{out.String(), err.String()})
		} else {
			require.Equal(t, []string{"", want}, []string{out.String(), err.String()})
		}
	}
}

func TestTheWorstEndOfADeletionCounts(t *testing.T) {
	tests := []struct {
		name string
		sum  prune.Summary
		want engine.Result
		says string
	}{
		{"all deleted", prune.Summary{Deleted: 3}, engine.Done, "3 claims deleted, 0 skipped, 0 failed"},
		{"some wanted by then", prune.Summary{Deleted: 1, Skipped: 2}, engine.Done, "1 claim deleted, 2 skipped, 0 failed"},
		{
			"a set was changed",
			prune.Summary{Skipped: 2, Stopped: []string{"set web was deleted meanwhile"}},
			engine.Drifted,
			"0 claims deleted, 2 skipped, 0 failed; set web was deleted meanwhile",
		},
		{
			"ctrl-C",
			prune.Summary{Deleted: 1, Left: 4, Interrupted: true},
			engine.Interrupted,
			"1 claim deleted, 0 skipped, 0 failed, 4 not got to",
		},
		{
			"the time is up",
			prune.Summary{Deleted: 1, Left: 4, TimedOut: true},
			engine.TimedOut,
			"1 claim deleted, 0 skipped, 0 failed, 4 not got to",
		},
		{
			"a failure counts most",
			prune.Summary{Failed: 1, Left: 1, Interrupted: true, Stopped: []string{"x"}},
			engine.Failed,
			"0 claims deleted, 0 skipped, 1 failed, 1 not got to; x",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, report.PruneResult(test.sum))
			require.Equal(t, test.says, report.PruneWords(test.sum))
		})
	}
}

func restoring(answer, lines *strings.Builder, format report.Format) *report.Restoring {
	return &report.Restoring{
		Answer: answer, Lines: lines, Color: term.ColorNever, Format: format, DryRun: report.DryRunNone,
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
func restored(r *report.Restoring, reclaim corev1.PersistentVolumeReclaimPolicy, o engine.Outcome) {
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
			r.Failed(&plan.Refusal{Why: "the volume is gone", Try: []string{"look elsewhere"}})
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

			golden(t, name, "stderr:\n"+lines.String()+"stdout:\n"+out.String())
		})
	}
}
