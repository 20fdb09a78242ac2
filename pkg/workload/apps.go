package workload

import (
	"cmp"
	"math"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Apps is the StatefulSet of apps/v1.
type Apps struct{}

// FromApps is a StatefulSet as a set, nil for nil. It shares what the object points to.
func FromApps(object *appsv1.StatefulSet) *Set {
	if object == nil {
		return nil
	}
	spec, status := &object.Spec, &object.Status
	set := &Set{
		ObjectMeta: object.ObjectMeta, Kind: Apps{},
		Spec: Spec{
			Ordinals: appsOrdinals(spec), Selector: spec.Selector, Template: spec.Template, ServiceName: spec.ServiceName,
			Claims:  spec.VolumeClaimTemplates,
			Ordered: spec.PodManagementPolicy != appsv1.ParallelPodManagement, MinReadySeconds: spec.MinReadySeconds,
			Strategy:    cmp.Or(spec.UpdateStrategy.Type, appsv1.RollingUpdateStatefulSetStrategyType),
			WhenScaled:  appsv1.RetainPersistentVolumeClaimRetentionPolicyType,
			WhenDeleted: appsv1.RetainPersistentVolumeClaimRetentionPolicyType,
		},
		Status: Status{
			ObservedGeneration: status.ObservedGeneration, Replicas: status.Replicas,
			CurrentRevision: status.CurrentRevision, UpdateRevision: status.UpdateRevision,
		},
	}
	for i := range spec.VolumeClaimTemplates {
		request := ""
		if storage, asks := spec.VolumeClaimTemplates[i].Spec.Resources.Requests[corev1.ResourceStorage]; asks {
			request = storage.String()
		}
		set.Spec.ClaimTemplates = append(set.Spec.ClaimTemplates, spec.VolumeClaimTemplates[i].Name)
		set.Spec.ClaimRequests = append(set.Spec.ClaimRequests, request)
	}
	if rolling := spec.UpdateStrategy.RollingUpdate; rolling != nil {
		set.Spec.PartitionSet, set.Spec.MaxUnavailable = true, rolling.MaxUnavailable
		if rolling.Partition != nil {
			set.Spec.Partition = int(*rolling.Partition)
		}
	}
	if policy := spec.PersistentVolumeClaimRetentionPolicy; policy != nil {
		set.Spec.WhenScaled = cmp.Or(policy.WhenScaled, set.Spec.WhenScaled)
		set.Spec.WhenDeleted = cmp.Or(policy.WhenDeleted, set.Spec.WhenDeleted)
	}
	return set
}

// ClaimSpec is the spec of a claim template as the API server writes it.
func ClaimSpec(template corev1.PersistentVolumeClaim) corev1.PersistentVolumeClaimSpec {
	spec := template.Spec
	if spec.VolumeMode == nil {
		mode := corev1.PersistentVolumeFilesystem
		spec.VolumeMode = &mode
	}
	return spec
}

func appsOrdinals(spec *appsv1.StatefulSetSpec) Ordinals {
	start, count := 0, 1 // which unset replicas mean
	if spec.Ordinals != nil {
		start = int(spec.Ordinals.Start)
	}
	if spec.Replicas != nil {
		count = int(*spec.Replicas)
	}
	return NewOrdinals(start, count)
}

// Resource is statefulsets.apps.
func (Apps) Resource() schema.GroupVersionResource {
	return appsv1.SchemeGroupVersion.WithResource("statefulsets")
}

// Opens are those from start + partition up, as the controller compares them
// (isCurrentRevisionNeeded in its source).
func (Apps) Opens(partition int, of Ordinals) Ordinals { return of.Slice(partition, of.Len()) }

// PartitionFor is an index into the ordinals.
func (Apps) PartitionFor(n int, of Ordinals) int { return of.Len() - n }

// Closed is the largest partition that there is.
func (Apps) Closed() int { return math.MaxInt32 }

// recreate is the strategy of KEP-3541, alpha in 1.37.
const recreate Strategy = "Recreate"

// Updates are those of the known strategies.
func (Apps) Updates(strategy Strategy) Updates {
	switch strategy {
	case appsv1.RollingUpdateStatefulSetStrategyType:
		return UpdatesRolling
	case appsv1.OnDeleteStatefulSetStrategyType:
		return UpdatesOnDelete
	case recreate:
		return UpdatesAtOnce
	}
	return UpdatesUnknown
}

// Revision is the label that the controller gives each pod.
func (Apps) Revision(pod *corev1.Pod) string { return pod.Labels[appsv1.StatefulSetRevisionLabel] }

// rollingUpdate is around the partition, and may be missing.
func rollingUpdate() []string { return []string{"spec", "updateStrategy", "rollingUpdate"} }

// Paths are one for each field.
func (Apps) Paths(field Field) [][]string {
	switch field {
	case FieldTemplate, FieldReplicas, FieldOrdinals:
		return [][]string{{"spec", string(field)}}
	case FieldPartition:
		return [][]string{append(rollingUpdate(), "partition")}
	case FieldStrategy:
		return [][]string{{"spec", "updateStrategy", "type"}}
	case FieldWhenScaled:
		return [][]string{{"spec", "persistentVolumeClaimRetentionPolicy", "whenScaled"}}
	case FieldWhenDeleted:
		return [][]string{{"spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted"}}
	}
	return nil
}

// Gate is the partition, with what is to be around it.
func (k Apps) Gate(partition int, of *Set) []Write {
	if !of.Spec.PartitionSet {
		return []Write{{rollingUpdate(), map[string]int{"partition": partition}}}
	}
	return []Write{{k.Paths(FieldPartition)[0], partition}}
}
