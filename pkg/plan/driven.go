package plan

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// The conditions of steps whose pods the engine deletes itself.

// PodsUpdated holds when so many pods, whichever they are, carry the update
// revision and are Available, and none is on its way. It is for sets whose
// strategy is OnDelete.
type PodsUpdated struct {
	Count int `json:"count"`
}

// Check looks at each ordinal.
func (c PodsUpdated) Check(s sts.Snapshot, now time.Time) Progress {
	p := Progress{Want: min(c.Count, s.Replicas())}
	if !s.Observed() {
		return (Observed{}).Check(s, now)
	}
	moved := 0
	for o := range s.Ordinals().All() {
		t := s.PodProgress(o, s.UpdateRevision(), now)
		p.add(t)
		if t.State != sts.StateOld {
			moved++
		}
	}
	p.Done = p.Good >= p.Want && p.Good == moved
	return p
}

func (c PodsUpdated) String() string {
	return fmt.Sprintf("%s on the revision wanted and Available", pods(c.Count))
}

func pods(n int) string {
	if n == 1 {
		return "1 pod is"
	}
	return fmt.Sprintf("%d pods are", n)
}

// PodsRestarted holds when each of these ordinals has another pod than the one
// named here, and every pod is Available. Which revision they are on is not its
// business: a change may wait for other pods, and must go on waiting.
type PodsRestarted struct {
	Pods map[int]types.UID `json:"pods"`
	// Alone leaves out of account whether the other pods are Available.
	Alone bool `json:"alone,omitempty"`
}

// Check looks at each ordinal. One that the set no longer has is left out.
func (c PodsRestarted) Check(s sts.Snapshot, now time.Time) Progress {
	if !s.Observed() {
		return (Observed{}).Check(s, now)
	}
	var p Progress
	good := true
	for o := range s.Ordinals().All() {
		was, wanted := c.Pods[o]
		if !wanted && c.Alone {
			continue
		}
		t := s.PodProgress(o, "", now)
		if pod, ok := s.Pod(o); wanted && ok && pod.UID == was && !pod.Terminating {
			t.State, t.Due, t.GoodAt = sts.StateOld, true, time.Time{}
		}
		p.add(t)
		good = good && t.Good()
		if wanted {
			p.Want++
		} else if t.Good() {
			p.Good-- // it only has to stay what it is
		}
	}
	p.Done = good
	return p
}

// About reports whether the pod is to be restarted.
func (c PodsRestarted) About(ordinal int) bool {
	_, wanted := c.Pods[ordinal]
	return wanted
}

func (c PodsRestarted) String() string {
	ordinals := slices.Sorted(maps.Keys(c.Pods))
	if len(ordinals) == 1 {
		return fmt.Sprintf("the pod of ordinal %d is a new one and Available", ordinals[0])
	}
	return fmt.Sprintf("the pods of %d ordinals are new ones and Available", len(ordinals))
}

// Renewal is a claim that is deleted when its pod goes, so that the pod which comes back
// has a new one.
type Renewal struct {
	Name    string    `json:"name"`
	UID     types.UID `json:"uid"`
	Ordinal int       `json:"ordinal"`
	Volume  string    `json:"volume,omitempty"` // "" while the claim is not bound
	// Retain says that the volume is set to Retain before. Of a claim that is not bound it
	// says that a volume which it gets meanwhile would have to stay.
	Retain bool `json:"retain,omitempty"`
	// Receipt is that of [DeleteClaim].
	Receipt bool `json:"record,omitempty"`
}

// Changes are what becomes of the claim before its pod goes, in order.
func (r Renewal) Changes(pod string) []Change {
	var out []Change
	why := "so that " + pod + " gets a new one"
	if r.Retain && r.Volume != "" {
		out = append(out, RetainVolume{Claim: r.Name, UID: r.UID, Volume: r.Volume})
		why += "; its volume stays"
	}
	return append(out, DeleteClaim{Name: r.Name, UID: r.UID, Why: why, Receipt: r.Receipt, Replaced: true, Mounted: true})
}

// PodsRenewed holds when none of these claims is there any more, others of their names are,
// and every pod is Available. It needs a plan with Claims set.
type PodsRenewed struct {
	Claims []Renewal `json:"claims"`
	// Alone leaves out of account whether the other pods are Available.
	Alone bool `json:"alone,omitempty"`
}

// Check looks at each ordinal. One that the set no longer has is left out.
func (c PodsRenewed) Check(s sts.Snapshot, now time.Time) Progress {
	switch {
	case !s.Observed():
		return (Observed{}).Check(s, now)
	case s.Claims == nil:
		return claimsUnknown
	}
	p := Progress{Broken: c.bound(s)}
	good := true
	for o := range s.Ordinals().All() {
		wanted := c.About(o)
		if !wanted && c.Alone {
			continue
		}
		t := s.PodProgress(o, "", now)
		if claim, there := c.first(s, o); there {
			pod, runs := s.Pod(o)
			switch {
			case runs && !pod.Terminating: // it uses the old one
				t.State, t.Due = sts.StateOld, true
			case !runs && claim.Deleting: // the controller says that it can't make the pod, and makes it once the claim has gone
				t.Trouble, p.Waiting = nil, "claim "+claim.Name+" to go"+heldBy(claim)
			}
			t.GoodAt = time.Time{}
		} else if pod, runs := s.Pod(o); wanted && runs && !pod.Terminating && c.missing(s, o) {
			// The claim was made to go while the pod uses it, which runs on with the old volume.
			t.State, t.Due, t.GoodAt = sts.StateOld, true, time.Time{}
		}
		p.add(t)
		good = good && t.Good()
		if wanted {
			p.Want++
		} else if t.Good() {
			p.Good-- // it only has to stay what it is
		}
	}
	p.Done = good && p.Waiting == ""
	return p
}

// first is the first old claim of an ordinal that is still there.
func (c PodsRenewed) first(s sts.Snapshot, ordinal int) (storage.Claim, bool) {
	for _, r := range c.Claims {
		if r.Ordinal != ordinal {
			continue
		}
		if claim, there := findClaim(s, r.UID); there {
			return claim, true
		}
	}
	return storage.Claim{}, false
}

// bound says which claim was given a volume since the plan was made, which says nothing of
// how that is kept.
func (c PodsRenewed) bound(s sts.Snapshot) string {
	for _, r := range c.Claims {
		if claim, there := findClaim(s, r.UID); there && r.Retain && r.Volume == "" && claim.Volume != "" {
			return fmt.Sprintf("claim %s was bound to volume %s after this was planned", r.Name, claim.Volume)
		}
	}
	return ""
}

// missing reports whether an ordinal lacks a claim in the place of an old one.
func (c PodsRenewed) missing(s sts.Snapshot, ordinal int) bool {
	return slices.ContainsFunc(c.Claims, func(r Renewal) bool {
		return r.Ordinal == ordinal && !slices.ContainsFunc(s.Claims, func(c storage.Claim) bool { return c.Name == r.Name })
	})
}

// About reports whether the pod is to get new claims.
func (c PodsRenewed) About(ordinal int) bool {
	return slices.ContainsFunc(c.Claims, func(r Renewal) bool { return r.Ordinal == ordinal })
}

func (c PodsRenewed) String() string {
	ordinals := map[int]bool{}
	for _, r := range c.Claims {
		ordinals[r.Ordinal] = true
	}
	if len(ordinals) == 1 {
		return fmt.Sprintf("the pod of ordinal %d has new claims and is Available", c.Claims[0].Ordinal)
	}
	return fmt.Sprintf("the pods of %d ordinals have new claims and are Available", len(ordinals))
}

// Renewing are the changes to claims that the plan makes before their pods go, as far as
// they are not made yet.
func (p Plan) Renewing(s sts.Snapshot) []Change {
	var out []Change
	for i := range p.Steps {
		if p.Steps[i].Replace == nil {
			continue
		}
		for _, claim := range p.Steps[i].Replace.Claims {
			out = append(out, claim.Changes(s.PodName(claim.Ordinal))...)
		}
	}
	return slices.DeleteFunc(out, func(c Change) bool { return c.Done(s) })
}
