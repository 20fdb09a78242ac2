package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Looker reads the set as it is at this moment. A watch tells of what has
// changed, some time later; only a read tells that nothing has.
type Looker interface {
	// Look reads all that the snapshot shows. The set is nil in its answer when
	// there is none any more.
	Look(ctx context.Context, seen sts.Snapshot) (sts.Snapshot, error)
}

// lookAgain reads the set before anything is decided, where a person has
// answered or a command has ended: either may have taken long, and what was seen
// before does not count. When the read fails nothing is decided until it
// succeeds, or for as long as a step may wait.
func (r *run) lookAgain() (time.Time, *Outcome) {
	now := r.Now()
	if now.Before(r.lookAt) {
		return r.lookAt, nil
	}
	ctx, cancel := context.WithTimeoutCause(r.ctx, answerWithin, errNoAnswer)
	s, err := r.Looker.Look(ctx, r.seen)
	cancel()
	switch {
	case err == nil:
		r.mustLook, r.lookRetry, r.lookAt, r.lookSince = false, 0, time.Time{}, time.Time{}
		if !r.state.stale(s) {
			r.seen, r.looked = s, true
			r.view()
		}
		return time.Time{}, nil
	case r.ctx.Err() != nil:
		return r.Now().Add(time.Hour), nil // wait says how it ends
	case errors.Is(err, ErrDenied):
		return time.Time{}, r.end(Failed, err.Error(), err)
	}
	if r.lookSince.IsZero() {
		r.lookSince = now
	}
	if limit := r.plan.StepTimeout; limit > 0 && r.Now().Sub(r.lookSince) >= limit {
		return time.Time{}, r.end(Failed, fmt.Sprintf("the set could not be read for %s: %v", limit, err), err)
	}
	r.lookRetry = min(max(2*r.lookRetry, firstRetry), maxRetry)
	r.lookAt = r.Now().Add(r.lookRetry)
	if r.lookRetry < maxRetry { // said often enough by then
		r.notice(fmt.Sprintf("%v; looking again in %s", err, r.lookRetry))
	}
	return r.lookAt, nil
}

// Regressed says what has happened to a pod that was Available in the snapshot
// before, or "": it has restarted, is no longer Available, or is another one.
func Regressed(before, after sts.Snapshot, now time.Time) string {
	st := NewState(before, now)
	st.remember(before, now)
	if v := st.regressed(after, now, nil, false); v != nil {
		return v.pod + ": " + v.words
	}
	return ""
}
