package report_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

func idle(c *plan.ClaimFate)     { c.Claim.UnusedSince = ststest.Start.Add(-3 * time.Hour) }
func unknown(c *plan.ClaimFate)  { c.Claim.Reclaim = "" }
func retained(c *plan.ClaimFate) { c.Claim.Reclaim = "Retain" }
func unbound(c *plan.ClaimFate)  { c.Claim.Volume, c.Claim.Reclaim = "", "" }

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

func TestAScaleIsTold(t *testing.T) {
	var lines strings.Builder
	scaleTale().to(report.NewLines(&lines, term.ColorNever, false))
	golden(t, "lines-scale", lines.String())
}
