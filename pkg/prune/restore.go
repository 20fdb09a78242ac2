package prune

import (
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

// BeforeAnnotation on a volume is the reclaim policy that it had before it was
// set to Retain for a claim that was to be deleted, and that it gets back.
const BeforeAnnotation = "kubectl-sts.github.io/reclaim-policy-before"

// ErrThere means that there is a claim of that name by now.
var ErrThere = errors.New("there is a claim of that name by now")

// Moves are what is left to do until a claim is back. Each is done once and
// shows in the cluster, so a restore that was killed goes on where it was.
type Moves struct {
	// Leave waits until the claim is gone that is still on its way out; what
	// comes then is decided anew.
	Leave  bool
	Free   bool // let go of the claim that is gone, for one of the same name
	Create bool // make the claim
	Wait   bool // until it is bound
	// Policy is the reclaim policy that the volume gets back, "" when it has it.
	Policy corev1.PersistentVolumeReclaimPolicy
}

// Nothing reports whether all is done.
func (m Moves) Nothing() bool { return m == Moves{} }

// Restoring decides what to do, from what is in the cluster now: nil where it
// is gone. caller leads to the claim's namespace.
func Restoring(r Record, claim *corev1.PersistentVolumeClaim, volume *corev1.PersistentVolume, caller hint.Caller) (Moves, error) {
	name := fmt.Sprintf("claim %s/%s", r.Claim.Namespace, r.Claim.Name)
	refuse := func(why string, try ...string) (Moves, error) {
		return Moves{}, &plan.Refusal{Why: why, Try: try}
	}
	switch {
	case volume == nil:
		return refuse(fmt.Sprintf("volume %s is gone, and the data of %s with it", r.Volume, name))
	case volume.UID != r.VolumeUID:
		return refuse(fmt.Sprintf("volume %s is not the one that %s was bound to: that one is gone", r.Volume, name))
	case volume.DeletionTimestamp != nil:
		return refuse(fmt.Sprintf("volume %s is being deleted", r.Volume))
	}
	to := volume.Spec.ClaimRef
	if to != nil && (to.Namespace != r.Claim.Namespace || to.Name != r.Claim.Name) {
		return refuse(fmt.Sprintf("volume %s is bound to claim %s/%s by now", r.Volume, to.Namespace, to.Name))
	}
	if claim != nil {
		return onward(claim, volume, caller, refuse)
	}
	if volume.Status.Phase == corev1.VolumeFailed {
		return refuse(fmt.Sprintf("the API server could not reclaim volume %s: nobody knows what is left of its data", r.Volume))
	}
	m := Moves{Free: to == nil || to.UID != "", Create: true, Wait: true}
	if _, noted := volume.Annotations[BeforeAnnotation]; noted || volume.Spec.PersistentVolumeReclaimPolicy != r.Before {
		m.Policy = r.Before
	}
	return m, nil
}

// onward decides where there is a claim of that name: the one that was never
// deleted, the one that an earlier restore made, or a stranger.
func onward(claim *corev1.PersistentVolumeClaim, volume *corev1.PersistentVolume, caller hint.Caller,
	refuse func(string, ...string) (Moves, error),
) (Moves, error) {
	to := volume.Spec.ClaimRef
	bound := to != nil && to.UID == claim.UID
	name := fmt.Sprintf("claim %s/%s", claim.Namespace, claim.Name)
	switch {
	case claim.DeletionTimestamp != nil:
		return Moves{Leave: true}, nil
	case claim.Spec.VolumeName != volume.Name:
		return refuse(fmt.Sprintf("there is a %s already, with %s", name, volumeOf(claim)),
			"if what is in it matters: scale the set down below it with --pvc=retain-volume, which keeps that as well, and try again",
			"if not, and no pod mounts it: delete it and try again: "+caller.Kubectl("delete", "pvc", claim.Name))
	}
	m := Moves{Wait: !bound || claim.Status.Phase != corev1.ClaimBound, Free: !bound && (to == nil || to.UID != "")}
	if before, ok := volume.Annotations[BeforeAnnotation]; ok {
		m.Policy = volume.Spec.PersistentVolumeReclaimPolicy
		if IsPolicy(before) && m.Policy == corev1.PersistentVolumeReclaimRetain {
			m.Policy = corev1.PersistentVolumeReclaimPolicy(before)
		}
	}
	return m, nil
}

// IsPolicy reports whether the word is a reclaim policy: notes on volumes and
// records in files may have been edited by hand.
func IsPolicy(word string) bool {
	switch corev1.PersistentVolumeReclaimPolicy(word) {
	case corev1.PersistentVolumeReclaimRetain, corev1.PersistentVolumeReclaimDelete, corev1.PersistentVolumeReclaimRecycle:
		return true
	}
	return false
}

func volumeOf(claim *corev1.PersistentVolumeClaim) string {
	if claim.Spec.VolumeName == "" {
		return "no volume yet"
	}
	return "another volume, " + claim.Spec.VolumeName
}
