package engine_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// disrupting says that the step's change gives these pods up.
func disrupting(ordinals ...int) func(*plan.Plan) {
	return step(func(s *plan.Step) { s.Disrupts = ordinals })
}

// before is the set before the step: partition 5, a change behind it.
func before(pods ...*podObject) sts.Snapshot {
	return ststest.Opened(ststest.Canary(ststest.Partition(5), ststest.Generation(2)), pods...)
}

func TestAChangeThatDisruptsWaitsForTheBudget(t *testing.T) {
	opens := engine.Decision{Do: plan.Partition(4), WakeAt: ststest.In(stepTimeout)}
	full := ststest.Healthy(4, 4)
	for _, test := range []struct {
		name string
		plan plan.Plan
		s    sts.Snapshot
		want engine.Decision
	}{
		{"while it allows none", oneStep(disrupting(4)), budgeted(before(), full), waitsUntil(stepTimeout)},
		{"not when it allows one", oneStep(disrupting(4)), budgeted(before()), opens},
		{"not when there is none", oneStep(disrupting(4)), before(), opens},
		{"not for a change that disrupts nothing", oneStep(), budgeted(before(), full), opens},
		{"not for a pod that is missing", oneStep(disrupting(4)), budgeted(ststest.Without(before(), 4), full), opens},
		{"not for a pod on its way out", oneStep(disrupting(4)), budgeted(before(ststest.StablePod(4, ststest.Terminating)), full), opens},
		{"not for a pod that is updated already", oneStep(disrupting(4)), budgeted(before(ststest.UpdatedPod(4)), full), opens},
		{
			"not for a pod that is down while the others are enough", oneStep(disrupting(4)),
			budgeted(before(ststest.StablePod(4, ststest.Unready)), full), opens,
		},
		{
			"for any of several", oneStep(disrupting(4, 3)), budgeted(before(ststest.UpdatedPod(4)), full), waitsUntil(stepTimeout),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, quiet(newWalk(t, test.plan, test.s).see(test.s)))
		})
	}
}

func TestTheWaitForABudgetIsToldOnce(t *testing.T) {
	full := budgeted(before(), ststest.Healthy(4, 4))
	w := newWalk(t, oneStep(disrupting(4)), full)
	event := func(e engine.Event) engine.Event {
		e.Time, e.Step = w.now, &w.plan.Steps[0]
		return e
	}
	require.Equal(t, []engine.Event{
		event(engine.Event{Type: engine.EventStep}),
		event(engine.Event{Type: engine.EventWait, Message: noRoom + ignorePDB, Outside: true, Halts: ststest.In(stepTimeout)}),
	}, w.see(full).Events)
	require.Empty(t, w.after(time.Minute).see(full).Events)

	fewer := budgeted(before(), ststest.Healthy(3, 4))
	require.Equal(t, []engine.Event{event(engine.Event{
		Type: engine.EventWait, Outside: true, Halts: ststest.In(stepTimeout),
		Message: "PodDisruptionBudget quorum to let web-4 go: it wants 4 healthy, and 3 are" + ignorePDB,
	})}, w.see(fewer).Events, "other words are news")
	require.Equal(t, plan.Partition(4), w.see(budgeted(before())).Do)
}

func TestABudgetThatHoldsAChangeUpForTooLong(t *testing.T) {
	full := budgeted(before(), ststest.Healthy(4, 4))
	w := inStep(t, oneStep(disrupting(4)), full)
	require.Nil(t, w.at(stepTimeout-1).see(full).End)
	require.Equal(t, engine.Decision{End: &engine.Outcome{
		Result: engine.Halted, Message: tooLong + ": still waiting for " + noRoom, Step: &w.plan.Steps[0],
		Gate: "partition 5: no pod is updated",
		Try:  slices.Insert(slices.Clone(toRetry), 1, "try again without the budget's word: kubectl sts canary web --retry --ignore-pdb"),
	}}, w.at(stepTimeout).see(full))
}

func TestARunThatEndsWhileABudgetHoldsItUpSaysSo(t *testing.T) {
	full := budgeted(before(), ststest.Healthy(4, 4))
	p := oneStep(disrupting(4), within(time.Minute))
	onStage(t, p, full, func(t *testing.T, s *stage) {
		s.pass(time.Minute)
		o := s.ends()
		require.Equal(t, engine.TimedOut, o.Result)
		require.Equal(t, "not done after 1m0s, still waiting for "+noRoom, o.Message)
	})
}

// The deadline is for what happens after the write.
func TestTheDeadlineBeginsAnewOnceTheBudgetAllowsIt(t *testing.T) {
	full := budgeted(before(), ststest.Healthy(4, 4))
	w := inStep(t, oneStep(disrupting(4)), full)
	d := w.at(stepTimeout - time.Second).see(budgeted(before()))
	w.state = w.state.Applied(d.Do, ststest.Canary(), w.now)
	require.Equal(t, waitsUntil(2*stepTimeout-time.Second), quiet(w.see(ststest.Opened(ststest.Canary()))))
}

// One numbered step in two parts is done once, at the end of the last.
func TestAPartOfAStepIsNoStepDone(t *testing.T) {
	p := oneStep(step(func(s *plan.Step) { s.Part = true }), func(p *plan.Plan) {
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
	w.state = w.state.Applied(d.Do, ststest.Canary(later, ststest.Partition(3)), w.now)
	d = w.see(ststest.Opened(ststest.Canary(later, ststest.Partition(3)), ststest.UpdatedPod(4), ststest.UpdatedPod(3)))
	require.Contains(t, types(d), engine.EventStepDone)
}

// A budget may take long and may allow more than one disruption: what the part
// before has reached must still be so when the next pod is given up.
func TestTheNextPodWaitsForTheOneBeforeToBeWellAgain(t *testing.T) {
	p := oneStep(step(func(s *plan.Step) { s.Part = true }), func(p *plan.Plan) {
		p.Steps = append(p.Steps, plan.Step{
			Title: "update web-3", Change: plan.Partition(3), Disrupts: []int{3}, Until: plan.PodsGood{From: 3},
		})
	})
	full := budgeted(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)), ststest.Healthy(4, 4))
	for _, test := range []struct {
		name string
		s    sts.Snapshot
		want engine.Decision
		wait string
	}{
		{"it is", budgeted(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4))), engine.Decision{Do: plan.Partition(3), WakeAt: ststest.In(stepTimeout)}, ""},
		{
			"it is not Ready any more", budgeted(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4, ststest.Unready))), waitsUntil(stepTimeout),
			"web-4: running, not Ready",
		},
		{
			"it is in trouble", budgeted(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4, backOff))), waitsUntil(patience),
			"web-4: nginx: ImagePullBackOff: back-off",
		},
		{
			"it is Ready again and soon Available",
			budgeted(ststest.Opened(ststest.Canary(minReady(60)), ststest.UpdatedPod(4, ststest.ReadySince(ststest.In(-time.Second))))), waitsUntil(59 * time.Second),
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
	w.see(budgeted(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4, backOff))))
	require.Equal(t, engine.Halted, w.at(patience).see(budgeted(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4, backOff)))).End.Result)
}
