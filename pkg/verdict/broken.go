package verdict

import (
	"slices"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Broken is a pod in trouble that counts, and the revision that it has it at.
type Broken struct {
	Pod      string
	Ordinal  int
	Revision string
	Trouble  sts.Trouble
}

// AllBroken finds the pods in trouble, in the order of their ordinals, whatever
// revision the spec wants them at. [Judge] stops at the first. A pod on its way
// out is none: what comes after it may be well.
func AllBroken(s sts.Snapshot, limits Limits, now time.Time) []Broken {
	var out []Broken
	for _, p := range s.Pods {
		if p.Terminating {
			continue
		}
		if t, bad := brokenPod(s, p, limits, now); bad {
			out = append(out, Broken{p.Name, p.Ordinal, p.Revision, t})
		}
	}
	if !s.Observed() {
		return out // which revision a missing pod would get is not known yet
	}
	for o := range s.Ordinals().All() {
		if t := s.PodProgress(o, "", now); t.State == sts.StateMissing && t.Trouble != nil {
			out = append(out, Broken{t.Pod, o, s.Wanted(o), *t.Trouble})
		}
	}
	slices.SortFunc(out, func(a, b Broken) int { return a.Ordinal - b.Ordinal })
	return out
}

func brokenPod(s sts.Snapshot, p sts.Pod, limits Limits, now time.Time) (sts.Trouble, bool) {
	t := s.PodProgress(p.Ordinal, "", now)
	if t.Trouble != nil && counts(t, limits, now) {
		return *t.Trouble, true
	}
	if v, late := overdue(t, limits, now); late {
		return *v.Trouble, true
	}
	if b, blocks := blocker(s, limits, now); blocks && b.Name == p.Name {
		return *blocked(p).Trouble, true
	}
	return sts.Trouble{}, false
}
