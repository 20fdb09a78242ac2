package rollout

import (
	"fmt"
	"slices"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// overdue ends the run when the step has had its time.
func (n *next) overdue(step *Step, progress Progress) bool {
	if n.p.StepTimeout == 0 {
		return false
	}
	deadline := n.st.started.Add(n.p.StepTimeout)
	if n.now.Before(deadline) {
		n.wake(deadline)
		return false
	}
	after := fmt.Sprintf("no progress for %s", n.p.StepTimeout)
	t, ok := culprit(n.s, *step, progress, n.now)
	if !ok || progress.Waiting != "" {
		n.d.End = n.outcome(Halted, fmt.Sprintf("%s: still waiting for %s", after, progress.Waiting))
		return true
	}
	v := inTrouble(t.Pod, t.DeadlineTrouble())
	v.words += " (" + after + ")"
	n.halt(v)
	return true
}

// culprit is the standing that the step waits for: among the pods on their
// way the lowest where the controller goes in order, for it holds up the
// others, else the highest; with none on its way the highest that is still to
// be replaced.
func culprit(s sts.Snapshot, step Step, progress Progress, now time.Time) (sts.Standing, bool) {
	var moving, old []sts.Standing
	for _, t := range relevant(s, step, progress, now) {
		switch {
		case t.Good(), t.State == sts.StateGone:
		case t.State == sts.StateOld:
			old = append(old, t)
		default:
			moving = append(moving, t)
		}
	}
	byOrdinal := func(a, b sts.Standing) int { return a.Ordinal - b.Ordinal }
	switch {
	case len(moving) > 0 && s.Ordered():
		return slices.MinFunc(moving, byOrdinal), true
	case len(moving) > 0:
		return slices.MaxFunc(moving, byOrdinal), true
	case len(old) > 0:
		return slices.MaxFunc(old, byOrdinal), true
	}
	return sts.Standing{}, false
}
