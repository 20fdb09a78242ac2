package reporttest

import (
	"fmt"
	"time"

	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// Tale is what happens in a run, as the engine would tell it.
type Tale struct {
	Plan   plan.Plan
	Now    time.Time
	at     int // the present step
	Events []engine.Event
}

// CanaryPlan takes five pods in two steps.
func CanaryPlan() plan.Plan {
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

// AbortPlan takes the pods back.
func AbortPlan() plan.Plan {
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
				Until: plan.PodsGood{From: 0}, Replace: &plan.Replace{Mode: plan.ReplaceBlocker},
			},
		},
	}
}

// NewTale begins a run of a plan.
func NewTale(p plan.Plan) *Tale {
	p = plan.Identify(p)
	t := &Tale{Plan: p, Now: ststest.Start, at: -1}
	t.Tell(engine.Event{Type: engine.EventPlan, Plan: &p})
	return t
}

// Tell adds an event, a second after the one before.
func (t *Tale) Tell(e engine.Event) *Tale {
	e.Time = t.Now
	t.Now = t.Now.Add(time.Second)
	if e.Step == nil && t.at >= 0 {
		e.Step = &t.Plan.Steps[t.at]
	}
	t.Events = append(t.Events, e)
	return t
}

// Next begins the next step.
func (t *Tale) Next() *Tale {
	t.at++
	return t.Tell(engine.Event{Type: engine.EventStep})
}

// Step begins the next step and makes its change.
func (t *Tale) Step() *Tale {
	t.Next()
	if change := t.Plan.Steps[t.at].Change; change != nil {
		t.Tell(engine.Event{Type: engine.EventChange, Change: change})
	}
	return t
}

// House is a step of housekeeping, from its begin to its end.
func (t *Tale) House() *Tale {
	return t.Step().
		Tell(engine.Event{Type: engine.EventWait, Message: "the StatefulSet controller to see the change"}).
		Tell(engine.Event{Type: engine.EventStepDone})
}

// Pod lets a pod go through states; good and want count it once it is good.
func (t *Tale) Pod(ordinal, good, want int, states ...sts.State) *Tale {
	for _, state := range states {
		standing := sts.PodProgress{Ordinal: ordinal, Pod: fmt.Sprintf("web-%d", ordinal), State: state}
		t.Tell(engine.Event{Type: engine.EventPod, Pod: &standing, Good: good, Want: want})
		t.Tell(engine.Event{
			Type: engine.EventWait, Message: standing.Pod + ": " + standing.Says(), Reason: standing.Reason(), Good: good, Want: want,
		})
	}
	return t
}

// Updated is a pod's whole way to the new revision.
func (t *Tale) Updated(ordinal, good, want int) *Tale {
	return t.Pod(ordinal, good-1, want, sts.StateTerminating, sts.StateMissing, sts.StatePending, sts.StateStarting, sts.StateReady).
		Pod(ordinal, good, want, sts.StateAvailable)
}

// Soak is a soak that holds, to its end.
func (t *Tale) Soak() *Tale {
	soak := t.Plan.Steps[t.at].Soak
	t.Tell(engine.Event{Type: engine.EventSoak, Until: t.Now.Add(soak)})
	t.Now = t.Now.Add(soak)
	return t.Tell(engine.Event{Type: engine.EventStepDone})
}

// Trouble is a pod in trouble.
func (t *Tale) Trouble(ordinal int, state sts.State, trouble sts.Trouble) *Tale {
	standing := sts.PodProgress{Ordinal: ordinal, Pod: fmt.Sprintf("web-%d", ordinal), State: state, Trouble: &trouble}
	return t.Tell(engine.Event{Type: engine.EventPod, Pod: &standing, Good: 0, Want: 1})
}

// End is the outcome, in the present step if there is one.
func (t *Tale) End(o engine.Outcome) *Tale {
	if t.at >= 0 && o.Result != engine.Done {
		o.Step = &t.Plan.Steps[t.at]
	}
	return t.Tell(engine.Event{Type: engine.EventOutcome, Step: o.Step, Outcome: &o})
}

// Then another plan follows.
func (t *Tale) Then(next *Tale) *Tale {
	shift := t.Now.Sub(ststest.Start)
	for _, e := range next.Events {
		e.Time = e.Time.Add(shift)
		if !e.Until.IsZero() {
			e.Until = e.Until.Add(shift)
		}
		t.Events = append(t.Events, e)
	}
	t.Now = next.Now.Add(shift)
	return t
}

// To tells all of it.
func (t *Tale) To(sink engine.Sink) {
	for _, e := range t.Events {
		sink.Handle(e)
	}
}
