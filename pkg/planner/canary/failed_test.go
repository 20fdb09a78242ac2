package canary_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// haltedIn makes the record one of a run that has failed.
func haltedIn(r *operation.Rollout) {
	r.Version = sts.FormatFailed
	r.Failed = &sts.Failure{At: ststest.Start, Message: "web-4: restarted after it was Available", Pod: "web-4", Reason: "Restarted"}
}

func retry(r *canary.Request) { r.Retry = true }

// failedCanary is a canary that failed in its first step, with a pod that looks well again.
func failedCanary(changes ...func(*operation.Rollout)) sts.Snapshot {
	return ststest.Snapshot(canarySet(record(append(changes, haltedIn)...), 4), updated(4, time.Hour))
}

func refusal(t *testing.T, err error) *plan.Refusal {
	t.Helper()
	var no *plan.Refusal
	require.ErrorAs(t, err, &no)
	return no
}

func TestNothingGoesOnWithWhatHasFailedByItself(t *testing.T) {
	verb := func(v operation.Verb) func(*operation.Rollout) {
		return func(r *operation.Rollout) { r.Verb, r.Target = v, ststest.Update }
	}
	back := []string{
		"roll back: kubectl sts -n prod abort web",
		"or go to another revision: kubectl sts -n prod undo web --to-revision REVISION",
		"try again: kubectl sts -n prod canary web --retry",
	}
	for _, test := range []struct {
		name string
		plan func() error
		why  string
		try  []string
	}{
		{"promote", func() error {
			_, err := plantest.Saved(canary.Promote(request(), failedCanary(), ststest.Start, false))
			return err
		}, "the canary", back},
		{"canary, without a change", func() error {
			_, err := plantest.Saved(canary.Plan(request(), failedCanary(), ststest.Start))
			return err
		}, "the canary", back},
		{"canary, with the same change", func() error {
			_, err := plantest.Saved(canary.Plan(request(image("nginx:1.22")), failedCanary(), ststest.Start))
			return err
		}, "the canary", back},
		{"undo", func() error {
			_, _, err := canary.GoOn(operation.VerbUndo, request(), failedCanary(verb(operation.VerbUndo)), ststest.Start)
			return err
		}, "the undo", []string{
			"go to another revision: kubectl sts -n prod undo web --to-revision REVISION",
			"try again: kubectl sts -n prod undo web --retry",
		}},
		{"restart", func() error {
			_, _, err := canary.GoOn(operation.VerbRestart, request(), failedCanary(verb(operation.VerbRestart)), ststest.Start)
			return err
		}, "the restart", []string{
			"give the restart up: kubectl sts -n prod abort web",
			"or go to another revision: kubectl sts -n prod undo web --to-revision REVISION",
			"try again: kubectl sts -n prod restart web --retry",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, &plan.Refusal{
				Why: test.why + ` of statefulset "web" failed at 2030-01-02T03:04:05Z: web-4: restarted after it was Available`,
				Try: test.try,
			}, refusal(t, test.plan()))
		})
	}
}

func TestARetryMeasuresTheSameStepAnew(t *testing.T) {
	forgets := func(p *plan.Plan) {
		t.Helper()
		require.Equal(t, record(), written(t, write(t, p.Steps[0])), "the failure is forgotten, and nothing else")
	}
	promoted := planned(t)(plantest.Saved(canary.Promote(request(retry), failedCanary(), ststest.Start, false)))
	forgets(promoted)
	require.Equal(t, []string{
		"1/3 check web-4; good from 4; soak 1m0s; hold (wanted true) before web-3, web-2",
		"2/3 update web-3, web-2; partition 2; good from 2; soak 1m0s; hold (wanted true) before web-1, web-0",
		"3/3 update web-1, web-0; partition 0; good from 0; soak 1m0s",
		ended,
	}, outline(promoted)[1:])

	resumed := planned(t)(plantest.Saved(canary.Plan(request(retry, asking), failedCanary(), ststest.Start)))
	forgets(resumed)
	require.Equal(t, "1/3 check web-4; good from 4; soak 1m0s; ask (wanted false) before web-3, web-2", outline(resumed)[1])
}

func TestAWayBackForgetsTheFailure(t *testing.T) {
	p, err := plantest.Saved(canary.Abort(request(), failedCanary()))
	require.NoError(t, err)
	require.Nil(t, written(t, write(t, p.Steps[0])).Failed)
}
