package storage

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/annotation"
)

// ReclaimBeforeAnnotation on a volume is the reclaim policy that it had before it
// was set to Retain for a claim that was to be deleted, and that it gets back.
const ReclaimBeforeAnnotation = annotation.Prefix + "reclaim-policy-before"

// Volume is what matters about one PersistentVolume to whoever restores its claim.
type Volume struct {
	Name     string
	UID      types.UID
	Phase    corev1.PersistentVolumePhase
	Deleting bool
	// ClaimRef is the claim that it is bound to, or kept for, nil for none.
	ClaimRef *corev1.ObjectReference
	Reclaim  corev1.PersistentVolumeReclaimPolicy
	// Noted reports whether it carries [ReclaimBeforeAnnotation], and Before is what
	// that says: any text, for it may have been edited by hand.
	Noted  bool
	Before string
}

// ObserveVolume copies what matters.
func ObserveVolume(v *corev1.PersistentVolume) Volume {
	before, noted := v.Annotations[ReclaimBeforeAnnotation]
	return Volume{
		Name: v.Name, UID: v.UID, Phase: v.Status.Phase, Deleting: v.DeletionTimestamp != nil,
		ClaimRef: v.Spec.ClaimRef, Reclaim: v.Spec.PersistentVolumeReclaimPolicy, Noted: noted, Before: before,
	}
}

// KeptFor reports whether the volume is bound to a claim of this name, or kept for one.
func (v Volume) KeptFor(namespace, name string) bool {
	return v.ClaimRef == nil || v.ClaimRef.Namespace == namespace && v.ClaimRef.Name == name
}

// IsReclaimPolicy reports whether the word is a reclaim policy.
func IsReclaimPolicy(word string) bool {
	switch corev1.PersistentVolumeReclaimPolicy(word) {
	case corev1.PersistentVolumeReclaimRetain, corev1.PersistentVolumeReclaimDelete, corev1.PersistentVolumeReclaimRecycle:
		return true
	}
	return false
}
