package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/field"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/fieldmanager"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// Change is one write. The set of types is closed: Edit, DeletePod, DeleteClaim,
// RetainVolume, ResizeClaim, Give, those of a restore: ReleaseVolume, CreateClaim and
// ResetReclaim, and those of a recreate: SaveSet, DisownClaim, DeleteSet, CreateSet,
// RestoreManagers and ForgetSet.
type Change interface {
	// Done reports whether the snapshot already satisfies the change.
	Done(s sts.Snapshot) bool
	// String is the change in the words of the API.
	String() string
	change()
}

// Edit changes fields of the StatefulSet in one write, so that the controller
// never sees one without the others. Nil fields stay as they are.
type Edit struct {
	Template  podtemplate.Template `json:"template,omitempty"`
	Partition *int                 `json:"partition,omitempty"`
	Replicas  *int                 `json:"replicas,omitempty"`
	// Retention is persistentVolumeClaimRetentionPolicy.whenScaled.
	Retention *Retention `json:"retention,omitempty"`
	// WhenDeleted is persistentVolumeClaimRetentionPolicy.whenDeleted.
	WhenDeleted *Retention         `json:"whenDeleted,omitempty"`
	Annotations map[string]*string `json:"annotations,omitempty"` // a nil value removes the key
	// Says replaces the generated words where they would not help.
	Says string `json:"says,omitempty"`
}

// Retention is what the controller does with the claims of a pod that a
// scale-down removes.
type Retention = workload.Retention

func (Edit) change() {}

// Done compares every field that the edit sets.
func (e Edit) Done(s sts.Snapshot) bool {
	if !s.Exists() {
		return false
	}
	for key, want := range e.Annotations {
		if have, ok := s.Annotation(key); ok != (want != nil) || ok && have != *want {
			return false
		}
	}
	return (e.Partition == nil || s.Partition() == *e.Partition) &&
		(e.Replicas == nil || s.Replicas() == *e.Replicas) &&
		(e.Retention == nil || s.WhenScaled() == *e.Retention) &&
		(e.WhenDeleted == nil || s.Set.Spec.WhenDeleted == *e.WhenDeleted) &&
		(e.Template == nil || e.Template.Is(s.Set))
}

// Left is the set as this edit alone leaves it. What drift looks at and the
// edit does not set stays as it was, even where the answer shows otherwise:
// then somebody else changed it in the same moment.
func (e Edit) Left(was, answer *workload.Set) *workload.Set {
	if was == nil {
		return answer
	}
	set := answer.DeepCopy()
	set.Spec.Ordinals = was.Spec.Ordinals
	if e.Replicas != nil {
		set.Spec.Ordinals = was.Spec.Ordinals.Resized(answer.Spec.Ordinals.Len())
	}
	set.Spec.Strategy = was.Spec.Strategy
	if e.Template == nil {
		set.Spec.Template = was.Spec.Template
	}
	if e.Partition == nil {
		set.Spec.Partition, set.Spec.PartitionSet = was.Spec.Partition, was.Spec.PartitionSet
	}
	if e.Retention == nil {
		set.Spec.WhenScaled = was.Spec.WhenScaled
	}
	if e.WhenDeleted == nil {
		set.Spec.WhenDeleted = was.Spec.WhenDeleted
	}
	set.Annotations = map[string]string{}
	maps.Copy(set.Annotations, was.Annotations)
	for key := range e.Annotations {
		delete(set.Annotations, key)
		if have, ok := answer.Annotations[key]; ok {
			set.Annotations[key] = have
		}
	}
	return set
}

// Writes are what the edit sets in an object of the set's kind, but for its annotations.
func (e Edit) Writes(of *workload.Set) []workload.Write {
	var out []workload.Write
	set := func(field workload.Field, value any) {
		out = append(out, workload.Write{Path: of.Kind.Paths(field)[0], Value: value})
	}
	if e.Template != nil {
		set(workload.FieldTemplate, e.Template)
	}
	if e.Partition != nil {
		out = append(out, of.Kind.Gate(*e.Partition, of)...)
	}
	if e.Replicas != nil {
		set(workload.FieldReplicas, *e.Replicas)
	}
	if e.Retention != nil {
		set(workload.FieldWhenScaled, *e.Retention)
	}
	if e.WhenDeleted != nil {
		set(workload.FieldWhenDeleted, *e.WhenDeleted)
	}
	return out
}

func (e Edit) String() string {
	if e.Says != "" {
		return e.Says
	}
	var parts []string
	if e.Template != nil {
		parts = append(parts, "set the template")
	}
	if e.Partition != nil {
		parts = append(parts, fmt.Sprintf("set partition to %d", *e.Partition))
	}
	if e.Replicas != nil {
		parts = append(parts, fmt.Sprintf("set replicas to %d", *e.Replicas))
	}
	if e.Retention != nil {
		parts = append(parts, fmt.Sprintf("set whenScaled to %s", *e.Retention))
	}
	if e.WhenDeleted != nil {
		parts = append(parts, fmt.Sprintf("set whenDeleted to %s", *e.WhenDeleted))
	}
	for _, key := range slices.Sorted(maps.Keys(e.Annotations)) {
		verb := "set"
		if e.Annotations[key] == nil {
			verb = "remove"
		}
		parts = append(parts, verb+" annotation "+key)
	}
	return strings.Join(parts, ", ")
}

// Partition is an Edit that moves the gate and nothing else.
func Partition(n int) Edit {
	return Edit{Partition: ptr.To(n), Says: sts.PartitionWords(n, "gate closed")}
}

// DeletePod deletes one pod, so that it is recreated. The uid
// keeps it from hitting a pod that has been recreated already.
type DeletePod struct {
	Name string    `json:"name"`
	UID  types.UID `json:"uid"`
	// Version is the resourceVersion that it must still have, when it was picked
	// by something that may change, such as its labels. Empty for any.
	Version string `json:"version,omitempty"`
	Why     string `json:"why"`
}

func (DeletePod) change() {}

// Done reports whether that very pod is gone or on its way out.
func (d DeletePod) Done(s sts.Snapshot) bool {
	for _, p := range s.Pods {
		if p.UID == d.UID {
			return p.Terminating
		}
	}
	return true
}

func (d DeletePod) String() string { return "delete pod " + d.Name + ": " + d.Why }

// Give hands fields that the plugin owns to the manager that has them in its manifest:
// should that apply another value there later, it meets no conflict.
type Give struct {
	To string `json:"to"`
	// From are the names under which the plugin writes besides its own.
	From   []string     `json:"from"`
	Fields []field.Path `json:"fields"`
}

func (Give) change() {}

// Of are the managedFields of a set afterwards, and whether they are others than now.
func (g Give) Of(s sts.Snapshot) ([]metav1.ManagedFieldsEntry, bool) {
	return fieldmanager.Give(s.Set.ManagedFields, g.From, g.To, g.Fields)
}

// ReceiverGone reports whether the receiver owns nothing of the set any more.
func (g Give) ReceiverGone(s sts.Snapshot) bool {
	return !slices.Contains(fieldmanager.Managers(s.Set.ManagedFields), g.To)
}

// Done reports whether there is nothing to be given any more. Where the receiver has gone
// nothing was given.
func (g Give) Done(s sts.Snapshot) bool {
	if !s.Exists() || g.ReceiverGone(s) {
		return false
	}
	_, changes := g.Of(s)
	return !changes
}

func (g Give) String() string {
	return fmt.Sprintf("hand %s to %s", sts.Count(len(g.Fields), "field"), g.To)
}
