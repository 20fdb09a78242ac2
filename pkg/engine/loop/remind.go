package loop

import (
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
)

// remindEvery is how often a wait that nothing moves is told again: whoever reads a
// log has to see that the run is there.
const remindEvery = 30 * time.Second

// reminder is what a run waits for, to be told again.
type reminder struct {
	event engine.Event // as it was told first
	told  time.Time    // last
}

// note keeps what is waited for, and forgets it once something has happened.
func (m *reminder) note(e engine.Event) {
	switch e.Type {
	case engine.EventWait:
		*m = reminder{event: e, told: e.Time}
		if e.Message == "" {
			*m = reminder{}
		}
	case engine.EventHook:
		if e.Message == "" { // it begins
			m.event = engine.Event{Type: engine.EventWait, Time: e.Time, Step: e.Step, Message: "the end of " + e.Hook.Why()}
		}
		m.told = e.Time
	case engine.EventStep, engine.EventChange, engine.EventSoak, engine.EventStepDone, engine.EventGate:
		*m = reminder{}
	case engine.EventPlan, engine.EventWarning, engine.EventAnswer, engine.EventPod, engine.EventCheck, engine.EventOperation,
		engine.EventLeader, engine.EventClaim, engine.EventOutcome:
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
		e = engine.Event{Type: engine.EventWait, Time: r.cut, Step: r.step(), Message: "the API server to answer"}
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
	e.Halts = engine.Earlier(r.state.Halts(), r.ends)
	if !r.cut.IsZero() {
		e.Halts = r.ends
		if r.plan.StepTimeout > 0 {
			e.Halts = engine.Earlier(r.ends, r.cut.Add(r.plan.StepTimeout))
		}
	}
	r.Sink.Handle(e)
	return now.Add(remindEvery)
}
