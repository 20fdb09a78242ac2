package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// The story of one step, snapshot by snapshot.
func TestEvents(t *testing.T) {
	w := newWalk(t, enginetest.OneStep(enginetest.Soaked(enginetest.Soak)), ststest.Closed())
	event := func(e engine.Event) engine.Event {
		e.Time, e.Step = w.now, &w.plan.Steps[0]
		return e
	}
	pod := func(standing sts.PodProgress, good int) engine.Event {
		standing.Ordinal, standing.Pod = 4, "web-4"
		return event(engine.Event{Type: engine.EventPod, Pod: &standing, Good: good, Want: 1})
	}
	moved := func(standing sts.PodProgress, says string) []engine.Event {
		waits := pod(standing, 0)
		waits.Type, waits.Message, waits.Halts = engine.EventWait, "web-4: "+says, ststest.In(enginetest.StepTimeout)
		if standing.Trouble != nil {
			waits.Halts, waits.Reason = ststest.In(enginetest.Patience), standing.Trouble.Reason
		}
		return []engine.Event{pod(standing, 0), waits}
	}
	wait := func(message string, want int) engine.Event {
		return event(engine.Event{Type: engine.EventWait, Message: message, Want: want, Halts: ststest.In(enginetest.StepTimeout)})
	}
	hourAgo, fresh := ststest.In(-time.Hour), ststest.ReadySince(ststest.In(-time.Second))
	slow := enginetest.MinReady(60)

	for _, look := range []struct {
		name string
		s    sts.Snapshot
		want func() []engine.Event
	}{
		{"the step begins", ststest.Closed(slow), func() []engine.Event {
			return []engine.Event{event(engine.Event{Type: engine.EventStep})}
		}},
		{"the change was sent, and the controller lags", ststest.Opened(ststest.Canary(slow, ststest.Unobserved)), func() []engine.Event {
			return []engine.Event{wait(enginetest.ControllerSees, 1)}
		}},
		{"a pod that waits for its turn is no news, but what is waited for", ststest.Opened(ststest.Canary(slow)), func() []engine.Event {
			return moved(sts.PodProgress{State: sts.StateOld, Since: hourAgo}, "on another revision than wanted")[1:]
		}},
		{"nothing new", ststest.Opened(ststest.Canary(slow)), func() []engine.Event { return nil }},
		{"terminating", ststest.Opened(ststest.Canary(slow), ststest.StablePod(4, ststest.Terminating)), func() []engine.Event {
			return moved(sts.PodProgress{State: sts.StateTerminating, Since: ststest.Start}, "terminating")
		}},
		{"missing", ststest.Without(ststest.Opened(ststest.Canary(slow)), 4), func() []engine.Event {
			return moved(sts.PodProgress{State: sts.StateMissing}, "not created yet")
		}},
		{"pending", ststest.Opened(ststest.Canary(slow), ststest.UpdatedPod(4, ststest.Pending)), func() []engine.Event {
			return moved(sts.PodProgress{State: sts.StatePending, Since: hourAgo}, "pending")
		}},
		{"in trouble", ststest.Opened(ststest.Canary(slow), ststest.UpdatedPod(4, pullError)), func() []engine.Event {
			return moved(sts.PodProgress{State: sts.StateStarting, Since: hourAgo, Trouble: &pullErrorTrouble},
				"nginx: ErrImagePull: not found")
		}},
		{"in other trouble", ststest.Opened(ststest.Canary(slow), ststest.UpdatedPod(4, enginetest.BackOff)), func() []engine.Event {
			return moved(sts.PodProgress{State: sts.StateStarting, Since: hourAgo, Trouble: &backOffTrouble},
				"nginx: ImagePullBackOff: back-off")
		}},
		{"out of trouble", ststest.Opened(ststest.Canary(slow), ststest.UpdatedPod(4, fresh)), func() []engine.Event {
			return moved(sts.PodProgress{State: sts.StateReady, Since: ststest.In(-time.Second), GoodAt: ststest.In(59 * time.Second)},
				"Ready, Available soon")
		}},
		{"there", ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)), func() []engine.Event {
			return []engine.Event{
				pod(sts.PodProgress{State: sts.StateAvailable, Since: hourAgo}, 1),
				event(engine.Event{Type: engine.EventSoak, Until: ststest.In(enginetest.Soak), Good: 1, Want: 1}),
			}
		}},
		{"soaking on", ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)), func() []engine.Event { return nil }},
	} {
		d := w.see(look.s)
		require.Equal(t, look.want(), d.Events, look.name)
		if d.Do != nil {
			w.state = w.state.Applied(d.Do, workload.FromApps(ststest.Canary(slow, ststest.Unobserved)), w.now)
		}
	}
	w.at(enginetest.Soak)
	require.Equal(t, []engine.Event{event(engine.Event{Type: engine.EventStepDone})},
		w.see(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4))).Events)
}

func TestPodsAreToldFromTheHighestDown(t *testing.T) {
	p := enginetest.OneStep(enginetest.Step(func(s *plan.Step) { s.Change, s.Until = plan.Partition(3), plan.PodsGood{From: 3} }))
	s := ststest.Opened(ststest.Canary(ststest.Partition(3)), ststest.UpdatedPod(3, ststest.Unready),
		ststest.UpdatedPod(4, ststest.Unready))
	var pods []string
	for _, e := range newWalk(t, p, s).see(s).Events {
		if e.Type == engine.EventPod {
			pods = append(pods, e.Pod.Pod)
		}
	}
	require.Equal(t, []string{"web-4", "web-3"}, pods)
}

func TestAPodThatIsGoodFromTheStartIsNoNews(t *testing.T) {
	p := enginetest.OneStep(enginetest.Soaked(enginetest.Soak))
	s := ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4))
	var types []engine.EventType
	for _, e := range newWalk(t, p, s).see(s).Events {
		types = append(types, e.Type)
	}
	require.Equal(t, []engine.EventType{engine.EventStep, engine.EventSoak}, types)
}

// The same words are told again in the next step: it is another wait.
func TestEachStepTellsWhatItWaitsFor(t *testing.T) {
	p := enginetest.OneStep(enginetest.Step(func(s *plan.Step) { s.Until = plan.Observed{} }), func(p *plan.Plan) {
		p.Steps = append(p.Steps, plan.Step{Change: plan.Partition(3), Until: plan.Observed{}})
	})
	w := inStep(t, p, ststest.Opened(ststest.Canary(ststest.Unobserved)))
	w.see(ststest.Opened(ststest.Canary()))
	d := w.see(ststest.Opened(ststest.Canary()))
	w.state = w.state.Applied(d.Do, workload.FromApps(ststest.Canary(enginetest.Later, ststest.Partition(3))), w.now)
	require.Equal(t, []engine.Event{{
		Type: engine.EventWait, Time: w.now, Step: &w.plan.Steps[1], Message: enginetest.ControllerSees,
		Halts: ststest.In(enginetest.StepTimeout),
	}}, w.see(ststest.Opened(ststest.Canary(enginetest.Later, ststest.Partition(3), ststest.Unobserved))).Events)
}

func TestWhereTheGateIsLeft(t *testing.T) {
	for _, test := range []struct {
		name string
		set  *setObject
		want string
	}{
		{"closed", ststest.Canary(ststest.Partition(5)), "partition 5: no pod is updated"},
		{"beyond the replicas", ststest.Canary(ststest.Partition(9)), "partition 9: no pod is updated"},
		{"open for the last", ststest.Canary(ststest.Partition(4)), enginetest.OnlyWeb4},
		{"open for some", ststest.Canary(ststest.Partition(2)), "partition 2: web-2 and above are updated"},
		{"open for all", ststest.Canary(ststest.Partition(0)), "partition 0: every pod is updated"},
		{
			"open for some from ordinals.start", ststest.Canary(ststest.Partition(3), startingAt(5)),
			"partition 3: web-8 and above are updated",
		},
		{"open for all from ordinals.start", ststest.Canary(ststest.Partition(0), startingAt(5)), "partition 0: every pod is updated"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := enginetest.OneStep(enginetest.Step(func(s *plan.Step) {
				s.Change, s.Until, s.Gate = nil, plan.Observed{}, &plan.Gate{Kind: plan.GateHold}
			}))
			s := ststest.Opened(test.set)
			end := newWalk(t, p, s).see(s).End
			require.Equal(t, test.want, end.Gate)
			require.Equal(t, test.set.Spec.UpdateStrategy.RollingUpdate != nil && s.Partition() == 0, end.Open)
		})
	}
}

func TestCommandsThatAPlanDoesNotHaveAreNotOffered(t *testing.T) {
	p := enginetest.OneStep(enginetest.Gated(enginetest.HoldGate), func(p *plan.Plan) { p.Abort = hint.Hint{} })
	s := ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4))
	require.Equal(t, hinttest.List("the next step: kubectl sts promote web"), newWalk(t, p, s).see(s).End.Try)
}

// A run that left nothing behind has nothing to say about a gate.
func TestWhatIsLeftBehind(t *testing.T) {
	unmarked := func(set *setObject) { delete(set.Annotations, ststest.CanaryRecord) }
	ends := ststest.Opened(ststest.Canary(unmarked, enginetest.Later, ststest.Partition(1)))
	gate := "partition 1: web-1 and above are updated"
	for _, test := range []struct {
		name     string
		plan     plan.Plan
		first    sts.Snapshot
		then     func(st engine.State, c plan.Change) engine.State
		gate     string
		commands []hint.Hint
	}{
		{"nothing, by a run that wrote nothing", enginetest.OneStep(), ststest.Closed(unmarked), nil, "", nil},
		{
			"the gate, by a run without a record", enginetest.OneStep(func(p *plan.Plan) { p.Record = "" }), ststest.Closed(unmarked), nil,
			gate, enginetest.ToRetry,
		},
		{
			"the gate, by a run that wrote", enginetest.OneStep(), ststest.Closed(unmarked),
			func(st engine.State, c plan.Change) engine.State {
				return st.Applied(c, workload.FromApps(ststest.Canary(unmarked, ststest.Generation(2))), ststest.Start)
			},
			gate, enginetest.ToRetry,
		},
		{
			"the gate, by a run that may have written", enginetest.OneStep(), ststest.Closed(unmarked),
			func(st engine.State, c plan.Change) engine.State { return st.Unsure(c) },
			gate + "; unless the write that got no answer was taken: partition 4", enginetest.ToRetry,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWalk(t, test.plan, test.first)
			d := w.see(test.first)
			if test.then != nil {
				w.state = test.then(w.state, d.Do)
			}
			end := w.see(ends).End
			require.Equal(t, engine.Drifted, end.Result)
			require.Equal(t, test.gate, end.Gate)
			require.Equal(t, test.commands, end.Try)
		})
	}
}

// operated tells of a canary whose step is in annotation "step".
type operated struct{ enginetest.Watchable }

func (o operated) Check(s sts.Snapshot, now time.Time) plan.Progress {
	p := o.Watchable.Check(s, now)
	step, _ := s.Annotation("step")
	p.Operation = &plan.Operation{Verb: "canary", Step: len(step), Steps: 3}
	return p
}

func TestAnOperationIsToldOnceForEachStepOfIt(t *testing.T) {
	w := newWalk(t, enginetest.Watching(func(p *plan.Plan) { p.Steps[0].Until = operated{} }), ststest.Opened(enginetest.Rolling()))
	var told []string
	for _, step := range []string{"1", "1", "11", "11", "11", "1"} {
		for _, e := range w.see(ststest.Opened(enginetest.Rolling(ststest.Annotated("step", step)))).Events {
			if e.Type == engine.EventOperation {
				told = append(told, e.Message)
			}
		}
	}
	require.Equal(t, []string{"canary: step 1 of 3", "canary: step 2 of 3", "canary: step 1 of 3"}, told)
}
