package plan

import (
	"fmt"
	"slices"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// Fate is what happens to a claim.
type Fate string

// The fates.
const (
	FateKept     Fate = "kept"
	FateDeleted  Fate = "deleted"
	FateByPolicy Fate = "deletedByPolicy"        // the controller deletes it, as whenScaled says
	FateRetained Fate = "volumeRetained"         // it is deleted, and its volume set to Retain before
	FateReused   Fate = "reused"                 // the new pod gets it, with what is on it
	FateReplaced Fate = "replaced"               // it is deleted, and the new pod gets another
	FateRenewed  Fate = "replacedVolumeRetained" // the same, and its volume is set to Retain before
	FateGoing    Fate = "going"                  // it is being deleted already
	FateNew      Fate = "new"                    // there is none; the controller makes it
)

// Deletes reports whether the run, or the controller because of it, deletes the claim.
func (f Fate) Deletes() bool {
	switch f {
	case FateDeleted, FateByPolicy, FateRetained, FateReplaced, FateRenewed:
		return true
	}
	return false
}

// Retains reports whether the run sets the claim's volume to Retain before it deletes it.
func (f Fate) Retains() bool { return f == FateRetained || f == FateRenewed }

// Ordinal is one ordinal that comes or goes, or gets other claims.
type Ordinal struct {
	Ordinal int         `json:"ordinal"`
	Pod     string      `json:"pod"`
	Claims  []ClaimFate `json:"claims"`
}

// ClaimFate is what happens to one claim.
type ClaimFate struct {
	Claim storage.Claim `json:"claim"`
	Fate  Fate          `json:"fate"`
	Why   string        `json:"why"` // why it is not what was asked for; empty else
}

// VolumeStays reports whether the claim is deleted and its volume is not.
func (c ClaimFate) VolumeStays() bool {
	return c.Fate.Deletes() && c.Claim.Volume != "" && (c.Fate.Retains() || !c.Claim.DataDies())
}

// DataDies reports whether the data on the claim's volume goes with it.
func (c ClaimFate) DataDies() bool {
	return c.Fate.Deletes() && !c.Fate.Retains() && c.Claim.DataDies()
}

// Scaled holds when every wanted pod is Available, whatever its revision, and
// no other pod is there. It is for steps that change how many are wanted.
type Scaled struct {
	// From and To, which is not included, are the ordinals that the step adds or
	// removes: they are counted, and told when they are gone.
	From int `json:"from"`
	To   int `json:"to"`
	// Spare are ordinals that are wanted and may be as they like: they go next.
	Spare []int `json:"spare,omitempty"`
	// Alone leaves out of account whether the other pods are Available.
	Alone bool `json:"alone,omitempty"`
}

// Check looks at each ordinal that is wanted, and at each other that has a pod.
func (c Scaled) Check(s sts.Snapshot, now time.Time) Progress {
	if p := (Observed{}).Check(s, now); !p.Done {
		return p
	}
	own := s.Ordinals().Between(c.From, c.To)
	p := Progress{Want: own.Len()}
	p.Done = c.wanted(&p, s, now)
	for _, pod := range s.Stray() {
		switch {
		case pod.Terminating:
			p.add(s.PodProgress(pod.Ordinal, "", now))
		case p.Done: // else the controller may be waiting for the pod that is not well
			p.Waiting = "the StatefulSet controller to delete " + pod.Name
		}
	}
	p.Done = p.Done && len(s.Stray()) == 0
	if p.Done && int(s.Set.Status.Replicas) > len(s.Pods) {
		// It has not seen yet that a pod is gone. Were the whenScaled policy put
		// back to Delete now, it would make that pod the owner of its claim, which
		// the garbage collector then takes for an orphan.
		p.Done, p.Waiting = false, "the StatefulSet controller to see that the pod is gone"
	}
	for o := range own.All() {
		if _, there := s.Pod(o); !there && !s.Ordinals().Has(o) {
			p.Pods = append(p.Pods, sts.PodProgress{Ordinal: o, Pod: s.PodName(o), State: sts.StateGone})
			p.Good++
		}
	}
	return p
}

// wanted adds the wanted ordinals that count, and reports whether all are well.
func (c Scaled) wanted(p *Progress, s sts.Snapshot, now time.Time) bool {
	well := true
	for o := range s.Ordinals().All() {
		own := c.About(o)
		if !own && (c.Alone || slices.Contains(c.Spare, o)) {
			continue
		}
		t := s.PodProgress(o, "", now)
		p.add(t)
		well = well && t.Good()
		if t.Good() && !own {
			p.Good-- // it only has to stay what it is
		}
	}
	return well
}

// About reports whether the step adds or removes the pod.
func (c Scaled) About(ordinal int) bool { return ordinal >= c.From && ordinal < c.To }

func (c Scaled) String() string {
	if c.Alone {
		return fmt.Sprintf("%s there or gone as wanted", sts.Count(c.To-c.From, "pod"))
	}
	return "the wanted pods are Available and all others gone"
}
