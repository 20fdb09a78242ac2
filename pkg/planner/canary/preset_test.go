package canary_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// Whatever a preset brings, the command that goes on gives it again, once.
func TestACommandThatGoesOnGivesThePresetAgain(t *testing.T) {
	lags := check.Check{Name: "lag", Kind: check.Exec, Command: "lag", Preset: "ours", Rule: check.Standard()}
	before := plan.Hook{Command: "before", Exec: true, Preset: "./ours.yaml"}
	for _, test := range []struct {
		name   string
		checks []check.Check
		hooks  plan.Hooks
		want   string
	}{
		{"checks alone", []check.Check{lags}, plan.Hooks{}, "kubectl sts promote web --preset ours"},
		{
			"commands and checks",
			[]check.Check{lags},
			plan.Hooks{Before: []plan.Hook{before}},
			"kubectl sts promote web --preset ./ours.yaml",
		},
		{"commands alone", nil, plan.Hooks{After: []plan.Hook{before}}, "kubectl sts promote web --preset ./ours.yaml"},
	} {
		t.Run(test.name, func(t *testing.T) {
			ask := verbtest.Ask(verbtest.Image("nginx:1.22"), func(r *verbtest.Request) { r.Checks, r.Hooks = test.checks, test.hooks })
			p := verbtest.Planned(t)(plantest.Saved(canary.Plan(ask.Canary(), verbtest.Settled(), ststest.Start)))
			require.Equal(t, test.want, hint.Caller{}.Command(p.Promote))
		})
	}
}
