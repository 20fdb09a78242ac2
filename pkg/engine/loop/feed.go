package loop

import (
	"errors"
	"fmt"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

// wait returns when there is a reason to decide again, or with the outcome
// when the run is over.
func (r *run) wait(wake time.Time, timeout <-chan time.Time) *engine.Outcome {
	var timer <-chan time.Time
	if !wake.IsZero() {
		t := time.NewTimer(wake.Sub(r.Now()))
		defer t.Stop()
		timer = t.C
	}
	select {
	case <-r.ctx.Done():
		return r.stopped()
	case <-timeout:
		return r.stopped()
	case <-timer:
	case a := <-r.answers:
		return r.answered(a)
	case line := <-r.hookSays():
		said := engine.Event{Type: engine.EventHook, Time: r.Now(), Step: r.step(), Hook: &r.hook.hook, Message: line}
		r.reminder.note(said)
		r.Sink.Handle(said)
	case m := <-r.measured:
		r.takeMeasurement(m)
	case err := <-r.hookEnds():
		return r.hooked(err)
	case l := <-r.leadersSay():
		return r.led(l)
	case u, ok := <-r.Feed:
		if end := r.take(u, ok); end != nil {
			return end
		}
		return r.newest()
	}
	return nil
}

// newest takes what the feed holds ready, so that nothing is decided on what is
// known to be older.
func (r *run) newest() *engine.Outcome {
	for {
		select {
		case u, ok := <-r.Feed:
			if end := r.take(u, ok); end != nil {
				return end
			}
		default:
			return nil
		}
	}
}

// stopped is the end of a run whose time is over, or that was interrupted.
func (r *run) stopped() *engine.Outcome {
	if err := r.ctx.Err(); err != nil && engine.StoppedBy(r.ctx) == engine.Interrupted {
		return r.end(engine.Interrupted, "interrupted", err)
	}
	return r.end(engine.TimedOut, fmt.Sprintf("not done after %s", r.plan.Timeout), nil)
}

func (r *run) answered(a reply) *engine.Outcome {
	switch {
	case r.ctx.Err() != nil:
		return r.stopped()
	case a.err != nil:
		return r.end(engine.Failed, "reading the answer: "+a.err.Error(), a.err)
	}
	r.state, r.asked = r.state.Answered(a.answer), false
	r.mustLook = r.Looker != nil
	r.Sink.Handle(engine.Event{Type: engine.EventAnswer, Time: r.Now(), Step: r.step()})
	return nil
}

// take takes what the feed tells; an answer that is there comes first.
func (r *run) take(u engine.Update, ok bool) *engine.Outcome {
	if _, end := r.hear(); end != nil {
		return end
	}
	switch {
	case r.ctx.Err() != nil:
		return r.stopped()
	case !ok:
		return r.unfed()
	case u.Err != nil:
		return r.end(engine.Failed, u.Err.Error(), u.Err)
	case u.Notice != "", u.Cut, u.Back:
		if u.Notice != "" {
			r.notice(u.Notice)
		}
		if u.Cut && r.cut.IsZero() {
			r.cut = r.Now()
		}
		r.back = u.Back || r.back && !u.Cut
	case r.state.Stale(u.Snapshot), r.look != nil && before(u.Snapshot, *r.look):
		// What the run knows is newer.
	default:
		r.seen, r.looked, r.look = u.Snapshot, true, nil
		if r.back {
			r.cut, r.back = time.Time{}, false
		}
		r.view()
	}
	return nil
}

// unfed is the end of a run whose feed closed. It closes with the context,
// whose end may reach this side a moment later.
func (r *run) unfed() *engine.Outcome {
	select {
	case <-r.ctx.Done():
		return r.stopped()
	case <-time.After(100 * time.Millisecond):
	}
	err := errors.New("the watch ended")
	return r.end(engine.Failed, err.Error(), err)
}

// ask puts the question in a goroutine of its own, so that a pod which fails
// meanwhile, ctrl-C or the timeout still end the run.
func (r *run) ask(step plan.Step) {
	r.asked = true
	r.reminder.note(engine.Event{Type: engine.EventGate})
	r.Sink.Handle(engine.Event{Type: engine.EventGate, Time: r.Now(), Step: &step})
	go func() {
		answer, err := r.Asker.Ask(r.ctx, step)
		r.answers <- reply{answer, err}
	}()
}
