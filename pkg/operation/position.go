package operation

import (
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Position is how far a canary is.
type Position struct {
	Counts []int // pods updated after each step
	Begun  int   // steps whose gate has been opened; 0 while it is closed
}

// Position reads off the partition how far the canary is. The steps are
// counted with the replicas that the set has now. Should some go down since
// those changed, the canary goes on without them.
func (r Rollout) Position(s sts.Snapshot) Position {
	if r.Pods != nil {
		return r.restarted(s)
	}
	p := Position{Counts: r.Steps.UsableCounts(s.Replicas())}
	updated := r.LetThrough(s)
	for _, n := range p.Counts {
		if n <= updated {
			p.Begun++
		}
	}
	return p
}

// restarted is how far a restart of some pods, or a replace, is: it has one step.
func (r Rollout) restarted(s sts.Snapshot) Position {
	for i := range s.Claims {
		if r.Claims[s.Claims[i].Name] == s.Claims[i].UID {
			return Position{Counts: []int{len(r.Pods)}}
		}
	}
	for _, pod := range s.Pods {
		if was, ok := r.Pods[pod.Ordinal]; ok && was == pod.UID && s.Ordinals().Has(pod.Ordinal) {
			return Position{Counts: []int{len(r.Pods)}}
		}
	}
	return Position{Counts: []int{len(r.Pods)}, Begun: 1}
}

// LetThrough is how many pods the gate has been opened for. With OnDelete there
// is no gate: there it is how many pods have been replaced.
func (r Rollout) LetThrough(s sts.Snapshot) int {
	if !s.OnDelete() {
		return s.Opened().Len()
	}
	n := 0
	if !s.Observed() {
		return n
	}
	for o := range s.Ordinals().All() {
		if pod, ok := s.Pod(o); !ok || pod.Revision == s.UpdateRevision() {
			n++
		}
	}
	return n
}
