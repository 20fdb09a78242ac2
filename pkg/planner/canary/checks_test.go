package canary_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/abort"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

var (
	lag   = check.Check{Name: "lag", Kind: check.Exec, Command: "./lag", Rule: check.Standard()}
	ready = check.Check{Name: "ready", Kind: check.HTTP, URL: ":8080/ready", Rule: check.Standard()}
	other = check.Check{Name: "lag", Kind: check.Exec, Command: "./lag --less", Rule: check.Standard()}
)

func measuredBy(checks ...check.Check) func(*verbtest.Request) {
	return func(r *verbtest.Request) { r.Checks = checks }
}

func changed(r *verbtest.Request) { r.ChecksChanged = true }

func recordedChecks(checks ...check.Check) func(*operation.Rollout) {
	return func(r *operation.Rollout) { r.Checks = check.Record(checks) }
}

// measured are the checks of each numbered step, by its number.
func measured(p *plan.Plan) map[int][]check.Check {
	out := map[int][]check.Check{}
	for _, step := range p.Steps {
		if step.Number > 0 {
			out[step.Number] = append(out[step.Number], step.Checks...)
		}
	}
	return out
}

func TestEachStepOfACanaryIsMeasured(t *testing.T) {
	p := verbtest.Planned(t)(plantest.Saved(canary.Plan(
		verbtest.Ask(verbtest.Image("nginx:1.22"), measuredBy(lag, ready)).Canary(), verbtest.Settled(), ststest.Start)))
	both := []check.Check{lag, ready}
	require.Equal(t, map[int][]check.Check{1: both, 2: both, 3: both}, measured(p))
	record := verbtest.Written(t, verbtest.Write(t, p.Steps[0]))
	require.Equal(t, check.Record(both), record.Checks)
	require.Empty(t, record.Checks[0].Command, "a command is nobody else's business")
	require.Equal(t, ready, record.Checks[1])
}

func TestACanaryIsPromotedByTheChecksThatItBeganWith(t *testing.T) {
	for _, test := range []struct {
		name  string
		given []check.Check
		also  func(*verbtest.Request)
		want  []check.Check
		why   string
	}{
		{name: "with the command again", given: []check.Check{lag}, want: []check.Check{lag, ready}},
		{name: "with all again", given: []check.Check{lag, ready}, want: []check.Check{lag, ready}},
		{name: "without the command", why: `the command of check "lag" is not in the record: give it again, with --check-exec or --checks`},
		{name: "with another command", given: []check.Check{other}, why: `check "lag" is not the one that the run began with`},
		{name: "with another command, on purpose", given: []check.Check{other}, also: changed, want: []check.Check{other}},
		{name: "with none, on purpose", also: changed},
	} {
		t.Run(test.name, func(t *testing.T) {
			set := verbtest.CanarySet(verbtest.Record(recordedChecks(lag, ready)), 4)
			s := ststest.Snapshot(set, verbtest.Updated(4, time.Hour))
			ask := verbtest.Ask(measuredBy(test.given...), func(r *verbtest.Request) {
				if test.also != nil {
					test.also(r)
				}
			})
			promoted, err := plantest.Saved(canary.Promote(ask.Promotion(true), s, ststest.Start))
			if test.why != "" {
				require.Equal(t, test.why, verbtest.Refusal(t, err).Why)
				_, err = plantest.Saved(canary.Plan(ask.Canary(), s, ststest.Start))
				require.Equal(t, test.why, verbtest.Refusal(t, err).Why)
				return
			}
			promoted = verbtest.Planned(t)(promoted, err)
			require.Equal(t, map[int][]check.Check{1: test.want, 2: test.want, 3: test.want}, measured(promoted))
		})
	}
}

func TestTheWayBackDoesNotWaitForTheChecksOfTheWayThere(t *testing.T) {
	set := verbtest.CanarySet(verbtest.Record(recordedChecks(lag, ready)), 4)
	s := ststest.Snapshot(set, verbtest.Updated(4, time.Hour))
	for _, given := range [][]check.Check{nil, {ready}} {
		p := verbtest.Planned(t)(plantest.Saved(abort.Plan(verbtest.Ask(measuredBy(given...)).Abort(), s)))
		var all []check.Check
		for _, step := range p.Steps {
			all = append(all, step.Checks...)
		}
		require.Equal(t, given, all)
	}
}
