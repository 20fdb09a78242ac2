package verdict

import (
	"fmt"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
)

// Settled is the condition of a watch: it holds when every pod is where the
// spec says, and ends the run as held when nothing more will happen by itself.
type Settled struct{}

// Check looks at the whole set.
func (Settled) Check(s sts.Snapshot, now time.Time) plan.Progress {
	if s.Set.DeletionTimestamp != nil {
		return plan.Progress{Want: s.Replicas(), Waiting: "the StatefulSet to be deleted"}
	}
	p := plan.PodsGood{From: s.Ordinals().First()}.Check(s, now)
	if p.Waiting != "" {
		return p
	}
	ops := operation.Find(s)
	first := ops.First()
	var next time.Time
	var words string
	if first != nil {
		doing := first.Progress(s, now)
		p.Operation = &doing
		next, words = first.GoesOn(s, p, now)
	}
	if f := failure(s, first); f != nil {
		return ended(p, *f, first, now)
	}
	st := stageOf(s, p, ops)
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
func ended(p plan.Progress, f note.Failure, first operation.Record, now time.Time) plan.Progress {
	p.Done = false
	if back := goesBack(first, f); now.Before(back) {
		p.Waiting, p.NextAt = "the way back", back
		return p
	}
	p.Failed = &f
	return p
}

// goesBack is until when the way back may be expected to begin, zero for never.
func goesBack(first operation.Record, f note.Failure) time.Time {
	if first == nil {
		return time.Time{}
	}
	return first.GoesBack(f.At)
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

// Help lists the commands that help when a watch has ended.
func (Settled) Help(s sts.Snapshot, o engine.Outcome, now time.Time) []hint.Hint {
	good := plan.PodsGood{From: s.Ordinals().First()}.Check(s, now).Done
	return hints(s, operation.Find(s).First(), nil, o, good)
}
