package text_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/answer"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/reporttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/text"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
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
			p := reporttest.ScalePlan()
			answer.Writer{Out: &out, Color: term.ColorNever, Format: format}.Plan(report.DryRunClient, &p, ststest.Start)
			reporttest.Golden(t, name, out.String())
		})
	}
}

func TestEveryFateHasItsWords(t *testing.T) {
	p := plan.Plan{Title: "scale", Made: ststest.Start, Ordinals: []plan.Ordinal{{Pod: "web-0", Claims: []plan.ClaimFate{
		reporttest.Fate("a", plan.FateKept), reporttest.Fate("b", plan.FateDeleted), reporttest.Fate("c", plan.FateDeleted, retained),
		reporttest.Fate("d", plan.FateDeleted, unbound),
		reporttest.Fate("e", plan.FateByPolicy), reporttest.Fate("f", plan.FateRetained), reporttest.Fate("g", plan.FateReused, idle),
		reporttest.Fate("h", plan.FateReplaced),
		reporttest.Fate("i", plan.FateGoing),
		{Fate: plan.FateNew, Claim: storage.Claim{Name: "j"}},
		reporttest.Fate("k", plan.FateReplaced, unknown),
	}}}}
	var out strings.Builder
	text.PrintHead(&out, term.ColorNever, &p)
	reporttest.Golden(t, "fates", out.String())
}

func TestNoTableWithoutClaims(t *testing.T) {
	var out strings.Builder
	p := plan.Plan{Title: "scale", Ordinals: []plan.Ordinal{{Pod: "web-1"}, {Pod: "web-0"}}}
	text.PrintHead(&out, term.ColorNever, &p)
	require.Equal(t, "scale\n", out.String())
}

func TestAScaleIsTold(t *testing.T) {
	var lines strings.Builder
	reporttest.ScaleTale().To(text.NewLines(&lines, term.ColorNever, false))
	reporttest.Golden(t, "lines-scale", lines.String())
}
