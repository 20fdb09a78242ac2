package engine

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// overdue ends the run when the step has had its time.
func (n *next) overdue(step *plan.Step, progress plan.Progress) bool {
	if n.p.StepTimeout == 0 {
		return false
	}
	if progress.Gated || n.now.Before(progress.Until) {
		n.st.started = n.now // it counts from the end of that
		return false
	}
	deadline := n.st.started.Add(n.p.StepTimeout)
	if n.now.Before(deadline) {
		n.haltsAt(deadline)
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

// culprit is the pod that the step waits for: among the pods on their
// way the lowest where the controller goes in order, for it holds up the
// others, else the highest; with none on its way the highest that is still to
// be replaced.
func culprit(s sts.Snapshot, step plan.Step, progress plan.Progress, now time.Time) (sts.PodProgress, bool) {
	var moving, old []sts.PodProgress
	for _, t := range relevant(s, step, progress, now) {
		switch {
		case t.Good(), t.State == sts.StateGone:
		case t.State == sts.StateOld:
			old = append(old, t)
		default:
			moving = append(moving, t)
		}
	}
	byOrdinal := func(a, b sts.PodProgress) int { return a.Ordinal - b.Ordinal }
	switch {
	case len(moving) > 0 && s.Ordered():
		return slices.MinFunc(moving, byOrdinal), true
	case len(moving) > 0:
		return slices.MaxFunc(moving, byOrdinal), true
	case len(old) > 0:
		return slices.MaxFunc(old, byOrdinal), true
	}
	return sts.PodProgress{}, false
}

// haltsAt notes that the run ends then, as things are.
func (n *next) haltsAt(at time.Time) { n.st.halts = Earlier(n.st.halts, at) }

// progressSeen is by what a run that only looks on sees that a set gets further.
// Others may change at any time what is wanted of it, so that fewer pods are good.
type progressSeen struct {
	generation int64
	stray      int
	good       map[types.UID]bool // pods that were good at one time; never changed, only replaced
}

// further counts the deadline anew when the set has got further. It is for a step
// that gets nowhere: many slow pods are no failure (a Deployment's
// progressDeadlineSeconds counts like this).
func (n *next) further(progress plan.Progress) {
	if !n.p.ReadOnly {
		if progress.Good > n.st.good {
			n.st.good, n.st.started = progress.Good, n.now
		}
		return
	}
	was := n.st.seen
	is := progressSeen{generation: n.s.Set.Generation, stray: len(n.s.Stray()), good: was.good}
	moved := is.generation != was.generation || is.stray < was.stray
	for _, t := range progress.Pods {
		if pod, ok := n.s.Pod(t.Ordinal); ok && t.Good() && !is.good[pod.UID] {
			good := maps.Clone(is.good)
			if good == nil {
				good = map[types.UID]bool{}
			}
			good[pod.UID] = true
			is.good, moved = good, true
		}
	}
	if n.st.seen = is; moved {
		n.st.started = n.now
	}
}
