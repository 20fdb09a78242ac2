package rollout_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// The story of one step, snapshot by snapshot.
func TestEvents(t *testing.T) {
	w := newWalk(t, plan(soaked(soak)), closed())
	event := func(e rollout.Event) rollout.Event {
		e.Time, e.Step = w.now, &w.plan.Steps[0]
		return e
	}
	pod := func(standing sts.Standing, good int) rollout.Event {
		standing.Ordinal, standing.Pod = 4, "web-4"
		return event(rollout.Event{Type: rollout.EventPod, Pod: &standing, Good: good, Want: 1})
	}
	moved := func(standing sts.Standing, says string) []rollout.Event {
		waits := pod(standing, 0)
		waits.Type, waits.Message, waits.Halts = rollout.EventWait, "web-4: "+says, in(stepTimeout)
		if standing.Trouble != nil {
			waits.Halts = in(patience)
		}
		return []rollout.Event{pod(standing, 0), waits}
	}
	wait := func(message string, want int) rollout.Event {
		return event(rollout.Event{Type: rollout.EventWait, Message: message, Want: want, Halts: in(stepTimeout)})
	}
	hourAgo, fresh := in(-time.Hour), ststest.ReadySince(in(-time.Second))
	slow := minReady(60)

	for _, look := range []struct {
		name string
		s    sts.Snapshot
		want func() []rollout.Event
	}{
		{"the step begins", closed(slow), func() []rollout.Event {
			return []rollout.Event{event(rollout.Event{Type: rollout.EventStep})}
		}},
		{"the change was sent, the controller lags behind", opened(set(slow, unseen)), func() []rollout.Event {
			return []rollout.Event{wait(controllerSees, 1)}
		}},
		{"a pod that waits for its turn is no news, but what is waited for", opened(set(slow)), func() []rollout.Event {
			return moved(sts.Standing{State: sts.StateOld, Since: hourAgo}, "on another revision than wanted")[1:]
		}},
		{"nothing new", opened(set(slow)), func() []rollout.Event { return nil }},
		{"terminating", opened(set(slow), stable(4, ststest.Terminating)), func() []rollout.Event {
			return moved(sts.Standing{State: sts.StateTerminating, Since: ststest.Start}, "terminating")
		}},
		{"missing", without(opened(set(slow)), 4), func() []rollout.Event {
			return moved(sts.Standing{State: sts.StateMissing}, "not created yet")
		}},
		{"pending", opened(set(slow), updated(4, pending)), func() []rollout.Event {
			return moved(sts.Standing{State: sts.StatePending, Since: hourAgo}, "pending")
		}},
		{"in trouble", opened(set(slow), updated(4, pullError)), func() []rollout.Event {
			return moved(sts.Standing{State: sts.StateStarting, Since: hourAgo, Trouble: &pullErrorTrouble},
				"nginx: ErrImagePull: not found")
		}},
		{"in other trouble", opened(set(slow), updated(4, backOff)), func() []rollout.Event {
			return moved(sts.Standing{State: sts.StateStarting, Since: hourAgo, Trouble: &backOffTrouble},
				"nginx: ImagePullBackOff: back-off")
		}},
		{"out of trouble", opened(set(slow), updated(4, fresh)), func() []rollout.Event {
			return moved(sts.Standing{State: sts.StateReady, Since: in(-time.Second), GoodAt: in(59 * time.Second)},
				"Ready, Available soon")
		}},
		{"there", opened(set(), updated(4)), func() []rollout.Event {
			return []rollout.Event{
				pod(sts.Standing{State: sts.StateAvailable, Since: hourAgo}, 1),
				event(rollout.Event{Type: rollout.EventSoak, Until: in(soak), Good: 1, Want: 1}),
			}
		}},
		{"soaking on", opened(set(), updated(4)), func() []rollout.Event { return nil }},
	} {
		d := w.see(look.s)
		require.Equal(t, look.want(), d.Events, look.name)
		if d.Do != nil {
			w.state = w.state.Applied(d.Do, set(slow, unseen), w.now)
		}
	}
	w.at(soak)
	require.Equal(t, []rollout.Event{event(rollout.Event{Type: rollout.EventStepDone})}, w.see(opened(set(), updated(4))).Events)
}

func TestPodsAreToldFromTheHighestDown(t *testing.T) {
	p := plan(step(func(s *rollout.Step) { s.Change, s.Until = rollout.Partition(3), rollout.PodsGood{From: 3} }))
	s := opened(set(ststest.Partition(3)), updated(3, ststest.Unready), updated(4, ststest.Unready))
	var pods []string
	for _, e := range newWalk(t, p, s).see(s).Events {
		if e.Type == rollout.EventPod {
			pods = append(pods, e.Pod.Pod)
		}
	}
	require.Equal(t, []string{"web-4", "web-3"}, pods)
}

func TestAPodThatIsGoodFromTheStartIsNoNews(t *testing.T) {
	p := plan(soaked(soak))
	s := opened(set(), updated(4))
	var types []rollout.EventType
	for _, e := range newWalk(t, p, s).see(s).Events {
		types = append(types, e.Type)
	}
	require.Equal(t, []rollout.EventType{rollout.EventStep, rollout.EventSoak}, types)
}

// The same words are told again in the next step: it is another wait.
func TestEachStepTellsWhatItWaitsFor(t *testing.T) {
	p := plan(step(func(s *rollout.Step) { s.Until = rollout.Observed{} }), func(p *rollout.Plan) {
		p.Steps = append(p.Steps, rollout.Step{Change: rollout.Partition(3), Until: rollout.Observed{}})
	})
	w := inStep(t, p, opened(set(unseen)))
	w.see(opened(set()))
	d := w.see(opened(set()))
	w.state = w.state.Applied(d.Do, set(later, ststest.Partition(3)), w.now)
	require.Equal(t, []rollout.Event{{
		Type: rollout.EventWait, Time: w.now, Step: &w.plan.Steps[1], Message: controllerSees, Halts: in(stepTimeout),
	}}, w.see(opened(set(later, ststest.Partition(3), unseen))).Events)
}

func TestWhereTheGateIsLeft(t *testing.T) {
	for _, test := range []struct {
		name string
		set  *setObject
		want string
	}{
		{"closed", set(ststest.Partition(5)), "partition 5: no pod is updated"},
		{"beyond the replicas", set(ststest.Partition(9)), "partition 9: no pod is updated"},
		{"open for the last", set(ststest.Partition(4)), onlyWeb4},
		{"open for some", set(ststest.Partition(2)), "partition 2: web-2 and above are updated"},
		{"open for all", set(ststest.Partition(0)), "partition 0: every pod is updated"},
		{"open for some from ordinals.start", set(ststest.Partition(3), startingAt(5)), "partition 3: web-8 and above are updated"},
		{"open for all from ordinals.start", set(ststest.Partition(0), startingAt(5)), "partition 0: every pod is updated"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := plan(step(func(s *rollout.Step) {
				s.Change, s.Until, s.Gate = nil, rollout.Observed{}, &rollout.Gate{Kind: rollout.GateHold}
			}))
			s := opened(test.set)
			end := newWalk(t, p, s).see(s).End
			require.Equal(t, test.want, end.Gate)
			require.Equal(t, test.set.Spec.UpdateStrategy.RollingUpdate != nil && s.Partition() == 0, end.Open)
		})
	}
}

func TestCommandsThatAPlanDoesNotHaveAreNotOffered(t *testing.T) {
	p := plan(gated(hold), func(p *rollout.Plan) { p.Abort = "" })
	s := opened(set(), updated(4))
	require.Equal(t, []string{"the next step: kubectl sts promote web"}, newWalk(t, p, s).see(s).End.Try)
}

// A run that left nothing behind has nothing to say about a gate.
func TestWhatIsLeftBehind(t *testing.T) {
	unmarked := func(set *setObject) { delete(set.Annotations, record) }
	ends := opened(set(unmarked, later, ststest.Partition(1)))
	gate := "partition 1: web-1 and above are updated"
	for _, test := range []struct {
		name     string
		plan     rollout.Plan
		first    sts.Snapshot
		then     func(st rollout.State, c rollout.Change) rollout.State
		gate     string
		commands []string
	}{
		{"nothing, by a run that wrote nothing", plan(), closed(unmarked), nil, "", nil},
		{"the gate, by a run without a record", plan(func(p *rollout.Plan) { p.Record = "" }), closed(unmarked), nil, gate, toRetry},
		{
			"the gate, by a run that wrote", plan(), closed(unmarked),
			func(st rollout.State, c rollout.Change) rollout.State {
				return st.Applied(c, set(unmarked, ststest.Generation(2)), ststest.Start)
			},
			gate, toRetry,
		},
		{
			"the gate, by a run that may have written", plan(), closed(unmarked),
			func(st rollout.State, c rollout.Change) rollout.State { return st.Unsure(c) },
			gate + "; unless the write that got no answer was taken: partition 4", toRetry,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWalk(t, test.plan, test.first)
			d := w.see(test.first)
			if test.then != nil {
				w.state = test.then(w.state, d.Do)
			}
			end := w.see(ends).End
			require.Equal(t, rollout.Drifted, end.Result)
			require.Equal(t, test.gate, end.Gate)
			require.Equal(t, test.commands, end.Try)
		})
	}
}

// operated tells of a canary whose step is in annotation "step".
type operated struct{ watchable }

func (o operated) Check(s sts.Snapshot, now time.Time) rollout.Progress {
	p := o.watchable.Check(s, now)
	step, _ := s.Annotation("step")
	p.Operation = &rollout.Operation{Verb: "canary", Step: len(step), Steps: 3}
	return p
}

func TestAnOperationIsToldOnceForEachStepOfIt(t *testing.T) {
	w := newWalk(t, watching(func(p *rollout.Plan) { p.Steps[0].Until = operated{} }), opened(rolling()))
	var told []string
	for _, step := range []string{"1", "1", "11", "11", "11", "1"} {
		for _, e := range w.see(opened(rolling(ststest.Annotated("step", step)))).Events {
			if e.Type == rollout.EventOperation {
				told = append(told, e.Message)
			}
		}
	}
	require.Equal(t, []string{"canary: step 1 of 3", "canary: step 2 of 3", "canary: step 1 of 3"}, told)
}
