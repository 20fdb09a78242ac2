package loop

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

// gapRetry is how long a run waits before it tries to create the set again: the one that
// it has deleted goes once the garbage collector has been there.
const gapRetry = 200 * time.Millisecond

// closeGap creates the set again where a run is interrupted or has had its time between the
// deletion and the creation. However else it ends there, it says what has become of the set.
func (r *run) closeGap(o *engine.Outcome) {
	create, open := r.state.Gap(r.plan)
	if !open {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), engine.AnswerWithin)
	defer cancel()
	there, known := r.remains(ctx)
	if !there && (o.Result == engine.Interrupted || o.Result == engine.TimedOut) {
		err := r.create(ctx, create)
		for errors.Is(err, engine.ErrConflict) || errors.Is(err, engine.ErrLost) { // the deleted one may still be going
			if there, known = r.remains(ctx); there || !pause(ctx, gapRetry) {
				break
			}
			err = r.create(ctx, create)
		}
		if err == nil {
			o.Message += "; the set was created again, with its gate closed"
			return
		}
		r.notice(fmt.Sprintf("%s: %v", create, err))
	}
	switch {
	case there: // it was not deleted, or somebody has created it
	case known:
		o.Message += fmt.Sprintf("; statefulset %s was deleted, its pods are still running", r.plan.Name)
	default:
		o.Message += fmt.Sprintf("; whether statefulset %s exists now is not known", r.plan.Name)
	}
}

func (r *run) create(ctx context.Context, c plan.CreateSet) error {
	set, err := r.Cluster.Apply(ctx, c, r.seen)
	if err == nil {
		r.state, r.seen.Set = r.state.Applied(c, set, r.Now()), set
		r.Sink.Handle(engine.Event{Type: engine.EventChange, Time: r.Now(), Step: r.step(), Change: c})
	}
	return err
}

// remains reports whether there is a set that does not go, where that can be looked up: the
// one that the run is to delete, or somebody else's in its place.
func (r *run) remains(ctx context.Context) (there, known bool) {
	if !r.seen.Exists() {
		return false, true
	}
	if r.Looker == nil {
		return false, false
	}
	s, err := r.Looker.Look(ctx, r.seen)
	return err == nil && s.Exists() && s.Set.DeletionTimestamp == nil, err == nil
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
