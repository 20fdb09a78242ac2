package storage

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
)

// Resize is how far a claim is on the way to the size that it asks for.
type Resize struct {
	Request string `json:"request"` // spec.resources.requests
	// Allocated is the size that Status is about, "" where the server does not say.
	Allocated string `json:"allocated,omitempty"`
	// Status is the word of status.allocatedResourceStatuses. Older kubelets leave an
	// empty one behind when they are done.
	Status corev1.ClaimResourceStatus `json:"status,omitempty"`
	// Resizing and FileSystemPending are the conditions Resizing and FileSystemResizePending.
	Resizing          bool `json:"resizing,omitempty"`
	FileSystemPending bool `json:"fileSystemPending,omitempty"`
	// Error is the condition of a try that failed, ControllerResizeError or
	// NodeResizeError, "" for none. The driver tries again.
	Error corev1.PersistentVolumeClaimConditionType `json:"error,omitempty"`
	// Message is what the driver says about it, in its own words.
	Message string `json:"message,omitempty"`
}

// ResizeStage is how far a claim is.
type ResizeStage string

// The stages.
const (
	ResizeDone       ResizeStage = "done"
	ResizeAsked      ResizeStage = "asked"      // nothing has been done about it yet
	ResizeController ResizeStage = "controller" // the driver resizes the volume
	ResizeNode       ResizeStage = "node"       // the volume has its size, and its file system not yet
	ResizeFailing    ResizeStage = "failing"    // a try has failed, and there will be another
	ResizeInfeasible ResizeStage = "infeasible" // the driver can't, whatever is tried
)

// CompareSizes compares two quantities, as the API server writes them.
func CompareSizes(a, b string) int {
	x, y := quantity(a), quantity(b)
	return x.Cmp(y)
}

// quantity is nothing for what is no quantity, and for one that can't be computed with.
func quantity(text string) resource.Quantity {
	q, err := resource.ParseQuantity(text)
	if err != nil || podtemplate.Endless(text) {
		return resource.Quantity{}
	}
	return q
}

// Requested is the size that the claim asks for.
func (c Claim) Requested() string {
	if c.Resize == nil {
		return c.Size
	}
	return c.Resize.Request
}

// Stage is how far a claim is that asks for a size. A driver may give more than that.
func (c Claim) Stage() ResizeStage {
	r := c.Resize
	if r == nil {
		return ResizeDone
	}
	if r.stale() {
		return ResizeAsked
	}
	has := c.Phase == corev1.ClaimBound && CompareSizes(c.Size, r.Request) >= 0
	switch {
	case r.Status == corev1.PersistentVolumeClaimControllerResizeInfeasible, r.Status == corev1.PersistentVolumeClaimNodeResizeInfeasible:
		return ResizeInfeasible
	case has && r.Status == "":
		return ResizeDone
	case r.Error != "":
		return ResizeFailing
	case r.FileSystemPending, r.Status == corev1.PersistentVolumeClaimNodeResizePending,
		r.Status == corev1.PersistentVolumeClaimNodeResizeInProgress:
		return ResizeNode
	case r.Resizing, r.Status != "":
		return ResizeController
	}
	return ResizeAsked
}

// stale reports whether the status is about a size that was asked for before.
func (r *Resize) stale() bool {
	return r.Status != "" && r.Allocated != "" && CompareSizes(r.Allocated, r.Request) != 0
}

// Reason is the word of the API for where the claim is, "" where there is none.
func (r *Resize) Reason() string {
	switch {
	case r == nil || r.stale():
		return ""
	case r.Status == corev1.PersistentVolumeClaimControllerResizeInfeasible, r.Status == corev1.PersistentVolumeClaimNodeResizeInfeasible:
		return string(r.Status)
	case r.Error != "":
		return string(r.Error)
	case r.FileSystemPending && r.Status != corev1.PersistentVolumeClaimNodeResizeInProgress:
		return string(corev1.PersistentVolumeClaimFileSystemResizePending)
	case r.Status != "":
		return string(r.Status)
	case r.Resizing:
		return string(corev1.PersistentVolumeClaimResizing)
	}
	return ""
}

// observeResize is nil for a claim that has just what it asks for.
func observeResize(c *corev1.PersistentVolumeClaim, size string) *Resize {
	request := c.Spec.Resources.Requests[corev1.ResourceStorage]
	r := Resize{Request: request.String(), Status: c.Status.AllocatedResourceStatuses[corev1.ResourceStorage]}
	if allocated, ok := c.Status.AllocatedResources[corev1.ResourceStorage]; ok && r.Status != "" {
		r.Allocated = allocated.String()
	}
	for i := range c.Status.Conditions {
		condition := &c.Status.Conditions[i]
		if condition.Status != corev1.ConditionTrue {
			continue
		}
		switch condition.Type {
		case corev1.PersistentVolumeClaimResizing:
			r.Resizing = true
		case corev1.PersistentVolumeClaimFileSystemResizePending:
			r.FileSystemPending = true
		case corev1.PersistentVolumeClaimControllerResizeError, corev1.PersistentVolumeClaimNodeResizeError:
			r.Error, r.Message = condition.Type, condition.Message
		}
	}
	if r == (Resize{Request: r.Request}) && (r.Request == size || CompareSizes(r.Request, size) == 0) {
		return nil
	}
	return &r
}
