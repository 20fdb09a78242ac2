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

// observeModify is nil for a claim whose volume has just the attributes that it asks for, and
// is not on the way to others. One that is not bound gets them with its volume. Older resizers
// leave the status of what was infeasible when a claim asks for what it has again.
func observeModify(c *corev1.PersistentVolumeClaim, wants string) *Modify {
	m := Modify{Has: ptr.Deref(c.Status.CurrentVolumeAttributesClassName, "")}
	if s := c.Status.ModifyVolumeStatus; s != nil {
		m.Target, m.Status = s.TargetVolumeAttributesClassName, s.Status
	}
	if c.Status.Phase != corev1.ClaimBound || m.Has == wants && m.Status != corev1.PersistentVolumeClaimModifyVolumeInProgress {
		return nil
	}
	words := ""
	for i := range c.Status.Conditions {
		condition := &c.Status.Conditions[i]
		switch {
		case condition.Status != corev1.ConditionTrue:
		case condition.Type == corev1.PersistentVolumeClaimVolumeModifyingVolume:
			m.Modifying, words = true, condition.Message
		case condition.Type == corev1.PersistentVolumeClaimVolumeModifyVolumeError:
			m.Failed, m.Message = true, condition.Message
		}
	}
	if !m.Failed && m.Status == corev1.PersistentVolumeClaimModifyVolumeInfeasible {
		m.Message = words // where older resizers say why
	}
	return &m
}

// ModifyStage is how far the claim is on the way to its VolumeAttributesClass. No node has a
// part in it. A class that there is not counts as a try that has failed.
func (c Claim) ModifyStage() ResizeStage {
	m := c.Modify
	switch {
	case m == nil:
		return ResizeDone
	case m.StillTo(c.Attributes):
		return ResizeController
	case m.stale(c.Attributes):
		return ResizeAsked
	case m.Status == corev1.PersistentVolumeClaimModifyVolumeInfeasible:
		return ResizeInfeasible
	case m.Failed, m.Status == corev1.PersistentVolumeClaimModifyVolumePending:
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
	case m == nil || m.stale(c.Attributes) && !m.StillTo(c.Attributes):
		return ""
	case m.Failed && m.Status != corev1.PersistentVolumeClaimModifyVolumeInfeasible && !m.StillTo(c.Attributes):
		return ModifyFailed
	case m.Status != "":
		return modifyReason + string(m.Status)
	case m.Modifying:
		return string(corev1.PersistentVolumeClaimVolumeModifyingVolume)
	}
	return ""
}

// Reasons that are asked about: the driver's last try has failed, and there is no such class.
const (
	ModifyFailed  = string(corev1.PersistentVolumeClaimVolumeModifyVolumeError)
	ModifyPending = modifyReason + string(corev1.PersistentVolumeClaimModifyVolumePending)
)

// modifyReason is what the words of status.modifyVolumeStatus have in front of them as a reason.
const modifyReason = "ModifyVolume"

// StillTo reports whether the driver is on the way to attributes that were asked for before: a
// resizer does not give up what it has begun.
func (m *Modify) StillTo(wants string) bool {
	return m != nil && m.Status == corev1.PersistentVolumeClaimModifyVolumeInProgress && m.Target != "" && m.Target != wants
}

// stale reports whether the status is about a class that was asked for before. One that is
// Pending is about the class that is asked for, whatever target is named.
func (m *Modify) stale(wants string) bool {
	return m.Status != "" && m.Status != corev1.PersistentVolumeClaimModifyVolumePending && m.Target != wants
}
