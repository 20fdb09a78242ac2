package report_test

import (
	"time"

	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// tale is what happens in a run, as the engine would tell it.
type tale struct {
	plan   plan.Plan
	now    time.Time
	at     int // the present step
	events []engine.Event
}

// canaryPlan takes five pods in two steps.
func canaryPlan() plan.Plan {
	step := func(number, partition int, title string, gate *plan.Gate) plan.Step {
		return plan.Step{
			Title: title, Number: number, Of: 2,
			Change: plan.Partition(partition), Until: plan.PodsGood{From: partition}, Soak: 30 * time.Second, Gate: gate,
		}
	}
	return plan.Plan{
		Verb: "canary", Namespace: "default", Name: "web", UID: "web-uid",
		Title:    "canary of statefulset web: 5 pods in 2 steps (1, 5), each soaked for 30s",
		Details:  []string{"containers[nginx].image: nginx:1.21 -> nginx:1.22"},
		Patience: 30 * time.Second, StepTimeout: 10 * time.Minute,
		Steps: []plan.Step{
			{
				Title: "set the template, rollout paused",
				Change: plan.Edit{
					Template: ststest.Raw("nginx:1.22"), Partition: ptr.To(5), Says: "template, partition 5, record",
					Annotations: map[string]*string{"example.com/record": ptr.To("r")},
				},
				Until: plan.Observed{},
			},
			step(1, 4, "update web-4", &plan.Gate{Kind: plan.GateAsk, Next: "web-3, web-2, web-1, web-0"}),
			step(2, 0, "update web-3, web-2, web-1, web-0", nil),
			{
				Title: "end the canary",
				Change: plan.Edit{
					Partition: ptr.To(0), Says: "partition 0, no record",
					Annotations: map[string]*string{"example.com/record": nil},
				},
				Until: plan.Observed{},
			},
		},
	}
}

// abortPlan takes the pods back.
func abortPlan() plan.Plan {
	return plan.Plan{
		Verb: "abort", Namespace: "default", Name: "web", UID: "web-uid",
		Title:    "abort the canary of statefulset web: back to revision web-stable",
		Patience: 30 * time.Second, StepTimeout: 10 * time.Minute, Timeout: time.Hour,
		Steps: []plan.Step{
			{
				Title:  "put the template back",
				Change: plan.Edit{Template: ststest.Raw("nginx:1.21"), Says: "put the template back"},
				Until:  plan.Observed{},
			},
			{
				Title: "return web-4 to revision web-stable",
				Until: plan.PodsGood{From: 0}, Free: &plan.Free{Mode: plan.FreeBlocker},
			},
		},
	}
}

func newTale(p plan.Plan) *tale {
	p = plan.Identify(p)
	t := &tale{plan: p, now: ststest.Start, at: -1}
	t.tell(engine.Event{Type: engine.EventPlan, Plan: &p})
	return t
}

// tell adds an event, a second after the one before.
func (t *tale) tell(e engine.Event) *tale {
	e.Time = t.now
	t.now = t.now.Add(time.Second)
	if e.Step == nil && t.at >= 0 {
		e.Step = &t.plan.Steps[t.at]
	}
	t.events = append(t.events, e)
	return t
}

// next begins the next step.
func (t *tale) next() *tale {
	t.at++
	return t.tell(engine.Event{Type: engine.EventStep})
}

// step begins the next step and makes its change.
func (t *tale) step() *tale {
	t.next()
	if change := t.plan.Steps[t.at].Change; change != nil {
		t.tell(engine.Event{Type: engine.EventChange, Change: change})
	}
	return t
}

// house is a step of housekeeping, from its begin to its end.
func (t *tale) house() *tale {
	return t.step().
		tell(engine.Event{Type: engine.EventWait, Message: "the StatefulSet controller to see the change"}).
		tell(engine.Event{Type: engine.EventStepDone})
}

// pod lets a pod go through states; good and want count it once it is good.
func (t *tale) pod(ordinal, good, want int, states ...sts.State) *tale {
	for _, state := range states {
		standing := sts.Standing{Ordinal: ordinal, Pod: "web-" + string(rune('0'+ordinal)), State: state}
		t.tell(engine.Event{Type: engine.EventPod, Pod: &standing, Good: good, Want: want})
		t.tell(engine.Event{Type: engine.EventWait, Message: standing.Pod + ": " + standing.Says(), Good: good, Want: want})
	}
	return t
}

// updated is a pod's whole way to the new revision.
func (t *tale) updated(ordinal, good, want int) *tale {
	return t.pod(ordinal, good-1, want, sts.StateTerminating, sts.StateMissing, sts.StatePending, sts.StateStarting, sts.StateReady).
		pod(ordinal, good, want, sts.StateAvailable)
}

// soak is a soak that holds, to its end.
func (t *tale) soak() *tale {
	soak := t.plan.Steps[t.at].Soak
	t.tell(engine.Event{Type: engine.EventSoak, Until: t.now.Add(soak)})
	t.now = t.now.Add(soak)
	return t.tell(engine.Event{Type: engine.EventStepDone})
}

// trouble is a pod in trouble.
func (t *tale) trouble(ordinal int, state sts.State, trouble sts.Trouble) *tale {
	standing := sts.Standing{Ordinal: ordinal, Pod: "web-" + string(rune('0'+ordinal)), State: state, Trouble: &trouble}
	return t.tell(engine.Event{Type: engine.EventPod, Pod: &standing, Good: 0, Want: 1})
}

// end is the outcome, in the present step if there is one.
func (t *tale) end(o engine.Outcome) *tale {
	if t.at >= 0 && o.Result != engine.Done {
		o.Step = &t.plan.Steps[t.at]
	}
	return t.tell(engine.Event{Type: engine.EventOutcome, Step: o.Step, Outcome: &o})
}

// then another plan follows.
func (t *tale) then(next *tale) *tale {
	shift := t.now.Sub(ststest.Start)
	for _, e := range next.events {
		e.Time = e.Time.Add(shift)
		if !e.Until.IsZero() {
			e.Until = e.Until.Add(shift)
		}
		t.events = append(t.events, e)
	}
	t.now = next.now.Add(shift)
	return t
}

func (t *tale) to(sink engine.Sink) {
	for _, e := range t.events {
		sink.Handle(e)
	}
}
