// Package workloadtest has a kind of workload for tests, as unlike the StatefulSet of
// apps/v1 as kinds may be: some ordinals are left out, the fields are elsewhere, a gate
// that is closed for good is another field than the partition, and a pod can be between
// two revisions.
package workloadtest

import (
	"math"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// Gapped is the kind.
type Gapped struct {
	// ByOrdinal makes the partition the lowest ordinal that is let through. Otherwise it is
	// how many pods stay as they are.
	ByOrdinal bool
}

// Object is one of them, as a server would have it.
type Object struct {
	metav1.ObjectMeta `json:"metadata"`

	Spec   Spec            `json:"spec"`
	Status workload.Status `json:"status"`
}

// Spec is what the object wants.
type Spec struct {
	Pods     int                    `json:"pods"`
	From     int                    `json:"from"`
	Reserved []int                  `json:"reserved"`
	Selector *metav1.LabelSelector  `json:"selector"`
	Pod      corev1.PodTemplateSpec `json:"pod"`
	Rollout  Rollout                `json:"rollout"`
	Claims   Claims                 `json:"claims"`
}

// Rollout says which pods stay as they are.
type Rollout struct {
	Keep   int               `json:"keep"`
	Paused bool              `json:"paused"`
	Type   workload.Strategy `json:"type"`
}

// Claims are those of each pod.
type Claims struct {
	Templates []string           `json:"templates"`
	OnRemoval workload.Retention `json:"onRemoval"`
}

// Set is the object as a set of this kind.
func (k Gapped) Set(object *Object) *workload.Set {
	spec := &object.Spec
	set := &workload.Set{
		ObjectMeta: object.ObjectMeta, Kind: k, Status: object.Status,
		Spec: workload.Spec{
			Ordinals: workload.NewOrdinals(spec.From, spec.Pods, spec.Reserved...), Selector: spec.Selector, Template: spec.Pod,
			ClaimTemplates: spec.Claims.Templates, WhenScaled: spec.Claims.OnRemoval,
			WhenDeleted: appsv1.RetainPersistentVolumeClaimRetentionPolicyType,
			Ordered:     true, Strategy: spec.Rollout.Type, Partition: spec.Rollout.Keep, PartitionSet: true,
		},
	}
	if spec.Rollout.Paused {
		set.Spec.Partition = k.Closed()
	}
	return set
}

// Resource is where no server has any.
func (Gapped) Resource() schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: "example.com", Version: "v1", Resource: "gappedsets"}
}

// Opens are those above the ones that stay.
func (k Gapped) Opens(partition int, of workload.Ordinals) workload.Ordinals {
	if k.ByOrdinal {
		return of.From(partition)
	}
	return of.Slice(partition, of.Len())
}

// PartitionFor is its opposite.
func (k Gapped) PartitionFor(n int, of workload.Ordinals) int {
	if k.ByOrdinal {
		return of.Highest(n).First()
	}
	return of.Len() - n
}

// Closed is no number that the object ever has.
func (Gapped) Closed() int { return math.MaxInt32 - 7 }

// Updates knows its own strategies.
func (Gapped) Updates(strategy workload.Strategy) workload.Updates {
	switch strategy {
	case "Stepwise":
		return workload.UpdatesRolling
	case "Manual":
		return workload.UpdatesOnDelete
	}
	return workload.UpdatesUnknown
}

// Updating on a pod says that it gets from one revision to another.
const Updating = "example.com/updating"

// Revision is the label's, unless the pod is between two.
func (Gapped) Revision(pod *corev1.Pod) string {
	if _, updating := pod.Annotations[Updating]; updating {
		return ""
	}
	return pod.Labels[appsv1.StatefulSetRevisionLabel]
}

// Paths are nowhere where those of apps/v1 are.
func (Gapped) Paths(field workload.Field) [][]string {
	switch field {
	case workload.FieldTemplate:
		return [][]string{{"spec", "pod"}}
	case workload.FieldReplicas:
		return [][]string{{"spec", "pods"}}
	case workload.FieldOrdinals:
		return [][]string{{"spec", "from"}, {"spec", "reserved"}}
	case workload.FieldPartition:
		return [][]string{{"spec", "rollout", "keep"}, {"spec", "rollout", "paused"}}
	case workload.FieldStrategy:
		return [][]string{{"spec", "rollout", "type"}}
	case workload.FieldWhenScaled:
		return [][]string{{"spec", "claims", "onRemoval"}}
	}
	return nil
}

// Gate pauses for the closed gate, and else says how many stay.
func (k Gapped) Gate(partition int, _ *workload.Set) []workload.Write {
	paths := k.Paths(workload.FieldPartition)
	if partition == k.Closed() {
		return []workload.Write{{Path: paths[1], Value: true}}
	}
	return []workload.Write{{Path: paths[0], Value: partition}, {Path: paths[1], Value: false}}
}
