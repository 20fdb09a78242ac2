package verdict

import (
	"fmt"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
)

// Follow is the condition of a watch that goes on over gates, failures and the way
// back until the operation in progress ends. Without one it is as [Settled].
type Follow struct{ Settled }

// followed is what such a watch has seen of the operation.
type followed struct {
	last   operation.Record // as it was last, nil for none
	origin string           // what the first one began from, empty for one that comes back to that
	failed *note.Failure    // how a run of it failed, if one did
}

// Check looks at the set as if nothing had been seen of it before.
func (c Follow) Check(s sts.Snapshot, now time.Time) plan.Progress {
	_, p := c.Recall(nil, s, now)
	return p
}

// Recall looks at the whole set, and keeps in mind what is in progress.
func (c Follow) Recall(memory any, s sts.Snapshot, now time.Time) (any, plan.Progress) {
	seen, _ := memory.(followed)
	p := c.Settled.Check(s, now)
	if s.Set.DeletionTimestamp != nil {
		return seen, p
	}
	ops := operation.Find(s)
	first := ops.First()
	switch {
	case len(ops.Unreadable) > 0:
		return seen, p // it can't be followed
	case first != nil:
		seen = seen.keeps(first, s)
		return seen, goOnWith(p, first.Name(), first.Waits(s))
	}
	return seen, seen.end(p, s)
}

// keeps notes what a record says.
func (f followed) keeps(first operation.Record, s sts.Snapshot) followed {
	if f.last == nil && f.failed == nil {
		f.origin = first.Origin()
	}
	f.last = first
	if failure := first.Failure(s); failure != nil {
		f.failed = failure
	}
	return f
}

// goOnWith is the progress of a set on which an operation is in progress: what
// would end a watch is waited for. At a gate that may be for ever.
func goOnWith(p plan.Progress, verb, waits string) plan.Progress {
	p.Bears = true
	switch {
	case p.Failed != nil:
		p.Waiting, p.External = fmt.Sprintf("%s; the %s failed: %s", waits, verb, p.Failed), true
		p.Reason = p.Failed.Reason
	case p.Held != "":
		p.Waiting, p.External, p.Gated = waits, true, true
	}
	p.Failed, p.Held, p.Done = nil, "", false
	return p
}

// end is the progress of a set on which nothing is in progress any more: where it
// was taken back, that is no success.
func (f followed) end(p plan.Progress, s sts.Snapshot) plan.Progress {
	if f.last == nil || !f.last.TakenBack(s, f.origin) || !p.Done && p.Held == "" {
		return p
	}
	words := p.Success
	if words == "" {
		words = p.Held
	}
	verb := f.last.Name()
	if verb == operation.VerbUndo.Name() {
		verb = "rollout"
	}
	p.Back = fmt.Sprintf("the %s was taken back: %s", verb, words)
	if f.failed != nil {
		p.Back += "; it had failed: " + f.failed.String()
		p.Reason = f.failed.Reason
	}
	p.Done, p.Held = false, ""
	return p
}
