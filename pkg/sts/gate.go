package sts

import (
	"cmp"
	"fmt"

	"k8s.io/apimachinery/pkg/util/intstr"
)

// Partition is spec.updateStrategy.rollingUpdate.partition, an index counted
// from [Snapshot.Start], not an ordinal.
func (s Snapshot) Partition() int {
	if s.Set == nil || s.Set.Spec.UpdateStrategy.RollingUpdate == nil ||
		s.Set.Spec.UpdateStrategy.RollingUpdate.Partition == nil {
		return 0
	}
	return int(*s.Set.Spec.UpdateStrategy.RollingUpdate.Partition)
}

// MaxUnavailable is how many pods of a rolling update the controller deletes
// without waiting for one another, counted as getStatefulSetMaxUnavailable in its
// source does. Servers on which the field does not count (all but 1.35.0 to
// 1.35.3, and 1.37 and later) drop it from the spec.
func (s Snapshot) MaxUnavailable() int {
	if s.Set == nil || s.Set.Spec.UpdateStrategy.RollingUpdate == nil {
		return 1
	}
	one := intstr.FromInt32(1)
	most := cmp.Or(s.Set.Spec.UpdateStrategy.RollingUpdate.MaxUnavailable, &one)
	n, err := intstr.GetScaledValueFromIntOrPercent(most, s.Replicas(), false)
	if err != nil {
		return 1
	}
	return max(n, 1) // a small percentage is rounded down
}

// Gated reports whether the partition keeps this ordinal from the update
// revision. The controller compares the ordinal with start + partition
// (isCurrentRevisionNeeded in its source).
func (s Snapshot) Gated(ordinal int) bool { return ordinal < s.Start()+s.Partition() }

// Gate is the partition as an index into the replicas: one beyond them closes the gate
// no further.
func (s Snapshot) Gate() int { return min(s.Partition(), s.Replicas()) }

// Closed reports whether the gate is closed for good: no set gets to this partition.
func (s Snapshot) Closed() bool { return s.Partition() >= MostReplicas }

// GateWords name the partition; the number of a gate that is closed for good says
// nothing to a person.
func (s Snapshot) GateWords() string {
	if s.Closed() {
		return "the closed gate"
	}
	return fmt.Sprintf("partition %d", s.Partition())
}
