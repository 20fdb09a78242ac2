package loop

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
)

// noteWithin is how long a run tries to note on the set why it halted.
const noteWithin = 10 * time.Second

// noteFailure keeps why the run halted in the record on the set: a pod that is
// well again by then would hide it from whoever comes next. Where somebody else
// has changed the set nothing is written. That it could not be noted is told,
// and is no other end.
func (r *run) noteFailure(o *engine.Outcome) {
	edit, err := r.failureEdit(*o)
	if edit == nil && err == nil {
		return
	}
	if err == nil {
		err = r.keepNote(*edit)
	}
	if err != nil {
		r.notice(fmt.Sprintf("that it failed could not be noted on the StatefulSet, so status does not tell of it: %v", err))
	}
}

// failureEdit is the write that notes it, nil for none: nothing is noted of a run
// that only looks on, or that has left nothing to go on with.
func (r *run) failureEdit(o engine.Outcome) (*plan.Edit, error) {
	s := r.state.Present(r.seen)
	if o.Result != engine.Halted || r.plan.ReadOnly || r.plan.Record == "" || !s.Exists() {
		return nil, nil //nolint:nilnil // nothing to note is no error
	}
	text, recorded := s.Annotation(r.plan.Record)
	if !recorded {
		if text = r.plan.Note; text == "" || !r.state.Wrote() || r.over() {
			return nil, nil //nolint:nilnil // as above
		}
	}
	f := note.Failure{At: r.Now().UTC().Truncate(time.Second), Message: o.Message, Pod: o.Pod, Evidence: o.Evidence}
	if o.Trouble != nil {
		f.Reason = o.Trouble.Reason
	}
	text, err := note.WithFailure(text, f)
	if err != nil {
		return nil, err
	}
	return &plan.Edit{Annotations: map[string]*string{r.plan.Record: &text}, Says: "record"}, nil
}

// over reports whether the run has got to the step that removes its record.
func (r *run) over() bool {
	step := r.step()
	if step == nil {
		return true
	}
	edit, ok := step.Change.(plan.Edit)
	if !ok {
		return false
	}
	want, ends := edit.Annotations[r.plan.Record]
	return ends && want == nil
}

// keepNote sends the write until it is taken, somebody else has changed the set,
// or the time is over.
func (r *run) keepNote(edit plan.Edit) error {
	deadline := time.NewTimer(noteWithin)
	defer deadline.Stop()
	for {
		s := r.state.Present(r.seen)
		if edit.Done(s) {
			return nil
		}
		if what := r.state.Drift(r.plan, s); what != "" {
			return errors.New(what)
		}
		ctx, cancel := context.WithTimeoutCause(r.ctx, noteWithin, engine.ErrNoAnswer)
		_, err := r.Cluster.Apply(ctx, edit, s)
		cancel()
		switch {
		case err == nil:
			noted := &plan.Step{Title: "note that it failed", Change: edit}
			r.Sink.Handle(engine.Event{Type: engine.EventChange, Time: r.Now(), Step: noted, Change: edit})
			return nil
		case !errors.Is(err, engine.ErrConflict) && !errors.Is(err, engine.ErrLost):
			return err
		}
		if end := r.untilNewer(deadline.C); end {
			return err
		}
	}
}

// untilNewer waits for another snapshot, or a moment. It reports whether there is
// no time left.
func (r *run) untilNewer(deadline <-chan time.Time) bool {
	select {
	case <-r.ctx.Done():
		return true
	case <-deadline:
		return true
	case <-time.After(firstRetry):
	case u, ok := <-r.Feed:
		if !ok {
			return true
		}
		if u.Err == nil && u.Notice == "" && !u.Cut && !u.Back && !r.state.Stale(u.Snapshot) {
			r.seen = u.Snapshot
		}
	}
	return false
}
