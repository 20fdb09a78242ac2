package workload

import (
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Set is one object of any kind, as far as more than one place needs to know of it.
type Set struct {
	metav1.ObjectMeta

	Kind   Kind
	Spec   Spec
	Status Status
}

// Spec is what the object wants, with the kind's defaults filled in.
type Spec struct {
	Ordinals       Ordinals // of as many pods as it wants
	Selector       *metav1.LabelSelector
	Template       corev1.PodTemplateSpec
	ClaimTemplates []string                       // their names
	ClaimRequests  []string                       // how much storage each of them asks for, "" for none
	Claims         []corev1.PersistentVolumeClaim // the templates as they are
	ServiceName    string                         // of the headless Service, empty for none

	Ordered         bool // the controller makes pods one after another, and waits for each
	MinReadySeconds int32
	Strategy        Strategy
	Partition       int                 // see Kind.Opens
	PartitionSet    bool                // the object has the field, or the one around it
	MaxUnavailable  *intstr.IntOrString // nil where it does not say

	WhenScaled, WhenDeleted Retention
}

// Status is what its controller says.
type Status struct {
	ObservedGeneration              int64
	Replicas                        int32
	CurrentRevision, UpdateRevision string
}

// The words of the API in which kinds agree.
type (
	// Strategy is the type of an update strategy.
	Strategy = appsv1.StatefulSetUpdateStrategyType
	// Retention is what happens to claims.
	Retention = appsv1.PersistentVolumeClaimRetentionPolicyType
)

// DeepCopy shares nothing with the set but its kind.
func (s *Set) DeepCopy() *Set {
	out := *s
	s.DeepCopyInto(&out.ObjectMeta)
	out.Spec.Ordinals.Reserved = slices.Clone(s.Spec.Ordinals.Reserved)
	out.Spec.Selector = s.Spec.Selector.DeepCopy()
	s.Spec.Template.DeepCopyInto(&out.Spec.Template)
	out.Spec.ClaimTemplates = slices.Clone(s.Spec.ClaimTemplates)
	out.Spec.ClaimRequests = slices.Clone(s.Spec.ClaimRequests)
	if s.Spec.MaxUnavailable != nil {
		most := *s.Spec.MaxUnavailable
		out.Spec.MaxUnavailable = &most
	}
	return &out
}
