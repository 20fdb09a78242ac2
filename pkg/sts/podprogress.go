package sts

import (
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// State is how far one ordinal is on its way to a revision.
type State string

// The states, in the order in which a pod goes through them.
const (
	StateOld         State = "old"         // there, on another revision than wanted
	StateTerminating State = "terminating" // on its way out
	StateMissing     State = "missing"     // no pod with this ordinal
	StatePending     State = "pending"     // made, not yet running on a node
	StateStarting    State = "starting"    // running, not Ready
	StateReady       State = "ready"       // Ready, not yet for minReadySeconds
	StateAvailable   State = "available"   // Ready for minReadySeconds, on the wanted revision
	StateGone        State = "gone"        // no pod, and none wanted
)

// PodProgress is how far one ordinal is.
type PodProgress struct {
	Ordinal int
	Pod     string
	State   State
	// Since is when the state began, as far as the pod tells: when it became
	// Ready, or ceased to be, or was asked to go, or was made. Zero when there
	// is no pod.
	Since time.Time
	// GoodAt is when time alone makes it available (StateReady only).
	GoodAt time.Time
	// Trouble is what keeps it from going on, nil when nothing is known.
	Trouble *Trouble
	// Due says, of an old one, that it is on the wanted revision and is to be
	// replaced all the same.
	Due bool
}

// Good reports whether the pod carries the wanted revision and is Available.
func (t PodProgress) Good() bool { return t.State == StateAvailable }

// PodProgress judges one ordinal against the revision that it should carry. An
// empty revision accepts any.
func (s Snapshot) PodProgress(ordinal int, revision string, now time.Time) PodProgress {
	t := PodProgress{Ordinal: ordinal, Pod: s.PodName(ordinal)}
	pod, ok := s.Pod(ordinal)
	if !ok {
		t.State = StateMissing
		if failed := s.FailedCreates[t.Pod]; failed.Present(now) {
			t.Trouble = &Trouble{Reason: ReasonFailedCreate, Message: failed.Message, Grace: AfterPatience}
		}
		return t
	}
	t.Since, t.Trouble = pod.UnreadySince, pod.Trouble
	if pod.Ready {
		t.Since = pod.ReadySince
	}
	switch {
	case pod.Terminating:
		t.State, t.Since, t.Trouble = StateTerminating, pod.Deleted, s.lostNode(pod, now)
	case revision != "" && pod.Revision != revision:
		t.State = StateOld
	case pod.Available(s.MinReady(), now):
		t.State = StateAvailable
	case pod.Ready:
		t.State, t.GoodAt = StateReady, pod.AvailableAt(s.MinReady())
	case pod.Phase == corev1.PodPending || pod.Phase == "":
		t.State = StatePending
	default:
		t.State = StateStarting
	}
	return t
}

// Says is the standing in a few words for a person. Trouble is what they need
// to know, unless the pod is on its way out anyway.
func (t PodProgress) Says() string {
	if t.Trouble != nil {
		return t.Trouble.String()
	}
	switch t.State {
	case StateOld:
		if t.Due {
			return "not restarted yet"
		}
		return "on another revision than wanted"
	case StateTerminating:
		return "terminating"
	case StateMissing:
		return "not created yet"
	case StatePending:
		return "pending"
	case StateStarting:
		return "running, not Ready"
	case StateReady:
		return "Ready, Available soon"
	case StateAvailable:
		return "Available"
	case StateGone:
		return "gone"
	}
	return string(t.State)
}

// Reason is that of the trouble, "" for none.
func (t PodProgress) Reason() string {
	if t.Trouble == nil {
		return ""
	}
	return t.Trouble.Reason
}

// DeadlineTrouble is the trouble of an ordinal that did not get there in
// time: the one that is known, or else its state put as one.
func (t PodProgress) DeadlineTrouble() Trouble {
	if t.Trouble != nil {
		return *t.Trouble
	}
	reason := map[State]string{
		StateOld:         ReasonOldRevision,
		StateTerminating: ReasonTerminating,
		StateMissing:     ReasonNotCreated,
		StatePending:     ReasonStartingUp,
		StateStarting:    ReasonNotReady,
		StateReady:       ReasonNotAvailable,
	}[t.State]
	if t.Due {
		reason = ReasonNotRestarted
	}
	return Trouble{Reason: reason, Message: t.Says(), Grace: AtDeadline}
}

// Blocker finds the pod that keeps the controller from replacing the others
// (the trap of kubernetes#67250): not Ready, on another revision than wanted,
// and not on its way out. With OrderedReady the controller looks from the
// lowest ordinal up and stops at the first pod that is not healthy, so only
// that one can be it. Parallel sets replace the highest first, whatever its
// health; some servers (1.35.0 to 1.35.3) delete none while as many pods are
// unavailable as maxUnavailable, so there the highest is it.
// With OnDelete the controller replaces none, so nothing keeps it from that; with
// Recreate (KEP-3541) it deletes them all, healthy or not.
func (s Snapshot) Blocker(now time.Time) (Pod, bool) {
	if !s.Observed() || !s.Rolls() {
		return Pod{}, false
	}
	all := s.Ordinals().All()
	if !s.Ordered() {
		all = s.Ordinals().Backward()
	}
	for o := range all {
		if s.PodProgress(o, "", now).Good() {
			continue
		}
		pod, ok := s.Pod(o)
		return pod, ok && !pod.Ready && !pod.Terminating && pod.Revision != s.Wanted(o)
	}
	return Pod{}, false
}

// Count is a number of things in words: 1 pod, 2 pods.
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// Are is the verb for so many things.
func Are(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// Few are the first few of these names, and how many more there are.
func Few(names []string) string {
	const most = 4
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

// Stray reports the pods outside of the wanted range, which the controller
// is about to remove.
func (s Snapshot) Stray() []Pod {
	var out []Pod
	for _, p := range s.Pods {
		if !s.Ordinals().Has(p.Ordinal) {
			out = append(out, p)
		}
	}
	return out
}

// PodNames joins names of pods for a sentence, highest ordinal first as the
// controller updates them, and shortens a long list.
func (s Snapshot) PodNames(ordinals workload.Ordinals) string {
	const most = 4
	switch n := ordinals.Len(); {
	case n == 0:
		return "no pod"
	case n > most:
		return fmt.Sprintf("%s … %s (%d pods)", s.PodName(ordinals.Last()), s.PodName(ordinals.First()), n)
	}
	var names []string
	for o := range ordinals.Backward() {
		names = append(names, s.PodName(o))
	}
	return strings.Join(names, ", ")
}
