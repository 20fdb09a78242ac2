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

// The changes and conditions of a plan that restores a deleted claim. Such a plan
// is about that claim and its volume, and about no set: its snapshots have these
// two, where they exist, and nothing else.

// Binding is a claim and the volume that is to be its volume.
type Binding struct {
	Namespace string    `json:"namespace"`
	Claim     string    `json:"claim"`
	Volume    string    `json:"volume"`
	VolumeUID types.UID `json:"volumeUid"`
}

// claim is the claim of the binding's name, if there is one.
func (b Binding) claim(s sts.Snapshot) (storage.Claim, bool) {
	i := slices.IndexFunc(s.Claims, func(c storage.Claim) bool { return c.Namespace == b.Namespace && c.Name == b.Claim })
	if i < 0 {
		return storage.Claim{}, false
	}
	return s.Claims[i], true
}

// volume is the very volume of the binding, if it exists.
func (b Binding) volume(s sts.Snapshot) (storage.Volume, bool) {
	i := slices.IndexFunc(s.Volumes, func(v storage.Volume) bool { return v.Name == b.Volume && v.UID == b.VolumeUID })
	if i < 0 {
		return storage.Volume{}, false
	}
	return s.Volumes[i], true
}

// boundTo reports whether the volume is bound to the claim of the binding's name.
func (b Binding) boundTo(s sts.Snapshot, v storage.Volume) bool {
	claim, found := b.claim(s)
	return found && v.ClaimRef != nil && v.ClaimRef.UID == claim.UID
}

// Broken says why the claim can't get the volume with its data any more, or "".
func (b Binding) Broken(s sts.Snapshot) string {
	name := fmt.Sprintf("claim %s/%s", b.Namespace, b.Claim)
	v, found := b.volume(s)
	switch {
	case !found && slices.ContainsFunc(s.Volumes, func(v storage.Volume) bool { return v.Name == b.Volume }):
		return fmt.Sprintf("volume %s is not the one that %s was bound to: that one is gone", b.Volume, name)
	case !found:
		return fmt.Sprintf("volume %s is gone, and the data of %s with it", b.Volume, name)
	case v.Deleting:
		return fmt.Sprintf("volume %s is being deleted", b.Volume)
	case !v.KeptFor(b.Namespace, b.Claim):
		return fmt.Sprintf("volume %s is bound to claim %s/%s by now", b.Volume, v.ClaimRef.Namespace, v.ClaimRef.Name)
	}
	return ""
}

// ReleaseVolume lets a volume go of its deleted claim, so that it is kept for
// another claim of the same name and for no other.
type ReleaseVolume struct {
	Binding
	// From is the uid of the claim that it is still bound to, empty for none. A volume
	// that is another claim's by now is left alone.
	From types.UID `json:"from"`
	// Reclaim is the policy that it gets back in the end: it is noted on the volume
	// where it differs from the present one and nothing is noted yet.
	Reclaim corev1.PersistentVolumeReclaimPolicy `json:"reclaimPolicy"`
}

func (ReleaseVolume) change() {}

// Done reports whether the volume is kept for any claim of that name, or bound to the
// one that there is: another restore may have come first.
func (c ReleaseVolume) Done(s sts.Snapshot) bool {
	v, found := c.volume(s)
	return found && v.ClaimRef != nil && (v.ClaimRef.UID == "" || c.boundTo(s, v))
}

func (c ReleaseVolume) String() string {
	return fmt.Sprintf("release volume %s for another claim %s", c.Volume, c.Claim)
}

// CreateClaim creates a claim that is bound to a volume from the start.
type CreateClaim struct {
	Binding
	Manifest *corev1.PersistentVolumeClaim `json:"manifest"`
}

func (CreateClaim) change() {}

// Done reports whether there is a claim of that name with that volume.
func (c CreateClaim) Done(s sts.Snapshot) bool {
	claim, found := c.claim(s)
	return found && claim.Volume == c.Volume && !claim.Deleting
}

func (c CreateClaim) String() string { return "create claim " + c.Claim }

// ResetReclaim gives a volume the reclaim policy that it had before it was set to
// Retain.
type ResetReclaim struct {
	Binding
	Reclaim corev1.PersistentVolumeReclaimPolicy `json:"reclaimPolicy"`
}

func (ResetReclaim) change() {}

// Done reports whether the volume has the policy, and no note of another.
func (c ResetReclaim) Done(s sts.Snapshot) bool {
	v, found := c.volume(s)
	return found && v.Reclaim == c.Reclaim && !v.Noted
}

func (c ResetReclaim) String() string {
	return fmt.Sprintf("set the reclaim policy of volume %s to %s", c.Volume, c.Reclaim)
}

// Restorable holds while the claim can get the volume: it is there, bound to no
// other claim, and no claim of that name has another volume.
type Restorable struct {
	Binding
	// From is the uid of a deleted claim that the volume may still be bound to.
	From types.UID `json:"from"`
}

// Check looks at both.
func (c Restorable) Check(s sts.Snapshot, _ time.Time) Progress {
	if s.Volumes == nil {
		return Progress{Waiting: "the volume to be read"}
	}
	if why := c.Broken(s); why != "" {
		return Progress{Broken: why}
	}
	if claim, found := c.claim(s); found && claim.Volume != c.Volume {
		return Progress{Broken: fmt.Sprintf("there is another claim %s by now", c.Claim)}
	}
	v, _ := c.volume(s)
	if to := v.ClaimRef; to != nil && to.UID != "" && to.UID != c.From && !c.boundTo(s, v) {
		return Progress{Broken: fmt.Sprintf("volume %s was bound to another claim %s meanwhile", c.Volume, c.Claim)}
	}
	return Progress{Done: true}
}

func (c Restorable) String() string {
	return fmt.Sprintf("volume %s waits for claim %s", c.Volume, c.Claim)
}

// ClaimBound holds once the claim is bound to the volume.
type ClaimBound struct{ Binding }

// Check looks at the claim. A claim that does not exist is waited for: the snapshot
// may be older than its creation.
func (c ClaimBound) Check(s sts.Snapshot, _ time.Time) Progress {
	if s.Volumes == nil {
		return Progress{Waiting: "the claim to be read"}
	}
	claim, found := c.claim(s)
	switch {
	case !found:
		return Progress{Waiting: fmt.Sprintf("claim %s to be created", c.Claim)}
	case claim.Volume != c.Volume:
		return Progress{Broken: fmt.Sprintf("claim %s was bound to volume %s meanwhile", c.Claim, claim.Volume)}
	case claim.Phase == corev1.ClaimLost:
		return Progress{Broken: fmt.Sprintf("claim %s has lost its volume", c.Claim)}
	case claim.Phase == corev1.ClaimBound:
		return Progress{Done: true}
	}
	return Progress{Waiting: fmt.Sprintf("claim %s to be bound to volume %s", c.Claim, c.Volume)}
}

// Recall is Check for a claim that was there before: it must not go away again.
func (c ClaimBound) Recall(memory any, s sts.Snapshot, now time.Time) (any, Progress) {
	progress := c.Check(s, now)
	_, found := c.claim(s)
	if seen, _ := memory.(boundClaim); seen == boundClaim(c.Binding) && !found && s.Volumes != nil {
		return memory, Progress{Broken: fmt.Sprintf("claim %s was deleted meanwhile", c.Claim)}
	}
	if found {
		memory = boundClaim(c.Binding)
	}
	return memory, progress
}

// boundClaim is the memory that a claim was there.
type boundClaim Binding

func (c ClaimBound) String() string {
	return fmt.Sprintf("claim %s is bound to volume %s", c.Claim, c.Volume)
}
