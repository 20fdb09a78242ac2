package engine

import (
	"time"
)

// remindEvery is how often a wait that nothing moves is told again: whoever reads a
// log has to see that the run is there.
const remindEvery = 30 * time.Second

// reminder is what a run waits for, to be told again.
type reminder struct {
	event Event     // as it was told first
	told  time.Time // last
}

// note keeps what is waited for, and forgets it once something has happened.
func (m *reminder) note(e Event) {
	switch e.Type {
	case EventWait:
		*m = reminder{event: e, told: e.Time}
		if e.Message == "" {
			*m = reminder{}
		}
	case EventHook:
		if e.Message == "" { // it begins
			m.event = Event{Type: EventWait, Time: e.Time, Step: e.Step, Message: "the command before the change to end"}
		}
		m.told = e.Time
	case EventStep, EventChange, EventSoak, EventStepDone, EventGate:
		*m = reminder{}
	case EventPlan, EventWarning, EventAnswer, EventPod, EventOperation, EventOutcome:
	}
}

// remind tells again what is waited for when that is due, and returns when it will
// be due next; zero for never.
func (r *run) remind() time.Time {
	m := &r.reminder
	e := m.event
	if !r.cut.IsZero() {
		if m.told.Before(r.cut) {
			m.told = r.cut
		}
		e = Event{Type: EventWait, Time: r.cut, Step: r.step(), Message: "the API server to answer"}
	}
	// While a person is asked the run waits for them, and the question keeps its
	// line: an outage has been told by a warning.
	if e.Message == "" || r.asked {
		return time.Time{}
	}
	now := r.Now()
	if due := m.told.Add(remindEvery); now.Before(due) {
		return due
	}
	e.Since, e.Time, m.told = e.Time, now, now
	e.Halts = earlier(r.state.halts, r.ends)
	if !r.cut.IsZero() {
		e.Halts = r.ends
		if r.plan.StepTimeout > 0 {
			e.Halts = earlier(r.ends, r.cut.Add(r.plan.StepTimeout))
		}
	}
	r.Sink.Handle(e)
	return now.Add(remindEvery)
}
