package rolling_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/abort"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestNothingGoesOnWithWhatHasFailedByItself(t *testing.T) {
	verb := func(v operation.Verb) func(*operation.Rollout) {
		return func(r *operation.Rollout) { r.Verb, r.Target = v, ststest.Update }
	}
	back := []string{
		"roll back: kubectl sts abort web",
		"or go to another revision: kubectl sts undo web --to-revision REVISION",
		"try again: kubectl sts canary web --retry",
	}
	for _, test := range []struct {
		name string
		plan func() error
		why  string
		try  []string
	}{
		{"promote", func() error {
			_, err := plantest.Saved(canary.Promote(verbtest.Ask().Promotion(false), verbtest.FailedCanary(), ststest.Start))
			return err
		}, "the canary", back},
		{"canary, without a change", func() error {
			_, err := plantest.Saved(canary.Plan(verbtest.Ask().Canary(), verbtest.FailedCanary(), ststest.Start))
			return err
		}, "the canary", back},
		{"canary, with the same change", func() error {
			_, err := plantest.Saved(canary.Plan(verbtest.Ask(verbtest.Image("nginx:1.22")).Canary(), verbtest.FailedCanary(),
				ststest.Start))
			return err
		}, "the canary", back},
		{"undo", func() error {
			_, err := verbtest.GoOn(operation.VerbUndo)(verbtest.Ask(), verbtest.FailedCanary(verb(operation.VerbUndo)), ststest.Start)
			return err
		}, "the undo", []string{
			"go to another revision: kubectl sts undo web --to-revision REVISION",
			"try again: kubectl sts undo web --retry",
		}},
		{"restart", func() error {
			_, err := verbtest.GoOn(operation.VerbRestart)(verbtest.Ask(), verbtest.FailedCanary(verb(operation.VerbRestart)),
				ststest.Start)
			return err
		}, "the restart", []string{
			"give the restart up: kubectl sts abort web",
			"or go to another revision: kubectl sts undo web --to-revision REVISION",
			"try again: kubectl sts restart web --retry",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, &plan.Refusal{
				Why: test.why + ` of statefulset "web" failed at 2030-01-02T03:04:05Z: web-4: restarted after it was Available`,
				Try: hinttest.Trying(1, hinttest.List(test.try...)),
			}, verbtest.Refusal(t, test.plan()))
		})
	}
}

func TestARetryMeasuresTheSameStepAnew(t *testing.T) {
	forgets := func(p *plan.Plan) {
		t.Helper()
		require.Equal(
			t,
			verbtest.Record(),
			verbtest.Written(t, verbtest.Write(t, p.Steps[0])),
			"the failure is forgotten, and nothing else",
		)
	}
	promoted := verbtest.Planned(
		t,
	)(
		plantest.Saved(canary.Promote(verbtest.Ask(verbtest.Retry).Promotion(false), verbtest.FailedCanary(), ststest.Start)),
	)
	forgets(promoted)
	require.Equal(t, []string{
		"1/3 check web-4; good from 4; soak 1m0s; hold (wanted true) before web-3, web-2",
		"2/3 update web-3, web-2; partition 2; good from 2; soak 1m0s; hold (wanted true) before web-1, web-0",
		"3/3 update web-1, web-0; partition 0; good from 0; soak 1m0s",
		verbtest.Ended,
	}, verbtest.Outline(promoted)[1:])

	resumed := verbtest.Planned(
		t,
	)(
		plantest.Saved(canary.Plan(verbtest.Ask(verbtest.Retry, verbtest.Asking).Canary(), verbtest.FailedCanary(), ststest.Start)),
	)
	forgets(resumed)
	require.Equal(t, "1/3 check web-4; good from 4; soak 1m0s; ask (wanted false) before web-3, web-2", verbtest.Outline(resumed)[1])
}

func TestAWayBackForgetsTheFailure(t *testing.T) {
	p, err := plantest.Saved(abort.Plan(verbtest.Ask().Abort(), verbtest.FailedCanary()))
	require.NoError(t, err)
	require.Nil(t, verbtest.Written(t, verbtest.Write(t, p.Steps[0])).Failed)
}
