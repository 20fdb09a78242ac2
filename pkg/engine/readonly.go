package engine

import (
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Helper is a Condition that knows which commands help when the run ends in
// its step. A plan that is ReadOnly asks it: there is no run to go on with.
type Helper interface {
	Help(s sts.Snapshot, o Outcome, now time.Time) []hint.Hint
}

// help adds the commands that help to an end that did not come by itself.
func (n *next) help(o *Outcome) {
	if o == nil || !n.p.ReadOnly || !n.s.Exists() || n.s.UID() != n.p.UID || n.st.step >= len(n.p.Steps) {
		return
	}
	switch o.Result {
	case Halted, Held, TimedOut:
		if h, ok := n.p.Steps[n.st.step].Until.(Helper); ok {
			o.Try = h.Help(n.s, *o, n.now)
		}
	}
}

// Begin is the state that a run starts with. One that only looks on gives
// trouble that is there already no new patience: it dates from when the pod
// ceased to be Ready. Only an OrderedReady set never frees itself of a blocker.
func Begin(p plan.Plan, s sts.Snapshot, now time.Time) State {
	st := NewState(s, now)
	if !p.ReadOnly {
		return st
	}
	for _, pod := range s.Pods {
		if pod.Trouble != nil {
			st.trouble[pod.UID] = pod.UnreadySince
		}
	}
	if pod, ok := s.Blocker(now); ok && s.Ordered() {
		st.blocked[pod.UID] = pod.UnreadySince
	}
	return st
}
