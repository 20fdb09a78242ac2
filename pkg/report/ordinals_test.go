package report_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// fate is what happens to the claim of a template and an ordinal.
func fate(name string, f rollout.Fate, changes ...func(*rollout.ClaimFate)) rollout.ClaimFate {
	c := rollout.ClaimFate{Fate: f, Claim: sts.Claim{
		Name: name, UID: "uid", Size: "10Gi", Class: "fast", Volume: "pv-" + name, Reclaim: "Delete",
		Created: ststest.Start.Add(-50 * time.Hour),
	}}
	for _, change := range changes {
		change(&c)
	}
	return c
}

func idle(c *rollout.ClaimFate)     { c.Claim.UnusedSince = ststest.Start.Add(-3 * time.Hour) }
func unknown(c *rollout.ClaimFate)  { c.Claim.Reclaim = "" }
func retained(c *rollout.ClaimFate) { c.Claim.Reclaim = "Retain" }
func unbound(c *rollout.ClaimFate)  { c.Claim.Volume, c.Claim.Reclaim = "", "" }

// scalePlan takes the set down from 5 to 3; a command runs before each pod goes.
func scalePlan() rollout.Plan {
	hook := func(o int) []rollout.Hook {
		return []rollout.Hook{{Exec: true, Command: "drain\x1b[31m", Pod: ststest.Pod(o).Name, Ordinal: o}}
	}
	return rollout.Plan{
		Verb: "scale", Namespace: "default", Name: "web", UID: "web-uid", Made: ststest.Start, Scales: true, Claims: true,
		Title:    "scale statefulset web from 5 to 3 replicas",
		Patience: 30 * time.Second, StepTimeout: 10 * time.Minute,
		Ordinals: []rollout.Ordinal{
			{Ordinal: 4, Pod: "web-4", Claims: []rollout.ClaimFate{
				fate("data-web-4", rollout.FateRetained), fate("log-web-4", rollout.FateDeleted),
			}},
			{Ordinal: 3, Pod: "web-3", Claims: []rollout.ClaimFate{
				fate("data-web-3", rollout.FateKept, func(c *rollout.ClaimFate) { c.Why = "annotation\n!" }),
				fate("log-web-3", rollout.FateDeleted, unknown),
			}},
			{Ordinal: 2, Pod: "web-2"},
		},
		Steps: []rollout.Step{
			{
				Title: "remove web-4", Number: 1, Of: 2, Before: hook(4), Change: rollout.Edit{Replicas: ptr.To(4), Says: "replicas 4"},
				Until: rollout.Scaled{From: 4, To: 5},
			},
			{
				Title: "remove web-3", Number: 2, Of: 2, Before: hook(3), Change: rollout.Edit{Replicas: ptr.To(3), Says: "replicas 3"},
				Until: rollout.Scaled{From: 3, To: 4},
			},
			{
				Title:  "retain volume pv-data-web-4",
				Change: rollout.RetainVolume{Claim: "data-web-4", UID: "uid", Volume: "pv-data-web-4"},
				Until:  rollout.Observed{},
			},
			{
				Title:  "delete claim data-web-4",
				Change: rollout.DeleteClaim{Name: "data-web-4", UID: "uid", Why: "its volume stays", Record: true},
				Until:  rollout.ClaimsGone{},
			},
		},
	}
}

func TestPlanOfAScale(t *testing.T) {
	for name, format := range map[string]report.Format{"plan-scale": report.Human, "plan-scale-json": report.JSON} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			plan := scalePlan()
			report.Plan(&out, term.ColorNever, format, report.DryRunClient, &plan, ststest.Start)
			golden(t, name, out.String())
		})
	}
}

func TestEveryFateHasItsWords(t *testing.T) {
	plan := rollout.Plan{Title: "scale", Made: ststest.Start, Ordinals: []rollout.Ordinal{{Pod: "web-0", Claims: []rollout.ClaimFate{
		fate("a", rollout.FateKept), fate("b", rollout.FateDeleted), fate("c", rollout.FateDeleted, retained),
		fate("d", rollout.FateDeleted, unbound),
		fate("e", rollout.FateByPolicy), fate("f", rollout.FateRetained), fate("g", rollout.FateReused, idle),
		fate("h", rollout.FateReplaced),
		fate("i", rollout.FateGoing),
		{Fate: rollout.FateNew, Claim: sts.Claim{Name: "j"}},
		fate("k", rollout.FateReplaced, unknown),
	}}}}
	var out strings.Builder
	report.PrintHead(&out, term.ColorNever, &plan)
	golden(t, "fates", out.String())
}

func TestNoTableWithoutClaims(t *testing.T) {
	var out strings.Builder
	plan := rollout.Plan{Title: "scale", Ordinals: []rollout.Ordinal{{Pod: "web-1"}, {Pod: "web-0"}}}
	report.PrintHead(&out, term.ColorNever, &plan)
	require.Equal(t, "scale\n", out.String())
}

// scaleTale is a run whose second command fails.
func scaleTale() *tale {
	hook := func(o int, message string) rollout.Event {
		h := scalePlan().Steps[4-o].Before[0]
		return rollout.Event{Type: rollout.EventHook, Hook: &h, Message: message}
	}
	return newTale(scalePlan()).
		tell(hook(4, "")).tell(hook(4, "leaving\x1b[31m the ring")).
		step().pod(4, 0, 1, sts.StateTerminating, sts.StateGone).
		tell(rollout.Event{Type: rollout.EventStepDone}).
		tell(hook(3, "")).
		end(rollout.Outcome{
			Result: rollout.Halted, Message: "the command before web-3 goes: exit code 7", Replicas: ptr.To(4),
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
