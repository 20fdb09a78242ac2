package engine

import (
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/util/resourceversion"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// replacement is what a step's Replace comes to now: a pod to delete, or a claim that goes
// before it, or what to wait for before it can be, or when to look again, or nothing.
type replacement struct {
	do      plan.Change
	ordinal int // of the pod
	waiting string
	budget  bool // that is what it waits for
	at      time.Time
}

// replace picks the pod that the step deletes now.
func (st *State) replace(f *plan.Replace, p plan.Plan, s sts.Snapshot, progress plan.Progress, now time.Time) replacement {
	if f == nil || !s.Observed() {
		return replacement{}
	}
	if d, ok := st.unsure.(plan.DeletePod); ok {
		if !outdated(d, s) {
			return replacement{do: d, ordinal: ordinalOf(d, s)} // it may be on its way: no other before that is known
		}
		st.unsure = nil
	}
	if slices.ContainsFunc(s.Pods, func(pod sts.Pod) bool { return pod.UID == st.deleted }) {
		return replacement{} // one at a time, however far behind the watch is
	}
	pod, blocks := s.Blocker(now)
	switch {
	case f.Mode == plan.ReplaceUpward:
		return nextUpward(*f, s, progress, now)
	case f.Restarts():
		first := st.parts(*f, s)
		if r, waits := st.downBeside(*f, p, s, progress, first, now); waits {
			return r
		}
		return st.parting(*f, s, nextOld(*f, s, progress, st.Leaders(), first, now)) // no pod but those that were asked for
	case blocks && progress.Keeps(pod.Name):
		return replacement{}
	case blocks:
		if at := st.replaceAt(*f, p, s, pod, now); now.Before(at) {
			return replacement{at: at}
		}
		return deletion(*f, s, pod, "it is not Ready, and the controller waits for it before it replaces any other")
	case f.Mode != plan.ReplaceBlocker:
		return nextOld(*f, s, progress, st.Leaders(), nil, now)
	}
	return replacement{}
}

// downBeside reports whether a pod that is down keeps every claim from going, and what to
// wait for then. What it has may be what no other has, its commands can't be run in it, and
// another one that goes as well is one too many. It goes itself where nobody asks for any
// other, once it has been down for some time: one that leads and is not Ready for a moment
// is to step down first. Where its turn has begun, that may be why it is down.
func (st *State) downBeside(
	f plan.Replace, p plan.Plan, s sts.Snapshot, progress plan.Progress, first []int, now time.Time,
) (replacement, bool) {
	if f.Mode != plan.ReplaceRenew {
		return replacement{}, false
	}
	for _, t := range progress.Pods {
		pod, there := s.Pod(t.Ordinal)
		if !there || pod.Ready || t.State != sts.StateOld || slices.Contains(first, t.Ordinal) || st.hooks.begun[pod.UID] {
			continue
		}
		if f.Several() {
			return replacement{waiting: pod.Name + " to be Ready again: no claim goes while it is not"}, true
		}
		if at := pod.UnreadySince.Add(p.Patience); now.Before(at) {
			return replacement{at: at, waiting: fmt.Sprintf("%s to be Ready again, or not to have been for %s", pod.Name, p.Patience)}, true
		}
	}
	return replacement{}, false
}

// parting is the same with what becomes of the pod's claims before it goes.
func (st *State) parting(f plan.Replace, s sts.Snapshot, r replacement) replacement {
	if r.do == nil {
		return r
	}
	if f.Mode == plan.ReplaceRenew && s.PodName(r.ordinal) == st.renewed {
		return replacement{} // it is the new one already: what is known of its claims is older
	}
	for _, claim := range f.Goes(r.ordinal) {
		for _, c := range claim.Changes(s.PodName(r.ordinal)) {
			if !st.parted[c] && !c.Done(s) {
				r.do = c
				return r
			}
		}
	}
	return r
}

// parts are the ordinals whose claims are on their way out: their pods go first, whatever
// the order is by now.
func (st *State) parts(f plan.Replace, s sts.Snapshot) []int {
	var out []int
	for _, claim := range f.Claims {
		goes := slices.ContainsFunc(s.Claims, func(c storage.Claim) bool { return c.UID == claim.UID && c.Deleting })
		for _, c := range claim.Changes(s.PodName(claim.Ordinal)) {
			_, deletes := c.(plan.DeleteClaim)
			goes = goes || deletes && st.parted[c]
		}
		if goes {
			out = append(out, claim.Ordinal)
		}
	}
	return out
}

// replaceAt is when a blocker has been one for long enough. Where the controller
// goes in order it never replaces the pod, so the time that it has been not
// Ready before this run counts as well.
func (st *State) replaceAt(f plan.Replace, p plan.Plan, s sts.Snapshot, pod sts.Pod, now time.Time) time.Time {
	if !s.Ordered() && f.Mode == plan.ReplaceBlocker {
		return st.blockedSince(pod, now).Add(max(f.Grace, p.Patience)) // most servers heal it by themselves
	}
	return pod.UnreadySince.Add(f.Grace)
}

// nextOld picks among the pods that the condition calls old, once every other pod
// that it looks at is Available. Those with these ordinals come first.
func nextOld(f plan.Replace, s sts.Snapshot, progress plan.Progress, leaders, first []int, now time.Time) replacement {
	var old, down []sts.Pod
	var soon time.Time // when time alone makes one of them Available
	for _, t := range progress.Pods {
		pod, _ := s.Pod(t.Ordinal)
		stays := f.Mode == plan.ReplaceEach && pod.Revision == s.Wanted(t.Ordinal) // it would come back as it is
		switch {
		case t.Good():
		case t.State == sts.StateMissing && s.Ordered() && len(down) > 0: // not made before the one below is healthy
		case t.State != sts.StateOld, stays && !pod.Ready:
			return replacement{}
		case pod.Ready && !pod.Available(s.MinReady(), now):
			soon = Earlier(soon, pod.AvailableAt(s.MinReady()))
		case stays:
		case pod.Ready:
			old = append(old, pod)
		default:
			down = append(down, pod) // in ordinal order, as the controller recreates them
		}
	}
	if !soon.IsZero() {
		return replacement{at: soon}
	}
	f.Order.Sort(old)
	slices.SortStableFunc(old, func(a, b sts.Pod) int { // those that lead come last
		return isOf(leaders, a) - isOf(leaders, b)
	})
	// What is down anyway goes first: nothing is lost by it.
	all := slices.Concat(down, old)
	if len(all) == 0 {
		return replacement{}
	}
	slices.SortStableFunc(all, func(a, b sts.Pod) int { return isOf(first, b) - isOf(first, a) })
	return deletion(f, s, all[0], why(f, s, all[0]))
}

// nextUpward picks the lowest of the pods that the condition calls old, once every other one
// is Available. One that has gone above it is not waited for: it comes back only after that.
func nextUpward(f plan.Replace, s sts.Snapshot, progress plan.Progress, now time.Time) replacement {
	if progress.Waiting != "" { // the next one can't have its volume yet
		return replacement{}
	}
	if f.AlwaysUnhealthy { // what is old is down: nothing is lost by it, whatever the others are like
		for _, t := range progress.Pods {
			if pod, there := s.Pod(t.Ordinal); there && t.State == sts.StateOld && !pod.Ready {
				return deletion(f, s, pod, why(f, s, pod))
			}
		}
		return replacement{}
	}
	var next *sts.Pod
	var soon time.Time // when time alone makes one of them Available
	for _, t := range progress.Pods {
		pod, _ := s.Pod(t.Ordinal)
		switch {
		case t.Good():
		case t.State == sts.StateMissing && next != nil:
		case t.State != sts.StateOld:
			return replacement{}
		case pod.Ready && !pod.Available(s.MinReady(), now):
			soon = Earlier(soon, pod.AvailableAt(s.MinReady()))
		case next == nil:
			next = &pod
		case !pod.Ready:
			return replacement{waiting: pod.Name + " to be Ready again: no pod below it goes while it is not"}
		}
	}
	if next == nil || !soon.IsZero() {
		return replacement{at: soon}
	}
	return deletion(f, s, *next, why(f, s, *next))
}

// why is what a pod is deleted for.
func why(f plan.Replace, s sts.Snapshot, pod sts.Pod) string {
	switch {
	case f.Why != "":
		return f.Why
	case f.Mode == plan.ReplaceRestart:
		return "so that it is recreated"
	case f.Mode == plan.ReplaceRenew:
		return "so that it is recreated with new claims"
	}
	return "so that it is recreated at revision " + s.Wanted(pod.Ordinal)
}

// ordinalOf is that of the pod to be deleted, -1 where it is gone.
func ordinalOf(d plan.DeletePod, s sts.Snapshot) int {
	if i := slices.IndexFunc(s.Pods, func(p sts.Pod) bool { return p.UID == d.UID }); i >= 0 {
		return s.Pods[i].Ordinal
	}
	return -1
}

// isOf is 1 for a pod with one of these ordinals, else 0.
func isOf(ordinals []int, pod sts.Pod) int {
	if slices.Contains(ordinals, pod.Ordinal) {
		return 1
	}
	return 0
}

// deletion deletes the pod, or waits for the budgets that forbid it.
func deletion(f plan.Replace, s sts.Snapshot, pod sts.Pod, why string) replacement {
	if words := s.Forbids(pod); f.Budgets && words != "" && !f.Always(pod) {
		return replacement{waiting: words, budget: true}
	}
	d := plan.DeletePod{Name: pod.Name, UID: pod.UID, Why: why}
	if f.Order.Last != "" {
		d.Version = pod.Version // with other labels than these it may be another one's turn
	}
	return replacement{do: d, ordinal: pod.Ordinal}
}

// unhealthy deletes, before anything else is waited for, a pod that is not Ready
// and comes back at the revision that is wanted for it. It reports whether there
// is one, or one that the watch does not show on its way yet.
func (n *next) unhealthy(step *plan.Step) bool {
	if step.Replace == nil || !step.Replace.AlwaysUnhealthy || !n.s.Observed() {
		return false
	}
	for _, pod := range slices.Backward(n.s.Pods) {
		switch {
		case pod.Terminating, n.st.hooks.begun[pod.UID]: // its commands may be why
		case pod.UID == n.st.deleted:
			return true
		case pod.Ready || !n.s.Ordinals().Has(pod.Ordinal) || pod.Revision == n.s.Wanted(pod.Ordinal):
		case !n.ran(step, n.before(step, pod.Ordinal), pod.Ordinal):
			return true
		default:
			n.d.Do = plan.DeletePod{
				Name: pod.Name, UID: pod.UID, Why: "it is not Ready, and comes back at revision " + n.s.Wanted(pod.Ordinal),
			}
			return true
		}
	}
	return false
}

// outdated reports whether the deletion does not hold any more and was not taken:
// the pod has changed since it was picked, and is not on its way out.
func outdated(d plan.DeletePod, s sts.Snapshot) bool {
	return d.Version != "" && slices.ContainsFunc(s.Pods, func(p sts.Pod) bool {
		newer, err := resourceversion.CompareResourceVersion(p.Version, d.Version)
		return p.UID == d.UID && !p.Terminating && err == nil && newer > 0
	})
}
