package loop

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
)

// lookAgain reads the set before anything is decided, where a person has
// answered or a command has ended: either may have taken long, and what was seen
// before does not count. When the read fails nothing is decided until it
// succeeds, or for as long as a step may wait.
func (r *run) lookAgain() (time.Time, *engine.Outcome) {
	now := r.Now()
	if now.Before(r.lookAt) {
		return r.lookAt, nil
	}
	ctx, cancel := context.WithTimeoutCause(r.ctx, engine.AnswerWithin, engine.ErrNoAnswer)
	s, err := r.Looker.Look(ctx, r.seen)
	cancel()
	switch {
	case err == nil:
		r.mustLook, r.lookRetry, r.lookAt, r.lookSince = false, 0, time.Time{}, time.Time{}
		if !r.state.Stale(s) {
			r.seen, r.looked, r.look = s, true, &s
			r.view()
		}
		return time.Time{}, nil
	case r.ctx.Err() != nil:
		return r.Now().Add(time.Hour), nil // wait says how it ends
	case errors.Is(err, engine.ErrDenied):
		return time.Time{}, r.end(engine.Failed, err.Error(), err)
	}
	if r.lookSince.IsZero() {
		r.lookSince = now
	}
	if limit := r.plan.StepTimeout; limit > 0 && r.Now().Sub(r.lookSince) >= limit {
		return time.Time{}, r.end(engine.Failed, fmt.Sprintf("the set could not be read for %s: %v", limit, err), err)
	}
	r.lookRetry = min(max(2*r.lookRetry, firstRetry), maxRetry)
	r.lookAt = r.Now().Add(r.lookRetry)
	if r.lookRetry < maxRetry { // said often enough by then
		r.notice(fmt.Sprintf("%v; looking again in %s", err, r.lookRetry))
	}
	return r.lookAt, nil
}
