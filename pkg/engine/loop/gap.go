package loop

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
)

// gapRetry is how long a run waits before it tries to create the set again: the one that
// it has deleted goes once the garbage collector has been there.
const gapRetry = 200 * time.Millisecond

// closeGap creates the set again where a run is stopped between its deletion and its
// creation: whoever presses ctrl-C then wants to be left with a set, and its pods wait for
// nothing. What could not be done is said.
func (r *run) closeGap(o *engine.Outcome) {
	create, open := r.state.Gap(r.plan)
	if !open {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), engine.AnswerWithin)
	defer cancel()
	if r.kept(ctx) {
		return // it was not deleted
	}
	if o.Result == engine.Interrupted || o.Result == engine.TimedOut {
		for {
			set, err := r.Cluster.Apply(ctx, create, r.seen)
			if err == nil {
				r.state = r.state.Applied(create, set, r.Now())
				r.seen.Set = set
				r.Sink.Handle(engine.Event{Type: engine.EventChange, Time: r.Now(), Step: r.step(), Change: create})
				o.Message += "; the set was created again, and the gate is closed"
				return
			}
			if r.kept(ctx) {
				return // it was never deleted
			}
			if !errors.Is(err, engine.ErrConflict) && !errors.Is(err, engine.ErrLost) || !pause(ctx, gapRetry) {
				r.notice(fmt.Sprintf("%s: %v", create, err))
				break
			}
		}
	}
	o.Message += fmt.Sprintf("; there is no statefulset %s now, and its pods run without it", r.plan.Name)
}

// kept reports whether the set that was to be deleted is there, and is not going.
func (r *run) kept(ctx context.Context) bool {
	if r.Looker == nil || !r.seen.Exists() {
		return false
	}
	s, err := r.Looker.Look(ctx, r.seen)
	return err == nil && s.Exists() && s.UID() == r.plan.UID && s.Set.DeletionTimestamp == nil
}

// pause waits, and reports whether the context goes on.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
