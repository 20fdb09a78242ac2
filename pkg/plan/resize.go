package plan

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// The change and the conditions of claims that get another size. They need a plan with
// Claims set.

// ClaimSize is the size that a claim is to have, and the VolumeAttributesClass where it is to
// have another one.
type ClaimSize struct {
	Name     string    `json:"name"`
	UID      types.UID `json:"uid"`
	Template string    `json:"template"` // of the set, that the claim is made from
	Ordinal  int       `json:"ordinal"`
	From     string    `json:"from"`         // what it asked for when the plan was made
	To       string    `json:"to,omitempty"` // "" where the size is none of the run's business
	// Attributes is the VolumeAttributesClass that it is to have, "" where that is left as it
	// is, and Had the one that it asked for when the plan was made, "" for none.
	Attributes string `json:"attributes,omitempty"`
	Had        string `json:"had,omitempty"`
}

// resizes reports whether the claim is to ask for another size than it did.
func (c ClaimSize) resizes() bool { return c.To != "" && storage.CompareSizes(c.From, c.To) != 0 }

// Sized reports whether the claim asks for the size that it is to have.
func (c ClaimSize) Sized(claim storage.Claim) bool {
	return c.To == "" || storage.CompareSizes(claim.Requested(), c.To) == 0
}

// Attributed reports whether the claim asks for the VolumeAttributesClass that it is to have.
func (c ClaimSize) Attributed(claim storage.Claim) bool {
	return c.Attributes == "" || claim.Attributes == c.Attributes
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
	if !c.Sized(s.Claims[i]) && storage.CompareSizes(asks, c.From) != 0 {
		return storage.Claim{}, fmt.Sprintf("claim %s asks for %s by now, which is neither %s nor %s", c.Name, asks, c.From, c.To)
	}
	if now := s.Claims[i].Attributes; c.Attributes != "" && now != c.Attributes && now != c.Had {
		return storage.Claim{}, fmt.Sprintf("claim %s asks for %s by now, which is neither %s nor %s",
			c.Name, AttributesWords(now), AttributesWords(c.Had), AttributesWords(c.Attributes))
	}
	return s.Claims[i], ""
}

// AttributesWords are the words for a VolumeAttributesClass, "" for none.
func AttributesWords(class string) string {
	if class == "" {
		return "no VolumeAttributesClass"
	}
	return "VolumeAttributesClass " + class
}

// ResizeClaim has one claim ask for another size, another VolumeAttributesClass or both. Both are
// one request: where a storage system allows one change of a volume in hours, it is one. The
// resourceVersion that the claim must still have is that of the snapshot from which it was
// decided.
type ResizeClaim struct{ ClaimSize }

func (ResizeClaim) change() {}

// Done reports whether that very claim asks for what it is to have.
func (r ResizeClaim) Done(s sts.Snapshot) bool {
	c, there := findClaim(s, r.UID)
	return there && r.Sized(c) && r.Attributed(c)
}

func (r ResizeClaim) String() string {
	words := ""
	if r.resizes() {
		if words = "grow claim"; storage.CompareSizes(r.To, r.From) < 0 {
			words = "lower the request of claim"
		}
		words += fmt.Sprintf(" %s from %s to %s", r.Name, r.From, r.To)
	}
	if r.Attributes == "" || r.Attributes == r.Had {
		return words
	}
	set := "set " + AttributesWords(r.Attributes)
	if words != "" {
		return words + ", and " + set
	}
	if set += " on claim " + r.Name; r.Had != "" {
		set += fmt.Sprintf(" (was %s)", r.Had)
	}
	return set
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
	if broken == "" && r.resizes() && storage.CompareSizes(r.To, c.Requested()) < 0 && storage.CompareSizes(r.To, c.Size) <= 0 {
		broken = fmt.Sprintf("claim %s has %s by now, and no volume shrinks to %s", r.Name, c.Size, r.To)
	}
	if broken != "" {
		return Progress{Broken: broken}
	}
	return Progress{Done: true}
}

func (r Resizable) String() string { return "claim " + r.Name + " is as it was" }

// ClaimProgress is how far a claim is on the way to another size or VolumeAttributesClass.
type ClaimProgress struct {
	Name    string
	Ordinal int
	Has     string // the volume's size
	Wants   string
	// HasAttributes and WantsAttributes are VolumeAttributesClasses; the second is "" where
	// they are none of the run's business.
	HasAttributes   string
	WantsAttributes string
	// Modifies says that Stage is about the attributes: the size is there.
	Modifies bool
	Stage    storage.ResizeStage
	Reason   string // the word of the API for it, "" for none
	Message  string // what the driver says, in its words
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
	switch {
	case c.Modifies && c.HasAttributes == c.WantsAttributes:
		words = fmt.Sprintf("claim %s (%s): ", c.Name, AttributesWords(c.HasAttributes))
	case c.Modifies:
		words = fmt.Sprintf("claim %s (%s, to be %s): ", c.Name, AttributesWords(c.HasAttributes), c.WantsAttributes)
	}
	switch c.Stage {
	case storage.ResizeDone:
		if words = fmt.Sprintf("claim %s has %s", c.Name, c.Has); c.WantsAttributes != "" {
			words += " and " + AttributesWords(c.HasAttributes)
		}
		return words
	case storage.ResizeAsked:
		return words + "its driver has not begun"
	case storage.ResizeController:
		if c.Modifies {
			words += "its driver changes the volume"
		} else {
			words += "its driver resizes the volume"
		}
	case storage.ResizeNode:
		if words += "its file system is to grow"; c.Unmounted {
			return words + " when a pod mounts it"
		}
	case storage.ResizeFailing:
		if c.Reason == storage.ModifyPending {
			words += "its VolumeAttributesClass is not found, or can't be used yet"
		} else {
			words += "a try has failed"
		}
	case storage.ResizeInfeasible:
		if c.Modifies {
			words += "its driver can't give it these attributes"
		} else {
			words += "its driver can't give it this size"
		}
	}
	if c.Reason != "" {
		words += fmt.Sprintf(" (%s)", c.Reason)
	}
	if c.Message != "" {
		words += ": " + c.Message
	}
	return words
}

// Modify has the progress be about the claim's attributes where its size is there, or where
// they are what is in trouble. It gives the stage of the two: that of the size may be another
// one than c's, which is of a claim that nothing mounts.
func (c *ClaimProgress) Modify(claim storage.Claim, size storage.ResizeStage) storage.ResizeStage {
	if c.WantsAttributes == "" {
		return size
	}
	now := claim.ModifyStage()
	if claim.Attributes != c.WantsAttributes {
		now = storage.ResizeAsked // the watch does not show the change yet
	}
	if claim.Modify != nil {
		c.HasAttributes = claim.Modify.Has
	}
	if now == storage.ResizeDone || size != storage.ResizeDone && (size.Fails() || !now.Fails()) {
		return size
	}
	c.Modifies, c.Unmounted, c.Stage, c.Reason, c.Message = true, false, now, "", ""
	if m := claim.Modify; m != nil && now != storage.ResizeAsked {
		if c.Reason, c.Message = claim.ModifyReason(), m.Message; m.StillTo(claim.Attributes) {
			c.Message = "it goes on with " + AttributesWords(m.Target) + ", which was asked for before"
		}
	}
	return now
}

// modifies reports whether the claim's volume has not got the attributes that it is to have.
func modifies(want ClaimSize, s sts.Snapshot) bool {
	claim, there := findClaim(s, want.UID)
	return want.Attributes != "" && there && (!want.Attributed(claim) || claim.ModifyStage() != storage.ResizeDone)
}

// unmodify is the way back to the attributes that the volume has. The API server takes a
// class off a claim only as long as its volume has none.
func unmodify(set string, want ClaimSize, at ClaimProgress) hint.Hint {
	const words = "have it ask for the attributes that it has"
	if at.HasAttributes == "" {
		return hint.Kube(words, "patch", "pvc", want.Name, "-p", `{"spec":{"volumeAttributesClassName":null}}`)
	}
	return hint.Plugin(words, "resize", set, "--attributes-class", want.Template+"="+at.HasAttributes,
		"--ordinals", strconv.Itoa(want.Ordinal), "--claims-only")
}
