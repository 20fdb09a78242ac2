package ststest

import (
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// CanaryRecord is the annotation that the test plans rely on.
const CanaryRecord = "kubectl-sts.github.io/canary"

// Canary is a StatefulSet in the middle of a canary: partition 4, generation 3.
func Canary(changes ...func(*appsv1.StatefulSet)) *appsv1.StatefulSet {
	return Set(append([]func(*appsv1.StatefulSet){
		Updating("nginx:1.22"), Partition(4), Generation(3), Annotated(CanaryRecord, "r1"),
	}, changes...)...)
}

// Forgotten is what a controller makes of Stable when it thinks that every pod
// is updated (kubernetes#121534, #136831).
func Forgotten(set *appsv1.StatefulSet) { set.Status.CurrentRevision = Update }

// Unobserved takes the controller's view of the newest spec away.
func Unobserved(set *appsv1.StatefulSet) { set.Status.ObservedGeneration-- }

// Closed is the snapshot before the step: partition 5, every pod on Stable.
func Closed(changes ...func(*appsv1.StatefulSet)) sts.Snapshot {
	return Snapshot(Canary(append([]func(*appsv1.StatefulSet){Partition(5), Generation(2)}, changes...)...), Pods(0, 5))
}

// Opened is the snapshot in the step, with these pods instead of the stable
// ones of the same ordinals.
func Opened(set *appsv1.StatefulSet, pods ...*corev1.Pod) sts.Snapshot {
	all := Pods(0, 5)
	for _, pod := range pods {
		for i := range all {
			if all[i].Name == pod.Name {
				all[i] = pod
			}
		}
	}
	return Snapshot(set, all)
}

// Without takes pods out of a snapshot.
func Without(s sts.Snapshot, ordinals ...int) sts.Snapshot {
	pods := s.Pods
	s.Pods = nil
	for _, pod := range pods {
		gone := false
		for _, o := range ordinals {
			gone = gone || pod.Ordinal == o
		}
		if !gone {
			s.Pods = append(s.Pods, pod)
		}
	}
	return s
}

// UpdatedPod is a pod on the update revision.
func UpdatedPod(ordinal int, changes ...func(*corev1.Pod)) *corev1.Pod {
	return Pod(ordinal, append([]func(*corev1.Pod){Revision(Update)}, changes...)...)
}

// StablePod is a pod on the stable revision.
func StablePod(ordinal int, changes ...func(*corev1.Pod)) *corev1.Pod {
	return Pod(ordinal, changes...)
}

// Recreated makes the pod another object under the same name.
func Recreated(pod *corev1.Pod) { pod.UID += "-anew" }

// Pending makes the pod one that is on no node yet.
func Pending(pod *corev1.Pod) {
	Unready(pod)
	pod.Status.Phase = corev1.PodPending
}

// In is the time that long after the start.
func In(d time.Duration) time.Time { return Start.Add(d) }

// Settled is the set web before any canary.
func Settled() sts.Snapshot { return Snapshot(Set(), Pods(0, 5)) }

// WaitingForDeletions is a set whose controller leaves the new template to whoever deletes
// pods.
func WaitingForDeletions(changes ...func(*appsv1.StatefulSet)) *appsv1.StatefulSet {
	return Canary(append([]func(*appsv1.StatefulSet){OnDelete}, changes...)...)
}

// ClaimTemplates gives the set claim templates with these names.
func ClaimTemplates(names ...string) func(*appsv1.StatefulSet) {
	return func(set *appsv1.StatefulSet) {
		for _, name := range names {
			set.Spec.VolumeClaimTemplates = append(set.Spec.VolumeClaimTemplates,
				corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Name: name}})
		}
	}
}

// WithClaims is the settled set with these claims, known to be all.
func WithClaims(claims ...storage.Claim) sts.Snapshot {
	s := Settled()
	s.Set.Spec.ClaimTemplates = []string{"data"}
	s.Claims = append([]storage.Claim{}, claims...)
	return s
}

// Claim is a claim of the set that is bound to a volume of its own.
func Claim(name string, changes ...func(*storage.Claim)) storage.Claim {
	c := storage.Claim{Name: name, UID: types.UID(name + "-uid"), Version: "7", Volume: "pv-" + name}
	for _, change := range changes {
		change(&c)
	}
	return c
}
