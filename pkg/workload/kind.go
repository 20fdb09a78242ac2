package workload

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Kind is what differs between the kinds of workload: where the API server has their
// objects and these their fields, and what their controllers do. Each kind also makes a
// [Set] of its own API type.
type Kind interface {
	// Resource is where the API server has the objects.
	Resource() schema.GroupVersionResource
	// Opens are those of the ordinals that this partition lets through to the update
	// revision: the highest. A higher partition lets through no more of them. The first of
	// them says so for those that are not there yet as well, also when there is none.
	Opens(partition int, of Ordinals) Ordinals
	// PartitionFor is the partition that lets the highest n through.
	PartitionFor(n int, of Ordinals) int
	// Closed is the partition that lets none through, however many there will be: with one
	// for as many as there are the gate would be open for the pods of a later scale-up.
	Closed() int
	// Updates says what the controller does about pods that are not up to date.
	Updates(strategy Strategy) Updates
	// Revision is the revision that the pod is on, "" while it gets from one to another.
	Revision(pod *corev1.Pod) string
	// Paths are where a field is, by the names of JSON: what its writers own. The first is
	// where it is written.
	Paths(field Field) [][]string
	// Gate are the writes that set the partition of this object.
	Gate(partition int, of *Set) []Write
}

// Updates is what a controller does about pods that are not up to date.
type Updates string

// What controllers do.
const (
	UpdatesRolling  Updates = "rolling"  // it replaces them in its order, down to the partition
	UpdatesOnDelete Updates = "onDelete" // nothing: who deletes a pod gets it up to date
	UpdatesAtOnce   Updates = "atOnce"   // it deletes all of them
	UpdatesUnknown  Updates = ""         // nobody here knows the strategy
)

// Field is a part of the spec that plans change, or that nobody else may change meanwhile.
type Field string

// The fields.
const (
	FieldTemplate   Field = "template"
	FieldPartition  Field = "partition"
	FieldReplicas   Field = "replicas"
	FieldOrdinals   Field = "ordinals"
	FieldStrategy   Field = "strategy"
	FieldWhenScaled Field = "whenScaled"

	FieldWhenDeleted Field = "whenDeleted"
)

// Write sets what is at a path of JSON names, whatever was there.
type Write struct {
	Path  []string
	Value any
}
