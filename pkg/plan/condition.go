package plan

import (
	"fmt"
	"slices"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
)

// Condition is what must hold before a step counts as done. The set of types
// is closed: Observed, RolledOut, PodsGood, PodsUpdated, PodsRestarted, PodsRenewed, Scaled,
// ClaimsFree, ClaimsGone, Resizable, ClaimsResized, FileSystemsGrown, Restorable, ClaimBound,
// SetGone, Adopted, ClaimsUnowned, VolumesAdded and VolumesDropped, and verdict.Settled for plans that are ReadOnly.
type Condition interface {
	// Check reads the snapshot.
	Check(s sts.Snapshot, now time.Time) Progress
	// String is the condition in words.
	String() string
}

// Rememberer is a Condition whose answer depends on what it has seen before. Next
// keeps its memory in the State; it is a value that nobody changes.
type Rememberer interface {
	Recall(memory any, s sts.Snapshot, now time.Time) (any, Progress)
}

// Chooser is a Condition that looks at more pods than it is about.
type Chooser interface {
	// About reports whether the step is about the pod with this ordinal.
	About(ordinal int) bool
}

// Progress is a condition's answer.
type Progress struct {
	Done bool
	Good int // pods that are where they should be
	Want int // pods that the condition is about
	// Pods are those that the condition is about, in ordinal order.
	Pods []sts.PodProgress
	// Claims are those that the condition is about, where it is about their sizes.
	Claims []ClaimProgress
	// Waiting says what it is that the condition waits for, when it is not a pod.
	Waiting string
	// Reason is that of the trouble or the failure which Waiting, Stuck or Back tells of,
	// in one word; empty for none.
	Reason string
	// External says that it is neither the controller nor the API server, so
	// that somebody may have to act.
	External bool
	// Held says why nothing more will happen by itself: it ends the run.
	Held string
	// Stuck says what no wait is likely to mend: it halts the run.
	Stuck string
	// Try are the commands that help with Held or Stuck, before the one that goes on.
	Try []hint.Hint
	// Failed says that a run has halted which nobody goes on with: it ends this one.
	Failed *note.Failure
	// Success is the last line of a run that ends here, empty for the plan's.
	Success string
	// NextAt is when time alone may change the answer, zero for never.
	NextAt time.Time
	// Until is when the wait ends by itself, zero where nobody knows. It has no
	// deadline before that.
	Until time.Time
	// Gated says that it is waited for a person who holds the set on purpose: there
	// is no deadline.
	Gated bool
	// Bears says that it is for somebody else to act on the trouble of pods: it does
	// not end the run.
	Bears bool
	// Untouched says that the step has not had to do anything to any pod: then none is
	// soaked.
	Untouched bool
	// Broken says what no wait can mend, because somebody changed it: it ends the run
	// as drift does.
	Broken string
	// Back says that what was followed was taken back: it ends the run.
	Back string
	// Operation is what is in progress, for plans that are ReadOnly.
	Operation *Operation
}

// add counts one more ordinal.
func (p *Progress) add(t sts.PodProgress) {
	p.Pods = append(p.Pods, t)
	if t.Good() {
		p.Good++
	}
	if !t.GoodAt.IsZero() && (p.NextAt.IsZero() || t.GoodAt.Before(p.NextAt)) {
		p.NextAt = t.GoodAt
	}
}

// Keeps reports whether this pod is on the revision that the condition wants,
// whatever the controller calls current: then nothing is to replace it.
func (p Progress) Keeps(pod string) bool {
	return slices.ContainsFunc(p.Pods, func(t sts.PodProgress) bool { return t.Pod == pod && t.State != sts.StateOld })
}

// Observed holds once the controller has seen the newest spec.
type Observed struct{}

// Check compares the generations.
func (Observed) Check(s sts.Snapshot, _ time.Time) Progress {
	if s.Observed() {
		return Progress{Done: true}
	}
	return Progress{Waiting: "the StatefulSet controller to see the change"}
}

func (Observed) String() string { return "the controller has seen the change" }

// RolledOut holds once the controller has ended the rollout in the set's
// status. Another template set before that would leave the revision before
// this one as the one to go back to.
type RolledOut struct{}

// Check compares the generations and the revisions.
func (RolledOut) Check(s sts.Snapshot, now time.Time) Progress {
	if p := (Observed{}).Check(s, now); !p.Done {
		return p
	}
	if s.OnDelete() || s.CurrentRevision() == s.UpdateRevision() {
		return Progress{Done: true} // with OnDelete only servers from 1.37 on move the current revision
	}
	return Progress{Waiting: "the StatefulSet controller to end the rollout"}
}

func (RolledOut) String() string { return "the controller has ended the rollout" }

// PodsGood holds when every wanted ordinal from From up carries the revision
// that the spec wants there and is Available.
type PodsGood struct {
	From int `json:"from"` // an ordinal, not an index
	// Gated is the revision for pods below the gate. Empty trusts the
	// controller's current revision, which it may forget (kubernetes#121534).
	Gated string `json:"gated,omitempty"`
}

// Check looks at each ordinal.
func (c PodsGood) Check(s sts.Snapshot, now time.Time) Progress {
	pods := s.Ordinals().From(c.From)
	p := Progress{Want: pods.Len()}
	if !s.Observed() {
		p.Waiting = "the StatefulSet controller to see the change"
		return p
	}
	for o := range pods.All() {
		want := s.Wanted(o)
		if c.Gated != "" && s.Gated(o) {
			want = c.Gated
		}
		p.add(s.PodProgress(o, want, now))
	}
	p.Done = p.Good == p.Want
	return p
}

func (c PodsGood) String() string {
	return fmt.Sprintf("every pod from ordinal %d up is on its revision and Available", c.From)
}

// Others holds when every wanted pod is Available, whatever its revision, but for
// some: those that are about to go may be as they like.
type Others struct {
	But []int `json:"but,omitempty"` // ordinals
	// Heal says that a pod which was Available and is so no more is waited for. Without it
	// that ends the run, as a restart does in any case.
	Heal bool `json:"heal,omitempty"`
}

// Leaves are the ordinals that it does not look at.
func (c Others) Leaves() []int { return c.But }

// Check looks at each other ordinal.
func (c Others) Check(s sts.Snapshot, now time.Time) Progress {
	if p := (Observed{}).Check(s, now); !p.Done {
		return p
	}
	p := Progress{Done: true}
	for o := range s.Ordinals().All() {
		if slices.Contains(c.But, o) {
			continue
		}
		t := s.PodProgress(o, "", now)
		p.add(t)
		p.Want++
		p.Done = p.Done && t.Good()
	}
	return p
}

func (c Others) String() string {
	return fmt.Sprintf("every pod but %d is Available", len(c.But))
}
