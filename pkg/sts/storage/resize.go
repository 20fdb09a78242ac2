package storage

import (
	"bytes"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
)

// Resize is how far a claim is on the way to the size that it asks for.
type Resize struct {
	Request string `json:"request"` // spec.resources.requests
	// Asked is since when it is, by the clock of the API server; zero where nobody knows.
	Asked time.Time `json:"asked,omitzero"`
	// Allocated is the size that Status is about, "" where the server does not say.
	Allocated string `json:"allocated,omitempty"`
	// Status is the word of status.allocatedResourceStatuses. Older kubelets leave an
	// empty one behind when they are done.
	Status corev1.ClaimResourceStatus `json:"status,omitempty"`
	// Resizing and FileSystemPending are the conditions Resizing and FileSystemResizePending.
	Resizing          bool `json:"resizing,omitempty"`
	FileSystemPending bool `json:"fileSystemPending,omitempty"`
	// Pending is since when the file system waits, by the clock of the driver's resizer; zero
	// where nobody knows.
	Pending time.Time `json:"pending,omitzero"`
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

// Fails reports whether something has failed at this stage.
func (s ResizeStage) Fails() bool { return s == ResizeFailing || s == ResizeInfeasible }

// CompareSizes compares two quantities, as the API server writes them.
func CompareSizes(a, b string) int {
	x, y := Quantity(a), Quantity(b)
	return x.Cmp(y)
}

// Quantity is nothing for what is no quantity, and for one that can't be computed with.
func Quantity(text string) resource.Quantity {
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
			r.FileSystemPending, r.Pending = true, condition.LastTransitionTime.UTC()
		case corev1.PersistentVolumeClaimControllerResizeError, corev1.PersistentVolumeClaimNodeResizeError:
			r.Error, r.Message = condition.Type, condition.Message
		}
	}
	if r == (Resize{Request: r.Request}) && (r.Request == size || CompareSizes(r.Request, size) == 0) {
		return nil
	}
	r.Asked = askedAt(c)
	return &r
}

// askedAt is when somebody asked for the size, or for another one before, as managedFields
// tell: whoever did has the field.
func askedAt(c *corev1.PersistentVolumeClaim) time.Time {
	var last time.Time
	for _, e := range Asking(c.ManagedFields) {
		if e.Time != nil && e.Time.After(last) {
			last = e.Time.UTC()
		}
	}
	return last
}

// asks is what the one who asked for a size owns, whatever else.
const asks = `{"f:spec":{"f:resources":{"f:requests":{}}}}`

// Asking is who has asked for a size, and when, and nothing else of what they own.
func Asking(fields []metav1.ManagedFieldsEntry) []metav1.ManagedFieldsEntry {
	var out []metav1.ManagedFieldsEntry
	for i := range fields {
		e := &fields[i]
		if e.Subresource == "" && e.FieldsV1 != nil && bytes.Contains(e.FieldsV1.GetRawBytes(), []byte(`"f:requests":{`)) {
			out = append(out, metav1.ManagedFieldsEntry{Manager: e.Manager, Time: e.Time, FieldsV1: metav1.NewFieldsV1(asks)})
		}
	}
	return out
}
