package storage

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"
)

// Modify is how far a claim is on the way to the VolumeAttributesClass that it asks for.
type Modify struct {
	Has    string `json:"has,omitempty"`    // the one that its volume has, "" for none
	Target string `json:"target,omitempty"` // the one that Status is about
	// Status is the word of status.modifyVolumeStatus, "" while nobody has begun.
	Status corev1.PersistentVolumeClaimModifyVolumeStatus `json:"status,omitempty"`
	// Modifying and Failed are the conditions ModifyingVolume and ModifyVolumeError. The
	// driver tries again.
	Modifying bool `json:"modifying,omitempty"`
	Failed    bool `json:"failed,omitempty"`
	// Message is what the driver says about it, in its own words.
	Message string `json:"message,omitempty"`
}

// observeModify is nil for a claim whose volume has just the attributes that it asks for. One
// that is not bound gets them with its volume.
func observeModify(c *corev1.PersistentVolumeClaim, wants string) *Modify {
	m := Modify{Has: ptr.Deref(c.Status.CurrentVolumeAttributesClassName, "")}
	if s := c.Status.ModifyVolumeStatus; s != nil {
		m.Target, m.Status = s.TargetVolumeAttributesClassName, s.Status
	}
	if c.Status.Phase != corev1.ClaimBound || m.Status == "" && m.Has == wants {
		return nil
	}
	for i := range c.Status.Conditions {
		condition := &c.Status.Conditions[i]
		switch {
		case condition.Status != corev1.ConditionTrue:
		case condition.Type == corev1.PersistentVolumeClaimVolumeModifyingVolume:
			m.Modifying = true
		case condition.Type == corev1.PersistentVolumeClaimVolumeModifyVolumeError:
			m.Failed, m.Message = true, condition.Message
		}
	}
	return &m
}

// ModifyStage is how far the claim is on the way to its VolumeAttributesClass. No node has a
// part in it.
func (c Claim) ModifyStage() ResizeStage {
	m := c.Modify
	switch {
	case m == nil:
		return ResizeDone
	case m.stale(c.Attributes):
		return ResizeAsked
	case m.Status == corev1.PersistentVolumeClaimModifyVolumeInfeasible:
		return ResizeInfeasible
	case m.Failed:
		return ResizeFailing
	case m.Status == corev1.PersistentVolumeClaimModifyVolumeInProgress, m.Modifying:
		return ResizeController
	}
	return ResizeAsked
}

// ModifyReason is the word of the API for where the claim is, "" where there is none.
func (c Claim) ModifyReason() string {
	m := c.Modify
	switch {
	case m == nil || m.stale(c.Attributes):
		return ""
	case m.Status == corev1.PersistentVolumeClaimModifyVolumeInfeasible:
		return "ModifyVolume" + string(m.Status)
	case m.Failed:
		return string(corev1.PersistentVolumeClaimVolumeModifyVolumeError)
	case m.Status != "":
		return "ModifyVolume" + string(m.Status)
	case m.Modifying:
		return string(corev1.PersistentVolumeClaimVolumeModifyingVolume)
	}
	return ""
}

// stale reports whether the status is about a class that was asked for before.
func (m *Modify) stale(wants string) bool { return m.Status != "" && m.Target != wants }
