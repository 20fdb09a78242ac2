package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// caughtUp is a check that one pass makes good.
func caughtUp() check.Check {
	c := check.Check{Name: "caught-up", Kind: check.Exec, Command: "./caught-up", Rule: check.Standard()}
	c.Rule.Pass = 1
	return c
}

// says has the walk's run know what its check has come to.
func (w *walk) says(m engine.Measure, v check.Verdict) *check.Tally {
	w.t.Helper()
	var tally *check.Tally
	w.state, tally = w.state.Measured(m.Round, check.Measurement{
		Check: m.Check.Name, At: w.now, Reading: check.Reading{Pod: "web-4", Verdict: v, Message: "it says"},
	})
	return tally
}

func TestTheNextPodIsDeletedOnceTheChecksOfThoseBeforeAreGood(t *testing.T) {
	p := enginetest.OneStep(driving(plan.Replace{}), func(p *plan.Plan) { p.Steps[0].Checks = []check.Check{caughtUp()} })
	old, back := ststest.Opened(ststest.WaitingForDeletions()), ststest.Opened(ststest.WaitingForDeletions(), ststest.UpdatedPod(4))
	w := newWalk(t, p, old)

	d := w.see(old)
	require.Equal(t, "web-4", deletes(d.Do), "nothing is measured before the first")
	require.Empty(t, d.Measure)
	w.state = w.state.Applied(d.Do, nil, w.now)

	d = w.see(back)
	require.Nil(t, d.Do)
	require.Len(t, d.Measure, 1)
	require.Equal(t, []check.Pod{{Name: "web-4", Ordinal: 4, Available: d.Measure[0].On.Pods[0].Available}}, d.Measure[0].On.Pods)
	before := d.Measure[0]
	require.Empty(t, w.after(time.Minute).see(back).Measure, "one at a time")

	require.NotNil(t, w.says(before, check.NotYet))
	d = w.after(time.Minute).see(back)
	require.Nil(t, d.Do)
	require.Len(t, d.Measure, 1, "it is measured again")

	w.says(d.Measure[0], check.Pass)
	d = w.see(back)
	require.Equal(t, "web-3", deletes(d.Do))
	w.state = w.state.Applied(d.Do, nil, w.now)

	require.Nil(t, w.says(before, check.Pass), "what was measured on other pods is over")
	d = w.see(ststest.Opened(ststest.WaitingForDeletions(), ststest.UpdatedPod(4), ststest.UpdatedPod(3)))
	require.Nil(t, d.Do, "those that are back now are measured from the beginning")
	require.Len(t, d.Measure, 1)
}

func TestACheckThatFailsBetweenTwoPodsHaltsTheRun(t *testing.T) {
	p := enginetest.OneStep(driving(plan.Replace{}), func(p *plan.Plan) { p.Steps[0].Checks = []check.Check{caughtUp()} })
	back := ststest.Opened(ststest.WaitingForDeletions(), ststest.UpdatedPod(4))
	w := newWalk(t, p, back)
	w.says(w.see(back).Measure[0], check.Fail)
	d := w.see(back)
	require.Equal(t, engine.Halted, d.End.Result)
	require.Equal(t, "check failed: caught-up: it says, pod web-4", d.End.Message)
	require.Nil(t, d.Do)
}

func TestHoldingForACheckOffersToMeasureAgainAndNotTheNextStep(t *testing.T) {
	c := caughtUp()
	c.Rule.Unknown = 1
	p := enginetest.OneStep(enginetest.Soaked(time.Minute), func(p *plan.Plan) { p.Steps[0].Checks = []check.Check{c} })
	good := ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4))
	w := newWalk(t, p, good)
	w.says(w.see(good).Measure[0], check.Unknown)
	d := w.see(good)
	require.Equal(t, engine.Held, d.End.Result)
	require.False(t, d.End.Wanted)
	require.Equal(t, 5, d.End.ExitCode())
	for _, h := range d.End.Try {
		require.False(t, h.Same(p.Promote), "the step is not over")
	}
}

// The status calls the new revision stable as soon as every pod is on it. A run that goes
// on then must not compare the new pods with themselves.
func TestUpdatedPodsAreNotStable(t *testing.T) {
	now := time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)
	var pods []*corev1.Pod
	for o := range 5 {
		pods = append(pods, ststest.UpdatedPod(o))
	}
	s := ststest.Snapshot(ststest.Canary(ststest.Partition(0), ststest.Forgotten), pods)
	p := plan.Plan{Stable: ststest.Stable}
	got := engine.Stable(p, s, now)
	require.Equal(t, ststest.Stable, got.Stable)
	require.Len(t, got.All, 5)
	require.Empty(t, got.Pods)
	require.Empty(t, got.Stables)
}
