package rollout

import (
	"slices"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// free picks the pod that the step deletes now, or says when to look again.
func (st *State) free(f *Free, p Plan, s sts.Snapshot, now time.Time) (*DeletePod, time.Time) {
	if f == nil || !s.Observed() {
		return nil, time.Time{}
	}
	if d, ok := st.unsure.(DeletePod); ok {
		return &d, time.Time{} // it may be on its way: no other before that is known
	}
	if slices.ContainsFunc(s.Pods, func(pod sts.Pod) bool { return pod.UID == st.deleted }) {
		return nil, time.Time{} // one at a time, however far behind the watch is
	}
	pod, blocks := s.Blocker(now)
	if blocks {
		grace := f.Grace
		if !s.Ordered() && f.Mode == FreeBlocker {
			grace = max(grace, p.Patience) // most servers heal it by themselves
		}
		if at := st.blockedSince(pod, now).Add(grace); now.Before(at) {
			return nil, at
		}
		return &DeletePod{pod.Name, pod.UID, "it is not Ready, and the controller waits for it before it replaces any other"}, time.Time{}
	}
	if f.Mode == FreeEach {
		return st.freeNext(s, now), time.Time{}
	}
	return nil, time.Time{}
}

// freeNext picks the highest pod on another revision than wanted, once every
// pod that is on the right one is Available again.
func (st *State) freeNext(s sts.Snapshot, now time.Time) *DeletePod {
	var next *sts.Pod
	for o := s.Start(); o < s.End(); o++ {
		pod, ok := s.Pod(o)
		switch t := s.Standing(o, s.Wanted(o), now); {
		case t.State == sts.StateOld:
			next = &pod
		case !ok || !t.Good():
			return nil
		}
	}
	if next == nil {
		return nil
	}
	return &DeletePod{next.Name, next.UID, "so that the controller makes it anew at revision " + s.Wanted(next.Ordinal)}
}
