package storage

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/annotation"
)

// KeepAnnotation on a claim keeps it, whatever its value: nothing here deletes it.
const KeepAnnotation = annotation.Prefix + "keep"

// claimUnused is the condition by which servers from 1.37 on say that no pod
// has used a claim since its last transition (KEP-5541).
const claimUnused = "Unused"

// Claim is what matters about one PersistentVolumeClaim.
type Claim struct {
	Namespace string
	Name      string
	UID       types.UID
	Version   string // resourceVersion
	Labels    map[string]string
	Size      string // what it has or, while it is not bound, asks for
	// Resize is how far it is on the way to another size that it asks for; nil where it
	// has just what it asks for.
	Resize *Resize
	Class  string // the StorageClass's name, "" for none
	// Attributes is the VolumeAttributesClass that it asks for, "" for none, and Modify how
	// far it is on the way to it; nil where its volume has it.
	Attributes string  `json:",omitempty"`
	Modify     *Modify `json:",omitempty"`
	Volume     string  // the PersistentVolume's name, "" while it is not bound
	Phase      corev1.PersistentVolumeClaimPhase
	Created    time.Time
	// UnusedSince is since when no pod has used it, going by its condition
	// Unused; zero when that says otherwise or there is none.
	UnusedSince time.Time
	// InUse reports that the condition Unused is False. A controller writes it
	// some time after the pod went: whether a pod uses the claim only the pods tell.
	InUse    bool
	Deleting bool
	HeldBy   string // the finalizers that hold up its deletion, while it is being deleted
	Keep     bool   // it carries [KeepAnnotation]
	Owners   []metav1.OwnerReference
	// MadeBy is the manager that wrote its spec, "" when its managedFields do
	// not tell.
	MadeBy string
	// ByController reports whether that manager is the controllers' own.
	ByController bool
	// Reclaim is what happens to the volume when the claim goes; empty when the
	// volume is not known.
	Reclaim corev1.PersistentVolumeReclaimPolicy
}

// ObserveClaim copies what matters. volume is the claim's, nil when it has none
// or it could not be read.
func ObserveClaim(c *corev1.PersistentVolumeClaim, volume *corev1.PersistentVolume) Claim {
	_, keep := c.Annotations[KeepAnnotation]
	claim := Claim{
		Namespace: c.Namespace, Name: c.Name, UID: c.UID, Version: c.ResourceVersion, Labels: c.Labels,
		Volume: c.Spec.VolumeName, Phase: c.Status.Phase, Created: c.CreationTimestamp.UTC(),
		Deleting: c.DeletionTimestamp != nil, Keep: keep, Owners: c.OwnerReferences,
	}
	if claim.Deleting {
		claim.HeldBy = strings.Join(c.Finalizers, ", ")
	}
	size, ok := c.Status.Capacity[corev1.ResourceStorage]
	if !ok {
		size = c.Spec.Resources.Requests[corev1.ResourceStorage]
	}
	claim.Size = size.String()
	claim.Resize = observeResize(c, claim.Size)
	claim.Attributes = ptr.Deref(c.Spec.VolumeAttributesClassName, "")
	claim.Modify = observeModify(c, claim.Attributes)
	if c.Spec.StorageClassName != nil {
		claim.Class = *c.Spec.StorageClassName
	}
	for _, condition := range c.Status.Conditions {
		switch {
		case condition.Type != claimUnused:
		case condition.Status == corev1.ConditionTrue:
			claim.UnusedSince = condition.LastTransitionTime.UTC()
		case condition.Status == corev1.ConditionFalse:
			claim.InUse = true
		}
	}
	claim.MadeBy, claim.ByController = claimMaker(c.ManagedFields)
	if volume != nil && volume.Spec.ClaimRef != nil && volume.Spec.ClaimRef.UID == c.UID {
		claim.Reclaim = volume.Spec.PersistentVolumeReclaimPolicy
	}
	return claim
}

// Sharing is the same claim; what it has in common with the one that was listed
// before, which mostly is of the same set, is in memory only once.
func (c Claim) Sharing(before Claim) Claim {
	share(&c.Namespace, before.Namespace)
	share(&c.Size, before.Size)
	share(&c.Class, before.Class)
	share(&c.Attributes, before.Attributes)
	share(&c.Phase, before.Phase)
	share(&c.MadeBy, before.MadeBy)
	if maps.Equal(c.Labels, before.Labels) {
		c.Labels = before.Labels
	}
	if len(c.Owners) > 0 && reflect.DeepEqual(c.Owners, before.Owners) {
		c.Owners = before.Owners
	}
	return c
}

func share[T ~string](text *T, before T) {
	if *text == before {
		*text = before
	}
}

// DataDies reports whether the data goes with the claim. A policy that is not
// known may be anything, so only Retain keeps it for certain.
func (c Claim) DataDies() bool {
	return c.Volume != "" && c.Reclaim != corev1.PersistentVolumeReclaimRetain
}

// OtherOwner is an owner of the claim besides the set with this uid and the pod of
// this name, none if it is empty: with whenDeleted: Delete the set owns it, with
// whenScaled: Delete the pod that goes. Whose the claim is besides, controller or
// not, may still want it.
func (c Claim) OtherOwner(set types.UID, pod string) (metav1.OwnerReference, bool) {
	i := slices.IndexFunc(c.Owners, func(o metav1.OwnerReference) bool {
		return o.UID != set && (pod == "" || o.Kind != "Pod" || o.Name != pod)
	})
	if i < 0 {
		return metav1.OwnerReference{}, false
	}
	return c.Owners[i], true
}
