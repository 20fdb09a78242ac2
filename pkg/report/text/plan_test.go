package text_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/answer"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/reporttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/text"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

func TestPlan(t *testing.T) {
	held := reporttest.CanaryPlan()
	held.Steps[1].Gate.Kind = plan.GateHold
	tests := []struct {
		Golden string
		plan   plan.Plan
		format report.Format
		dryRun report.DryRun
	}{
		{"plan-canary", reporttest.CanaryPlan(), report.Human, report.DryRunClient},
		{"plan-canary-held", held, report.Human, report.DryRunServer},
		{"plan-undo", reporttest.UndoPlan(), report.Human, report.DryRunClient},
		{"plan-undo-json", reporttest.UndoPlan(), report.JSON, report.DryRunClient},
		{"plan-restart", reporttest.RestartPlan(), report.Human, report.DryRunServer},
		{"plan-replace", reporttest.ReplacePlan(), report.Human, report.DryRunClient},
		{"plan-replace-json", reporttest.ReplacePlan(), report.JSON, report.DryRunServer},
		{"plan-abort", reporttest.AbortPlan(), report.Human, report.DryRunClient},
		{"plan-canary-json", reporttest.CanaryPlan(), report.JSON, report.DryRunServer},
		{"plan-resize", reporttest.ResizePlan(), report.Human, report.DryRunClient},
		{"plan-attributes", reporttest.AttributesPlan(), report.Human, report.DryRunClient},
		{"plan-attributes-json", reporttest.AttributesPlan(), report.JSON, report.DryRunServer},
		{"plan-resize-json", reporttest.ResizePlan(), report.JSON, report.DryRunServer},
		{"plan-abort-yaml", reporttest.AbortPlan(), report.YAML, report.DryRunClient},
	}
	for _, test := range tests {
		t.Run(test.Golden, func(t *testing.T) {
			var out strings.Builder
			answer.Writer{Out: &out, Color: term.ColorNever, Format: test.format}.Plan(test.dryRun, &test.plan, ststest.Start)
			reporttest.Golden(t, test.Golden, out.String())
		})
	}
}

func TestEveryLineOfADryRunSaysSo(t *testing.T) {
	for dryRun, mark := range map[report.DryRun]string{
		report.DryRunClient: " (dry run)", report.DryRunServer: " (server dry run)",
	} {
		var out strings.Builder
		p := reporttest.CanaryPlan()
		text.PrintPlan(&out, term.ColorNever, dryRun, &p)
		for line := range strings.Lines(out.String()) {
			require.Equal(t, mark+"\n", line[strings.LastIndex(line, " ("+strings.TrimPrefix(mark, " (")):])
		}
	}
}

func TestPlanAsJSONIsOneLine(t *testing.T) {
	var out strings.Builder
	p := reporttest.CanaryPlan()
	answer.Writer{Out: &out, Color: term.ColorAlways, Format: report.JSON}.Plan(report.DryRunClient, &p, ststest.Start)

	require.Equal(t, 1, strings.Count(out.String(), "\n"))
	require.True(t, json.Valid([]byte(out.String())))
}
