package sts

import (
	"cmp"
	"fmt"

	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// Partition is the number that holds pods back, which is no ordinal: see [Snapshot.Opens].
func (s Snapshot) Partition() int {
	if s.Set == nil {
		return 0
	}
	return s.Set.Spec.Partition
}

// MaxUnavailable is how many pods of a rolling update the controller deletes
// without waiting for one another, counted as getStatefulSetMaxUnavailable in its
// source does. Servers on which the field does not count (all but 1.35.0 to
// 1.35.3, and 1.37 and later) drop it from the spec.
func (s Snapshot) MaxUnavailable() int {
	if s.Set == nil {
		return 1
	}
	one := intstr.FromInt32(1)
	most := cmp.Or(s.Set.Spec.MaxUnavailable, &one)
	n, err := intstr.GetScaledValueFromIntOrPercent(most, s.Replicas(), false)
	if err != nil {
		return 1
	}
	return max(n, 1) // a small percentage is rounded down
}

// Opens are the ordinals that this partition lets through to the update revision.
func (s Snapshot) Opens(partition int) workload.Ordinals {
	return s.Kind().Opens(partition, s.Ordinals())
}

// Opened are the ordinals that the set's partition lets through.
func (s Snapshot) Opened() workload.Ordinals { return s.Opens(s.Partition()) }

// PartitionFor is the partition that lets the highest n ordinals through.
func (s Snapshot) PartitionFor(n int) int { return s.Kind().PartitionFor(n, s.Ordinals()) }

// Gated reports whether the partition keeps this ordinal, which the set may not have
// yet, from the update revision.
func (s Snapshot) Gated(ordinal int) bool { return ordinal < s.Opened().First() }

// Gate is the partition with which the gate is as it is: one beyond the replicas closes
// it no further.
func (s Snapshot) Gate() int { return s.PartitionFor(s.Opened().Len()) }

// Closed reports whether the gate is closed for good.
func (s Snapshot) Closed() bool { return Closes(s.Partition()) }

// Closes reports whether this partition closes a gate for good: no set gets to it.
func Closes(partition int) bool { return partition >= MostReplicas }

// GateWords name the gate by its partition.
func (s Snapshot) GateWords() string { return PartitionWords(s.Partition(), "the closed gate") }

// PartitionWords name a partition; the number of one that closes the gate for good says
// nothing to a person, who reads these words instead.
func PartitionWords(partition int, closed string) string {
	if Closes(partition) {
		return closed
	}
	return fmt.Sprintf("partition %d", partition)
}
