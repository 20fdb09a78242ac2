package report_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// fate is what happens to the claim of a template and an ordinal.
func fate(name string, f plan.Fate, changes ...func(*plan.ClaimFate)) plan.ClaimFate {
	c := plan.ClaimFate{Fate: f, Claim: sts.Claim{
		Name: name, UID: "uid", Size: "10Gi", Class: "fast", Volume: "pv-" + name, Reclaim: "Delete",
		Created: ststest.Start.Add(-50 * time.Hour),
	}}
	for _, change := range changes {
		change(&c)
	}
	return c
}

func idle(c *plan.ClaimFate)     { c.Claim.UnusedSince = ststest.Start.Add(-3 * time.Hour) }
func unknown(c *plan.ClaimFate)  { c.Claim.Reclaim = "" }
func retained(c *plan.ClaimFate) { c.Claim.Reclaim = "Retain" }
func unbound(c *plan.ClaimFate)  { c.Claim.Volume, c.Claim.Reclaim = "", "" }

// scalePlan takes the set down from 5 to 3; a command runs before each pod goes.
func scalePlan() plan.Plan {
	hook := func(o int) []plan.Hook {
		return []plan.Hook{{Exec: true, Command: "drain\x1b[31m", Pod: ststest.Pod(o).Name, Ordinal: o}}
	}
	return plan.Plan{
		Verb: "scale", Namespace: "default", Name: "web", UID: "web-uid", Made: ststest.Start, Scales: true, Claims: true,
		Title:    "scale statefulset web from 5 to 3 replicas",
		Patience: 30 * time.Second, StepTimeout: 10 * time.Minute,
		Ordinals: []plan.Ordinal{
			{Ordinal: 4, Pod: "web-4", Claims: []plan.ClaimFate{
				fate("data-web-4", plan.FateRetained), fate("log-web-4", plan.FateDeleted),
			}},
			{Ordinal: 3, Pod: "web-3", Claims: []plan.ClaimFate{
				fate("data-web-3", plan.FateKept, func(c *plan.ClaimFate) { c.Why = "annotation\n!" }),
				fate("log-web-3", plan.FateDeleted, unknown),
			}},
			{Ordinal: 2, Pod: "web-2"},
		},
		Steps: []plan.Step{
			{
				Title: "remove web-4", Number: 1, Of: 2, Before: hook(4), Change: plan.Edit{Replicas: ptr.To(4), Says: "replicas 4"},
				Until: plan.Scaled{From: 4, To: 5},
			},
			{
				Title: "remove web-3", Number: 2, Of: 2, Before: hook(3), Change: plan.Edit{Replicas: ptr.To(3), Says: "replicas 3"},
				Until: plan.Scaled{From: 3, To: 4},
			},
			{
				Title:  "retain volume pv-data-web-4",
				Change: plan.RetainVolume{Claim: "data-web-4", UID: "uid", Volume: "pv-data-web-4"},
				Until:  plan.Observed{},
			},
			{
				Title:  "delete claim data-web-4",
				Change: plan.DeleteClaim{Name: "data-web-4", UID: "uid", Why: "its volume stays", Record: true},
				Until:  plan.ClaimsGone{},
			},
		},
	}
}

func TestPlanOfAScale(t *testing.T) {
	for name, format := range map[string]report.Format{"plan-scale": report.Human, "plan-scale-json": report.JSON} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			p := scalePlan()
			report.Plan(&out, term.ColorNever, format, report.DryRunClient, &p, ststest.Start)
			golden(t, name, out.String())
		})
	}
}

func TestEveryFateHasItsWords(t *testing.T) {
	p := plan.Plan{Title: "scale", Made: ststest.Start, Ordinals: []plan.Ordinal{{Pod: "web-0", Claims: []plan.ClaimFate{
		fate("a", plan.FateKept), fate("b", plan.FateDeleted), fate("c", plan.FateDeleted, retained),
		fate("d", plan.FateDeleted, unbound),
		fate("e", plan.FateByPolicy), fate("f", plan.FateRetained), fate("g", plan.FateReused, idle),
		fate("h", plan.FateReplaced),
		fate("i", plan.FateGoing),
		{Fate: plan.FateNew, Claim: sts.Claim{Name: "j"}},
		fate("k", plan.FateReplaced, unknown),
	}}}}
	var out strings.Builder
	report.PrintHead(&out, term.ColorNever, &p)
	golden(t, "fates", out.String())
}

func TestNoTableWithoutClaims(t *testing.T) {
	var out strings.Builder
	p := plan.Plan{Title: "scale", Ordinals: []plan.Ordinal{{Pod: "web-1"}, {Pod: "web-0"}}}
	report.PrintHead(&out, term.ColorNever, &p)
	require.Equal(t, "scale\n", out.String())
}

// scaleTale is a run whose second command fails.
func scaleTale() *tale {
	hook := func(o int, message string) engine.Event {
		h := scalePlan().Steps[4-o].Before[0]
		return engine.Event{Type: engine.EventHook, Hook: &h, Message: message}
	}
	return newTale(scalePlan()).
		tell(hook(4, "")).tell(hook(4, "leaving\x1b[31m the ring")).
		step().pod(4, 0, 1, sts.StateTerminating, sts.StateGone).
		tell(engine.Event{Type: engine.EventStepDone}).
		tell(hook(3, "")).
		end(engine.Outcome{
			Result: engine.Halted, Message: "the command before web-3 goes: exit code 7", Replicas: ptr.To(4),
			Try: []string{"resume: kubectl sts scale web --replicas 3"},
		})
}

func TestAScaleIsTold(t *testing.T) {
	var lines, objects strings.Builder
	scaleTale().to(report.NewLines(&lines, term.ColorNever, false))
	scaleTale().to(report.NewObjects(&objects, report.JSON))
	golden(t, "lines-scale", lines.String())
	golden(t, "json-scale", objects.String())
}
