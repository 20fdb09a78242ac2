package plan

import (
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// FileSystemsGrown holds when the claims have their sizes and, where pods had to restart
// for that, every pod is Available. Which pods have to shows only once their volumes have
// grown: they are those that the condition calls old, all others it calls as they are.
type FileSystemsGrown struct{ ClaimsResized }

// Check is Recall for whoever has no memory.
func (c FileSystemsGrown) Check(s sts.Snapshot, now time.Time) Progress {
	_, p := c.Recall(nil, s, now)
	return p
}

// Recall looks at each claim, and at the pods once one of them has to restart. It shares
// its memory with ClaimsResized.
func (c FileSystemsGrown) Recall(memory any, s sts.Snapshot, now time.Time) (any, Progress) {
	if s.Claims == nil {
		return memory, claimsUnknown
	}
	r := c.look(memory, s, now)
	r.restarts = true
	if !r.each() {
		return r.seen, r.p
	}
	if r.p.Broken = beside(s); r.p.Broken == "" {
		r.endRestarts()
	}
	return r.seen, r.p
}

// About reports whether one of the claims is the ordinal's.
func (c FileSystemsGrown) About(ordinal int) bool {
	return slices.ContainsFunc(c.Claims, func(claim ClaimSize) bool { return claim.Ordinal == ordinal })
}

func (c FileSystemsGrown) String() string {
	return c.ClaimsResized.String() + ", and each pod that had to restart for it is Available"
}

// beside says which other run has begun on the set, which may restart pods as well, or "".
// This one writes nothing to the set that would keep it from that.
func beside(s sts.Snapshot) string {
	if !s.Exists() {
		return ""
	}
	for _, key := range []string{note.RolloutAnnotation, note.ScaleAnnotation, saved.Annotation} {
		if _, begun := s.Annotation(key); begun {
			return "another run has begun on the set meanwhile (annotation " + key + "); no pod is restarted beside it"
		}
	}
	return ""
}

// endRestarts says which pods have to restart now, and what all of it comes to.
func (r *resizing) endRestarts() {
	if r.p.Untouched = !slices.ContainsFunc(r.Claims, r.touched); r.p.Untouched {
		r.p.Done = len(r.growing) == 0
		return
	}
	if !r.s.Observed() {
		r.p.Waiting = (Observed{}).Check(r.s, r.now).Waiting
		return
	}
	r.p.Bears = false
	good := true
	for o := range r.s.Ordinals().All() {
		t := r.s.PodProgress(o, "", r.now)
		// One whose file system is not there yet is as good as one that is not Available.
		if pod, there := r.s.Pod(o); there && !pod.Terminating && len(r.growing) == 0 && r.parks(o) {
			t.State, t.Due, t.GoodAt = sts.StateOld, true, time.Time{}
		}
		r.p.Pods = append(r.p.Pods, t)
		r.p.NextAt = earlier(r.p.NextAt, t.GoodAt)
		good = good && t.Good()
	}
	r.p.Done = good && len(r.growing) == 0 && len(r.parked) == 0
}

// touched reports whether the claim's pod has restarted, or has to.
func (r *resizing) touched(c ClaimSize) bool { return r.seen[c.UID].fresh || r.seen[c.UID].waited }

// parks reports whether a claim of the ordinal waits for its pod to restart.
func (r *resizing) parks(ordinal int) bool {
	return slices.ContainsFunc(r.parked, func(c ClaimSize) bool { return c.Ordinal == ordinal })
}

// earlier is the earlier of two times, where zero means never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// resizesSeen are the claims that have not got their size, and those whose pods had to
// restart for it.
type resizesSeen map[types.UID]resizeSeen

type resizeSeen struct {
	stage storage.ResizeStage
	since time.Time
	// modifies says that the stage is that of the attributes, and failed what was said of the
	// last try for them.
	modifies bool
	failed   ClaimProgress
	pod      types.UID // that mounts it, "" for none
	// fresh says that the pod has mounted it since its volume has the size, and waited that
	// its file system has waited for another pod.
	fresh, waited bool
}

// remember notes where a claim is, and gives since when.
func (r *resizing) remember(claim storage.Claim, want ClaimSize, stage storage.ResizeStage, at *ClaimProgress) resizeSeen {
	was, known := r.seen[want.UID]
	stage = was.still(stage, at)
	pod, there := r.s.Pod(want.Ordinal)
	moved, anew := !known || was.stage != stage || was.modifies != at.Modifies, known && there && pod.UID != was.pod
	if moved || anew { // another pod has a time of its own
		was.since = r.now
	}
	if stage == storage.ResizeNode && there && (moved || anew) {
		was.fresh = !moved || was.fresh && !anew || mountedAfter(pod, claim)
	}
	if was.stage, was.modifies = stage, at.Modifies; there {
		was.pod = pod.UID
	}
	if stage == storage.ResizeDone && !was.fresh && !was.waited {
		delete(r.seen, want.UID)
	} else {
		r.seen[want.UID] = was
	}
	return was
}

// still has a claim whose driver tries again be where it was: while a resizer tries to give it
// attributes once more, it says nothing of the try that has failed. A class that was not there
// and is by now is another thing: that try is the first.
func (was *resizeSeen) still(stage storage.ResizeStage, at *ClaimProgress) storage.ResizeStage {
	switch {
	case !at.Modifies:
	case stage == storage.ResizeFailing:
		was.failed = *at
	case stage == storage.ResizeController && was.failed.Reason == storage.ModifyFailed && was.stage == storage.ResizeFailing:
		at.Stage, at.Reason, at.Message = was.failed.Stage, was.failed.Reason, was.failed.Message
		return was.stage
	}
	return stage
}

// mountedAfter reports whether the pod is younger than the growth of the claim's volume: it
// had the file system grow when it mounted it, or no restart will. Another run may have
// restarted it.
func mountedAfter(pod sts.Pod, claim storage.Claim) bool {
	return claim.Resize != nil && !claim.Resize.Pending.IsZero() && pod.Created.After(claim.Resize.Pending)
}

// patient is until when a claim may be where it is, zero while nothing counts against it: a
// pod that has restarted has to be Available first.
func (r *resizing) patient(was resizeSeen, pod sts.Pod) time.Time {
	switch {
	case was.stage == storage.ResizeNode && r.restarts && was.fresh:
		if !pod.Available(r.s.MinReady(), r.now) {
			return time.Time{}
		}
		since := was.since
		if at := pod.AvailableAt(r.s.MinReady()); at.After(since) {
			since = at
		}
		return since.Add(r.Placing.Duration)
	case was.stage == storage.ResizeNode && !r.offline:
		return was.since.Add(r.Placing.Duration)
	}
	return was.since.Add(r.Patience.Duration)
}
