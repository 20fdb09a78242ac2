package verdict

import (
	"fmt"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/scale"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Follow is the condition of a watch that goes on over gates, failures and the way
// back until the operation in progress ends. Without one it is as [Settled].
type Follow struct{ Settled }

// followed is what such a watch has seen of the operation.
type followed struct {
	rollout *canary.Record // as it was last, nil for none
	stable  string         // what the first one started from, empty for one that comes back to that
	scale   *scale.Record
	failed  *sts.Failure // how a run of it failed, if one did
}

// Check looks at the set as if nothing had been seen of it before.
func (c Follow) Check(s sts.Snapshot, now time.Time) rollout.Progress {
	_, p := c.Recall(nil, s, now)
	return p
}

// Recall looks at the whole set, and keeps in mind what is in progress.
func (c Follow) Recall(memory any, s sts.Snapshot, now time.Time) (any, rollout.Progress) {
	seen, _ := memory.(followed)
	p := c.Settled.Check(s, now)
	if s.Set.DeletionTimestamp != nil {
		return seen, p
	}
	record, err := canary.FindRecord(s)
	scaling, errScale := scale.FindRecord(s)
	switch {
	case err != nil || errScale != nil:
		return seen, p // it can't be followed
	case record != nil:
		seen = seen.keepsRollout(*record, s)
		return seen, goOnWith(p, record.Verb.Name(), next(p, s, *record))
	case scaling != nil:
		seen.scale, seen.rollout = scaling, nil
		if scaling.Failed != nil {
			seen.failed = scaling.Failed
		}
		return seen, goOnWith(p, "scale", "somebody to go on with it or to leave it at that")
	}
	return seen, seen.end(p, s)
}

// keepsRollout notes what a record says.
func (f followed) keepsRollout(record canary.Record, s sts.Snapshot) followed {
	if f.rollout == nil && f.failed == nil && record.Verb != canary.VerbUndo && record.Pods == nil {
		f.stable = record.Stable
	}
	f.rollout, f.scale = &record, nil
	if failure := record.Failure(s); failure != nil {
		f.failed = failure
	}
	return f
}

// next is what a person may do at a gate.
func next(p rollout.Progress, s sts.Snapshot, record canary.Record) string {
	at, err := record.Position(s)
	switch {
	case p.Failed != nil && record.Verb == canary.VerbCanary:
		return "somebody to abort it or to try again"
	case p.Failed != nil:
		return "somebody to act"
	case err == nil && record.Verb == canary.VerbCanary && at.Begun > 0:
		return fmt.Sprintf("somebody to promote or to abort it: step %d of %d passed", at.Begun, len(at.Counts))
	}
	return "somebody to go on with it"
}

// goOnWith is the progress of a set on which an operation is in progress: what
// would end a watch is waited for. At a gate that may be for ever.
func goOnWith(p rollout.Progress, verb, waits string) rollout.Progress {
	p.Bears = true
	switch {
	case p.Failed != nil:
		p.Waiting, p.Outside = fmt.Sprintf("%s; the %s failed: %s", waits, verb, p.Failed), true
	case p.Held != "":
		p.Waiting, p.Outside, p.Gated = waits, true, true
	}
	p.Failed, p.Held, p.Done = nil, "", false
	return p
}

// end is the progress of a set on which nothing is in progress any more: where it
// was taken back, that is no success.
func (f followed) end(p rollout.Progress, s sts.Snapshot) rollout.Progress {
	verb := "scale"
	back := f.scale != nil && f.scale.From != f.scale.To && s.Replicas() == f.scale.From
	if f.rollout != nil {
		verb = f.rollout.Verb.Name()
		back = f.rollout.Aborting || f.stable != "" && f.stable == s.UpdateRevision()
	}
	if !back || !p.Done && p.Held == "" {
		return p
	}
	words := p.Success
	if words == "" {
		words = p.Held
	}
	if verb == canary.VerbUndo.Name() {
		verb = "rollout"
	}
	p.Back = fmt.Sprintf("the %s was taken back: %s", verb, words)
	if f.failed != nil {
		p.Back += "; it had failed: " + f.failed.String()
	}
	p.Done, p.Held = false, ""
	return p
}
