package plan

import (
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// The change and the conditions of claims that get another size. They need a plan with
// Claims set.

// ClaimSize is the size that a claim is to have.
type ClaimSize struct {
	Name     string    `json:"name"`
	UID      types.UID `json:"uid"`
	Template string    `json:"template"` // of the set, that the claim is made from
	Ordinal  int       `json:"ordinal"`
	From     string    `json:"from"` // what it asked for when the plan was made
	To       string    `json:"to"`
}

// claim is the very claim in the snapshot, or why it is none of the run's any more.
func (c ClaimSize) claim(s sts.Snapshot) (storage.Claim, string) {
	i := slices.IndexFunc(s.Claims, func(claim storage.Claim) bool { return claim.Name == c.Name })
	switch {
	case i < 0:
		return storage.Claim{}, fmt.Sprintf("claim %s was deleted", c.Name)
	case s.Claims[i].UID != c.UID:
		return storage.Claim{}, fmt.Sprintf("claim %s was deleted, and there is another one of its name", c.Name)
	case s.Claims[i].Deleting:
		return storage.Claim{}, fmt.Sprintf("claim %s is being deleted", c.Name)
	}
	asks := s.Claims[i].Requested()
	if storage.CompareSizes(asks, c.To) != 0 && storage.CompareSizes(asks, c.From) != 0 {
		return storage.Claim{}, fmt.Sprintf("claim %s asks for %s by now, which is neither %s nor %s", c.Name, asks, c.From, c.To)
	}
	return s.Claims[i], ""
}

// ResizeClaim has one claim ask for another size. The resourceVersion that it must still
// have is that of the snapshot from which it was decided.
type ResizeClaim struct{ ClaimSize }

func (ResizeClaim) change() {}

// Done reports whether that very claim asks for the size.
func (r ResizeClaim) Done(s sts.Snapshot) bool {
	c, there := findClaim(s, r.UID)
	return there && storage.CompareSizes(c.Requested(), r.To) == 0
}

func (r ResizeClaim) String() string {
	if storage.CompareSizes(r.To, r.From) < 0 {
		return fmt.Sprintf("lower the request of claim %s from %s to %s", r.Name, r.From, r.To)
	}
	return fmt.Sprintf("grow claim %s from %s to %s", r.Name, r.From, r.To)
}

// Resizable holds while a claim is the one that it was and asks for what it did. A request
// that is to be lowered may have been met meanwhile: the driver was on its way.
type Resizable struct{ ClaimSize }

// Check looks at the claim.
func (r Resizable) Check(s sts.Snapshot, _ time.Time) Progress {
	if s.Claims == nil {
		return claimsUnknown
	}
	c, broken := r.claim(s)
	if broken == "" && storage.CompareSizes(r.To, c.Requested()) < 0 && storage.CompareSizes(r.To, c.Size) <= 0 {
		broken = fmt.Sprintf("claim %s has %s by now, and no volume shrinks to %s", r.Name, c.Size, r.To)
	}
	if broken != "" {
		return Progress{Broken: broken}
	}
	return Progress{Done: true}
}

func (r Resizable) String() string { return "claim " + r.Name + " is as it was" }

// ClaimProgress is how far a claim is on the way to another size.
type ClaimProgress struct {
	Name    string
	Ordinal int
	Has     string // the volume's size
	Wants   string
	Stage   storage.ResizeStage
	Reason  string // the word of the API for it, "" for none
	Message string // what the driver says, in its words
	// Unmounted says that only the file system has not got its size, and that it gets it
	// when a pod mounts the claim.
	Unmounted bool
}

// pends reports whether the file system waits for something else than the kubelet.
func (c ClaimProgress) pends() bool {
	return c.Reason == string(corev1.PersistentVolumeClaimFileSystemResizePending) ||
		c.Reason == string(corev1.PersistentVolumeClaimNodeResizePending)
}

// Says is where the claim is. The driver's words are from the cluster: whoever shows them
// cleans them.
func (c ClaimProgress) Says() string {
	words := fmt.Sprintf("claim %s (%s, to be %s): ", c.Name, c.Has, c.Wants)
	switch c.Stage {
	case storage.ResizeDone:
		return fmt.Sprintf("claim %s has %s", c.Name, c.Has)
	case storage.ResizeAsked:
		return words + "its driver has not begun"
	case storage.ResizeController:
		words += "its driver resizes the volume"
	case storage.ResizeNode:
		if words += "its file system is to grow"; c.Unmounted {
			return words + " when a pod mounts it"
		}
	case storage.ResizeFailing:
		words += "a try has failed"
	case storage.ResizeInfeasible:
		words += "its driver can't give it this size"
	}
	if c.Reason != "" {
		words += fmt.Sprintf(" (%s)", c.Reason)
	}
	if c.Message != "" {
		words += ": " + c.Message
	}
	return words
}

// SizeFate is what happens to the size of a claim.
type SizeFate string

// The fates of sizes.
const (
	SizeGrows  SizeFate = "grows"
	SizeLowers SizeFate = "lowers" // a request that the driver could not meet is lowered
	SizeWaits  SizeFate = "waits"  // it was asked for, and is waited for
	SizeIs     SizeFate = "is"     // there is nothing to do
)

// Resize is one claim of a plan that resizes claims.
type Resize struct {
	Claim   storage.Claim `json:"claim"`
	Ordinal int           `json:"ordinal"`
	Wanted  string        `json:"wanted"`
	Fate    SizeFate      `json:"fate"`
	// Expandable is allowVolumeExpansion of its class, nil where that can't be read.
	Expandable *bool `json:"expandable"`
}

// Resizes reports whether the plan is about the sizes of claims: then it is none of its
// business where the gate is.
func (p Plan) Resizes() bool { return len(p.Sizes) > 0 }
