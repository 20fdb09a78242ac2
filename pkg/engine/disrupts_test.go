package engine_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// disrupting says that the step's change gives these pods up.
func disrupting(ordinals ...int) func(*plan.Plan) {
	return enginetest.Step(func(s *plan.Step) { s.Disrupts = ordinals })
}

// before is the set before the step: partition 5, a change behind it.
func before(pods ...*podObject) sts.Snapshot {
	return ststest.Opened(ststest.Canary(ststest.Partition(5), ststest.Generation(2)), pods...)
}

func TestAChangeThatDisruptsWaitsForTheBudget(t *testing.T) {
	opens := engine.Decision{Do: plan.Partition(4), WakeAt: ststest.In(enginetest.StepTimeout)}
	full := ststest.Healthy(4, 4)
	for _, test := range []struct {
		name string
		plan plan.Plan
		s    sts.Snapshot
		want engine.Decision
	}{
		{
			"while it allows none", enginetest.OneStep(disrupting(4)), enginetest.Budgeted(before(), full),
			waitsUntil(enginetest.StepTimeout),
		},
		{"not when it allows one", enginetest.OneStep(disrupting(4)), enginetest.Budgeted(before()), opens},
		{"not when there is none", enginetest.OneStep(disrupting(4)), before(), opens},
		{"not for a change that disrupts nothing", enginetest.OneStep(), enginetest.Budgeted(before(), full), opens},
		{
			"not for a pod that is missing", enginetest.OneStep(disrupting(4)), enginetest.Budgeted(ststest.Without(before(), 4), full),
			opens,
		},
		{
			"not for a pod on its way out", enginetest.OneStep(disrupting(4)),
			enginetest.Budgeted(before(ststest.StablePod(4, ststest.Terminating)), full), opens,
		},
		{
			"not for a pod that is updated already", enginetest.OneStep(disrupting(4)),
			enginetest.Budgeted(before(ststest.UpdatedPod(4)), full), opens,
		},
		{
			"not for a pod that is down while the others are enough", enginetest.OneStep(disrupting(4)),
			enginetest.Budgeted(before(ststest.StablePod(4, ststest.Unready)), full), opens,
		},
		{
			"for any of several", enginetest.OneStep(disrupting(4, 3)), enginetest.Budgeted(before(ststest.UpdatedPod(4)), full),
			waitsUntil(enginetest.StepTimeout),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, quiet(newWalk(t, test.plan, test.s).see(test.s)))
		})
	}
}

func TestTheWaitForABudgetIsToldOnce(t *testing.T) {
	full := enginetest.Budgeted(before(), ststest.Healthy(4, 4))
	w := newWalk(t, enginetest.OneStep(disrupting(4)), full)
	event := func(e engine.Event) engine.Event {
		e.Time, e.Step = w.now, &w.plan.Steps[0]
		return e
	}
	require.Equal(t, []engine.Event{
		event(engine.Event{Type: engine.EventStep}),
		event(engine.Event{
			Type: engine.EventWait, Message: enginetest.NoRoom + ignorePDB, External: true, Halts: ststest.In(enginetest.StepTimeout),
		}),
	}, w.see(full).Events)
	require.Empty(t, w.after(time.Minute).see(full).Events)

	fewer := enginetest.Budgeted(before(), ststest.Healthy(3, 4))
	require.Equal(t, []engine.Event{event(engine.Event{
		Type: engine.EventWait, External: true, Halts: ststest.In(enginetest.StepTimeout),
		Message: "PodDisruptionBudget quorum to let web-4 go: it wants 4 healthy, and 3 are" + ignorePDB,
	})}, w.see(fewer).Events, "other words are news")
	require.Equal(t, plan.Partition(4), w.see(enginetest.Budgeted(before())).Do)
}

func TestABudgetThatHoldsAChangeUpForTooLong(t *testing.T) {
	full := enginetest.Budgeted(before(), ststest.Healthy(4, 4))
	w := inStep(t, enginetest.OneStep(disrupting(4)), full)
	require.Nil(t, w.at(enginetest.StepTimeout-1).see(full).End)
	require.Equal(t, engine.Decision{End: &engine.Outcome{
		Result: engine.Halted, Message: enginetest.TooLong + ": still waiting for " + enginetest.NoRoom, Step: &w.plan.Steps[0],
		Gate: "partition 5: no pod is updated",
		Try: slices.Insert(slices.Clone(enginetest.ToRetry), 1,
			hinttest.Trying(1, hinttest.List("try again without the budget's word: kubectl sts canary web --retry --ignore-pdb"))...),
	}}, w.at(enginetest.StepTimeout).see(full))
}

// The deadline is for what happens after the write.
func TestTheDeadlineBeginsAnewOnceTheBudgetAllowsIt(t *testing.T) {
	full := enginetest.Budgeted(before(), ststest.Healthy(4, 4))
	w := inStep(t, enginetest.OneStep(disrupting(4)), full)
	d := w.at(enginetest.StepTimeout - time.Second).see(enginetest.Budgeted(before()))
	w.state = w.state.Applied(d.Do, workload.FromApps(ststest.Canary()), w.now)
	require.Equal(t, waitsUntil(2*enginetest.StepTimeout-time.Second), quiet(w.see(ststest.Opened(ststest.Canary()))))
}

// One numbered step in two parts is done once, at the end of the last.
func TestAPartOfAStepIsNoStepDone(t *testing.T) {
	p := enginetest.OneStep(enginetest.Step(func(s *plan.Step) { s.Part = true }), func(p *plan.Plan) {
		p.Steps = append(p.Steps, plan.Step{
			Title: "update web-3", Number: 1, Of: 2, Change: plan.Partition(3), Until: plan.PodsGood{From: 3},
		})
	})
	types := func(d engine.Decision) []engine.EventType {
		var all []engine.EventType
		for _, e := range d.Events {
			all = append(all, e.Type)
		}
		return all
	}
	w := newWalk(t, p, ststest.Opened(ststest.Canary()))
	w.see(ststest.Opened(ststest.Canary()))
	d := w.see(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)))
	require.Equal(t, []engine.EventType{engine.EventPod, engine.EventStep}, types(d))
	w.state = w.state.Applied(d.Do, workload.FromApps(ststest.Canary(enginetest.Later, ststest.Partition(3))), w.now)
	d = w.see(ststest.Opened(ststest.Canary(enginetest.Later, ststest.Partition(3)), ststest.UpdatedPod(4), ststest.UpdatedPod(3)))
	require.Contains(t, types(d), engine.EventStepDone)
}

// A budget may take long and may allow more than one disruption: what the part
// before has reached must still be so when the next pod is given up.
func TestTheNextPodWaitsForTheOneBeforeToBeWellAgain(t *testing.T) {
	p := enginetest.OneStep(enginetest.Step(func(s *plan.Step) { s.Part = true }), func(p *plan.Plan) {
		p.Steps = append(p.Steps, plan.Step{
			Title: "update web-3", Change: plan.Partition(3), Disrupts: []int{3}, Until: plan.PodsGood{From: 3},
		})
	})
	full := enginetest.Budgeted(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)), ststest.Healthy(4, 4))
	for _, test := range []struct {
		name string
		s    sts.Snapshot
		want engine.Decision
		wait string
	}{
		{
			"it is", enginetest.Budgeted(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4))),
			engine.Decision{Do: plan.Partition(3), WakeAt: ststest.In(enginetest.StepTimeout)},
			"",
		},
		{
			"it is not Ready any more", enginetest.Budgeted(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4, ststest.Unready))),
			waitsUntil(enginetest.StepTimeout),
			"web-4: running, not Ready",
		},
		{
			"it is in trouble", enginetest.Budgeted(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4, enginetest.BackOff))),
			waitsUntil(enginetest.Patience),
			"web-4: nginx: ImagePullBackOff: back-off",
		},
		{
			"it is Ready again and soon Available",
			enginetest.Budgeted(ststest.Opened(ststest.Canary(enginetest.MinReady(60)),
				ststest.UpdatedPod(4, ststest.ReadySince(ststest.In(-time.Second))))), waitsUntil(59 * time.Second),
			"web-4: Ready, Available soon",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := inStep(t, p, full)
			d := w.see(test.s)
			require.Equal(t, test.want, quiet(d))
			if test.wait != "" {
				last := d.Events[len(d.Events)-1]
				require.Equal(t, engine.EventWait, last.Type)
				require.Equal(t, test.wait, last.Message)
			}
		})
	}
	w := inStep(t, p, full)
	w.see(enginetest.Budgeted(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4, enginetest.BackOff))))
	require.Equal(t, engine.Halted,
		w.at(enginetest.Patience).see(enginetest.Budgeted(ststest.Opened(ststest.Canary(),
			ststest.UpdatedPod(4, enginetest.BackOff)))).End.Result)
}
