package world

import (
	"encoding/json"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// ObserveSet copies what the rules need of a set that the server sent. Who wrote which
// field is kept only where a partition is set or a scale is in progress, for it is most of
// the object.
func ObserveSet(object *appsv1.StatefulSet) Set {
	slim := &appsv1.StatefulSet{ObjectMeta: object.ObjectMeta, Spec: object.Spec, Status: object.Status}
	set := Set{Object: slim}
	if applied, ok := object.Annotations[corev1.LastAppliedConfigAnnotation]; ok {
		set.Applied = asksForMore(applied) && maxUnavailable(object.Spec.UpdateStrategy) == nil
		slim.Annotations = make(map[string]string, len(object.Annotations))
		for key, value := range object.Annotations {
			if key != corev1.LastAppliedConfigAnnotation {
				slim.Annotations[key] = value
			}
		}
	}
	if _, scales := object.Annotations[note.ScaleAnnotation]; !scales && workload.FromApps(object).Spec.Partition == 0 {
		slim.ManagedFields = nil
	}
	set.Snapshot.Set = workload.FromApps(slim)
	set.Snapshot.Uncountable = sts.Countable(set.Snapshot.Set)
	return set
}

// AwaySet is a set that a recreate has deleted and not created again. Nothing is known of it
// but what was saved.
func AwaySet(s sts.Snapshot) Set {
	return Set{Object: &appsv1.StatefulSet{ObjectMeta: s.Set.ObjectMeta}, Snapshot: s}
}

// asksForMore reports whether a manifest asks for more than one pod at a time, which is
// what it is without the field. It reads nothing else of it: nobody has checked the
// quantities of what was applied, and there are some that take for ever.
func asksForMore(manifest string) bool {
	var applied struct {
		Spec struct {
			UpdateStrategy appsv1.StatefulSetUpdateStrategy `json:"updateStrategy"`
		} `json:"spec"`
	}
	if json.Unmarshal([]byte(manifest), &applied) != nil {
		return false
	}
	most := maxUnavailable(applied.Spec.UpdateStrategy)
	return most != nil && *most != intstr.FromInt32(1)
}

func maxUnavailable(s appsv1.StatefulSetUpdateStrategy) *intstr.IntOrString {
	if s.RollingUpdate == nil {
		return nil
	}
	return s.RollingUpdate.MaxUnavailable
}

// SetPod is a pod that a set controls.
type SetPod struct {
	Owner types.UID
	Pod   sts.Pod
	More  Pod
}

// ObservePod copies what matters about a pod, if a set controls it.
func ObservePod(p *corev1.Pod) (SetPod, bool) {
	owner := metav1.GetControllerOfNoCopy(p)
	if owner == nil || owner.Kind != "StatefulSet" {
		return SetPod{}, false
	}
	ordinal, ok := sts.OrdinalOf(owner.Name, p.Name)
	if !ok {
		return SetPod{}, false
	}
	out := SetPod{Owner: owner.UID, Pod: sts.ObservePod(p), More: Pod{Name: p.Name, Subdomain: p.Spec.Subdomain}}
	out.Pod.Ordinal, out.Pod.Revision = ordinal, workload.Apps{}.Revision(p)
	out.Pod.Labels, out.Pod.Images = nil, nil // most of it, and no rule asks
	for i := range p.Status.ContainerStatuses {
		status := &p.Status.ContainerStatuses[i]
		for j := range p.Spec.Containers {
			if c := &p.Spec.Containers[j]; c.Name == status.Name && status.ImageID != "" {
				out.More.Images = append(out.More.Images, RunningImage{c.Name, c.Image, status.ImageID})
			}
		}
	}
	return out, true
}

// Sharing is the same pod; what it has in common with the one that was listed before, which
// mostly is of the same set, is in memory only once.
func (p SetPod) Sharing(before SetPod) SetPod {
	if p.Owner != before.Owner {
		return p
	}
	p.Owner = before.Owner
	if p.Pod.Revision == before.Pod.Revision {
		p.Pod.Revision = before.Pod.Revision
	}
	if p.More.Subdomain == before.More.Subdomain {
		p.More.Subdomain = before.More.Subdomain
	}
	if slices.Equal(p.More.Images, before.More.Images) {
		p.More.Images = before.More.Images
	}
	return p
}

// Take gives the set those of the pods that it controls, in ordinal order.
func (s *Set) Take(pods []SetPod) {
	s.Snapshot.Pods, s.Pods = nil, nil
	for i := range pods {
		if pods[i].Owner == s.Object.UID {
			s.Snapshot.Pods, s.Pods = append(s.Snapshot.Pods, pods[i].Pod), append(s.Pods, pods[i].More)
		}
	}
	slices.SortFunc(s.Snapshot.Pods, func(a, b sts.Pod) int { return a.Ordinal - b.Ordinal })
}

// ObserveClaim copies what matters about a claim. seen is the same one, as others look at it.
func ObserveClaim(c *corev1.PersistentVolumeClaim, seen storage.Claim) Claim {
	asks := c.Spec.Resources.Requests[corev1.ResourceStorage]
	claim := Claim{
		Name: c.Name, Volume: c.Spec.VolumeName, Modes: c.Spec.AccessModes, Asks: asks.String(), Bound: c.Status.Phase == corev1.ClaimBound,
	}
	if c.Spec.StorageClassName != nil {
		claim.Class = *c.Spec.StorageClassName
	}
	if has, ok := c.Status.Capacity[corev1.ResourceStorage]; ok {
		claim.Capacity = has.String()
	}
	claim.Resize.Stage, claim.Resize.Says = seen.Stage(), seen.Resize.Reason()
	for i := range c.Status.Conditions {
		condition := &c.Status.Conditions[i]
		if condition.Status != corev1.ConditionTrue {
			continue
		}
		switch condition.Type {
		case corev1.PersistentVolumeClaimFileSystemResizePending:
			claim.Resize.Since = condition.LastTransitionTime.Time
		case corev1.PersistentVolumeClaimControllerResizeError, corev1.PersistentVolumeClaimNodeResizeError:
			claim.Resize.Says, claim.Resize.Since = condition.Message, condition.LastTransitionTime.Time
		}
	}
	return claim
}

// ObserveVolume copies what matters about a volume.
func ObserveVolume(v *corev1.PersistentVolume) Volume {
	volume := Volume{Name: v.Name, Reclaim: v.Spec.PersistentVolumeReclaimPolicy}
	if v.Spec.NodeAffinity != nil {
		volume.Affinity = v.Spec.NodeAffinity.Required
	}
	return volume
}
