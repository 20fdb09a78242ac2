package report_test

import (
	"time"

	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// tale is what happens in a run, as the engine would tell it.
type tale struct {
	plan   rollout.Plan
	now    time.Time
	at     int // the present step
	events []rollout.Event
}

// canaryPlan takes five pods in two steps.
func canaryPlan() rollout.Plan {
	step := func(number, partition int, title string, gate *rollout.Gate) rollout.Step {
		return rollout.Step{
			Title: title, Number: number, Of: 2,
			Change: rollout.Partition(partition), Until: rollout.PodsGood{From: partition}, Soak: 30 * time.Second, Gate: gate,
		}
	}
	return rollout.Plan{
		Verb: "canary", Namespace: "default", Name: "web", UID: "web-uid",
		Title:    "canary of statefulset web: 5 pods in 2 steps (1, 5), each soaked for 30s",
		Details:  []string{"containers[nginx].image: nginx:1.21 -> nginx:1.22"},
		Patience: 30 * time.Second, StepTimeout: 10 * time.Minute,
		Steps: []rollout.Step{
			{
				Title: "set the template, rollout paused",
				Change: rollout.Edit{
					Template: ststest.Raw("nginx:1.22"), Partition: ptr.To(5), Says: "template, partition 5, record",
					Annotations: map[string]*string{"example.com/record": ptr.To("r")},
				},
				Until: rollout.Observed{},
			},
			step(1, 4, "update web-4", &rollout.Gate{Kind: rollout.GateAsk, Next: "web-3, web-2, web-1, web-0"}),
			step(2, 0, "update web-3, web-2, web-1, web-0", nil),
			{
				Title: "end the canary",
				Change: rollout.Edit{
					Partition: ptr.To(0), Says: "partition 0, no record",
					Annotations: map[string]*string{"example.com/record": nil},
				},
				Until: rollout.Observed{},
			},
		},
	}
}

// abortPlan takes the pods back.
func abortPlan() rollout.Plan {
	return rollout.Plan{
		Verb: "abort", Namespace: "default", Name: "web", UID: "web-uid",
		Title:    "abort the canary of statefulset web: back to revision web-stable",
		Patience: 30 * time.Second, StepTimeout: 10 * time.Minute, Timeout: time.Hour,
		Steps: []rollout.Step{
			{
				Title:  "put the template back",
				Change: rollout.Edit{Template: ststest.Raw("nginx:1.21"), Says: "put the template back"},
				Until:  rollout.Observed{},
			},
			{
				Title: "return web-4 to revision web-stable",
				Until: rollout.PodsGood{From: 0}, Free: &rollout.Free{Mode: rollout.FreeBlocker},
			},
		},
	}
}

func newTale(plan rollout.Plan) *tale {
	plan = rollout.Identify(plan)
	t := &tale{plan: plan, now: ststest.Start, at: -1}
	t.tell(rollout.Event{Type: rollout.EventPlan, Plan: &plan})
	return t
}

// tell adds an event, a second after the one before.
func (t *tale) tell(e rollout.Event) *tale {
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
	return t.tell(rollout.Event{Type: rollout.EventStep})
}

// step begins the next step and makes its change.
func (t *tale) step() *tale {
	t.next()
	if change := t.plan.Steps[t.at].Change; change != nil {
		t.tell(rollout.Event{Type: rollout.EventChange, Change: change})
	}
	return t
}

// house is a step of housekeeping, from its begin to its end.
func (t *tale) house() *tale {
	return t.step().
		tell(rollout.Event{Type: rollout.EventWait, Message: "the StatefulSet controller to see the change"}).
		tell(rollout.Event{Type: rollout.EventStepDone})
}

// pod lets a pod go through states; good and want count it once it is good.
func (t *tale) pod(ordinal, good, want int, states ...sts.State) *tale {
	for _, state := range states {
		standing := sts.Standing{Ordinal: ordinal, Pod: "web-" + string(rune('0'+ordinal)), State: state}
		t.tell(rollout.Event{Type: rollout.EventPod, Pod: &standing, Good: good, Want: want})
		t.tell(rollout.Event{Type: rollout.EventWait, Message: standing.Pod + ": " + standing.Says(), Good: good, Want: want})
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
	t.tell(rollout.Event{Type: rollout.EventSoak, Until: t.now.Add(soak)})
	t.now = t.now.Add(soak)
	return t.tell(rollout.Event{Type: rollout.EventStepDone})
}

// trouble is a pod in trouble.
func (t *tale) trouble(ordinal int, state sts.State, trouble sts.Trouble) *tale {
	standing := sts.Standing{Ordinal: ordinal, Pod: "web-" + string(rune('0'+ordinal)), State: state, Trouble: &trouble}
	return t.tell(rollout.Event{Type: rollout.EventPod, Pod: &standing, Good: 0, Want: 1})
}

// end is the outcome, in the present step if there is one.
func (t *tale) end(o rollout.Outcome) *tale {
	if t.at >= 0 && o.Result != rollout.Done {
		o.Step = &t.plan.Steps[t.at]
	}
	return t.tell(rollout.Event{Type: rollout.EventOutcome, Step: o.Step, Outcome: &o})
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

func (t *tale) to(sink rollout.Sink) {
	for _, e := range t.events {
		sink.Handle(e)
	}
}
