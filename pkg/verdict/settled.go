package verdict

import (
	"fmt"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/scale"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// nextStepWithin is how much later than its soak the next step of a canary may
// begin before it counts as held: another process takes it on, and its clock
// and its requests take their time.
const nextStepWithin = 5 * time.Second

// drivenStepWithin is the same where the record names the process that goes on by
// itself: it may be late where the machine or the API server is.
const drivenStepWithin = 30 * time.Second

// scaleWithin is the same for a scale. When the pod before was gone, nobody
// knows afterwards: it counts from the write that took it away.
const scaleWithin = time.Minute

// Settled is the condition of a watch: it holds when every pod is where the
// spec says, and ends the run as held when nothing more will happen by itself.
type Settled struct {
	// Command is how the user calls the plugin, for the commands that help.
	Command hint.Caller `json:"-"`
}

// Check looks at the whole set.
func (c Settled) Check(s sts.Snapshot, now time.Time) rollout.Progress {
	if s.Set.DeletionTimestamp != nil {
		return rollout.Progress{Want: s.Replicas(), Waiting: "the StatefulSet to be deleted"}
	}
	p := rollout.PodsGood{From: s.Start()}.Check(s, now)
	if p.Waiting != "" {
		return p
	}
	record, err := canary.FindRecord(s)
	p.Operation = operation(s, record, now)
	if f := failure(s, record); f != nil {
		return ended(p, *f, record, now)
	}
	st := stageOf(s, p, record)
	if err != nil && st.phase == there {
		st = stage{held, "the record of a canary can't be read"}
	}
	next, words := goesOn(s, p, record, now)
	switch {
	case st.phase == there:
		p.Success = st.words
		return p
	case st.phase == held && now.Before(next):
		p.Waiting, p.Until = words, next
		if p.NextAt.IsZero() || next.Before(p.NextAt) {
			p.NextAt = next
		}
	case st.phase == held:
		p.Held = st.words
	case p.Done:
		p.Waiting = removed(s)
	}
	p.Done = false
	return p
}

// ended is the progress of a set whose run has failed: nothing more happens by
// itself, but for the way back that a canary may have been asked for.
func ended(p rollout.Progress, f sts.Failure, record *canary.Record, now time.Time) rollout.Progress {
	p.Done = false
	if back := f.At.Add(nextStepWithin); record != nil && record.Rollback && now.Before(back) {
		p.Waiting, p.NextAt = "the way back", back
		return p
	}
	p.Failed = &f
	return p
}

func (Settled) String() string {
	return "every pod is where the spec says, or nothing more happens by itself"
}

// removed names the pods that a scale-down still has to take away.
func removed(s sts.Snapshot) string {
	stray := s.Stray()
	last := stray[len(stray)-1]
	words := last.Name + " to be removed"
	if last.Terminating {
		words = last.Name + " to be gone"
	}
	if n := len(stray); n > 1 {
		words += fmt.Sprintf(" (%d pods of a scale-down are left)", n)
	}
	return words
}

// goesOn is until when another process may be expected to go on, and what is waited
// for until then; zero when none has anything in hand.
func goesOn(s sts.Snapshot, p rollout.Progress, record *canary.Record, now time.Time) (until time.Time, words string) {
	if record == nil {
		if r, err := scale.FindRecord(s); err != nil || r == nil {
			return time.Time{}, ""
		}
		return lastMove(s, p, time.Time{}, []string{"metadata", "annotations", scale.Annotation}, []string{"spec", "replicas"}).
			Add(scaleWithin), "the scale's next step"
	}
	soaked := soakedAt(s, p, *record)
	at, err := record.Position(s)
	if err == nil && at.Begun > 0 && !record.Aborting && now.Before(soaked) {
		words = "the soak to end"
		if len(at.Counts) > 1 {
			words = fmt.Sprintf("the soak of step %d of %d to end", at.Begun, len(at.Counts))
		}
		return soaked, words
	}
	within := nextStepWithin
	if record.Driven(s, now) != nil {
		within = drivenStepWithin
	}
	return soaked.Add(within), "the " + record.Verb.Name() + "'s next step"
}

// soakedAt is when the soak of a canary's step is over, as far as the set tells:
// its pods have been good for so long, and what it wrote last is as old.
func soakedAt(s sts.Snapshot, p rollout.Progress, record canary.Record) time.Time {
	since := lastMove(s, p, record.Started, []string{"metadata", "annotations", canary.Annotation},
		[]string{"spec", "updateStrategy", "rollingUpdate", "partition"})
	if record.Aborting {
		return since
	}
	return since.Add(record.Soak.Duration)
}

// lastMove is the latest of a time, of when a pod became good, and of when one
// of these fields was written.
func lastMove(s sts.Snapshot, p rollout.Progress, latest time.Time, fields ...[]string) time.Time {
	later := func(t time.Time) {
		if t.After(latest) {
			latest = t
		}
	}
	for _, t := range p.Standings {
		if t.Good() {
			later(t.Since.Add(s.MinReady()))
		}
	}
	for _, path := range fields {
		if w, ok := sts.LastWriter(s.Set.ManagedFields, path...); ok {
			later(w.Time)
		}
	}
	return latest
}

// Help lists the commands that help when a watch has ended.
func (c Settled) Help(s sts.Snapshot, o rollout.Outcome, now time.Time) []string {
	record, err := canary.FindRecord(s)
	if err != nil {
		record = nil
	}
	good := rollout.PodsGood{From: s.Start()}.Check(s, now).Done
	return help(s, record, o, good, c.Command)
}
