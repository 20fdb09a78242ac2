package pvc

import (
	"iter"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/inturn"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

func (c Claims) claimList() inturn.List[claims.Namespace] {
	return inturn.Reduced(kind(), "persistentvolumeclaims", c.conn.PersistentVolumeClaims(c.conn.Namespace).Each,
		nil, func(n *claims.Namespace, object *corev1.PersistentVolumeClaim) {
			claim := storage.ObserveClaim(object, nil)
			if len(n.Claims) > 0 {
				claim = claim.Sharing(n.Claims[len(n.Claims)-1])
			}
			n.Claims = append(n.Claims, claim)
		})
}

// worldLists are the lists of what can want a claim.
func (c Claims) worldLists(scalers bool) []inturn.List[claims.Namespace] {
	lists := []inturn.List[claims.Namespace]{c.claimSets(), c.claimUsers()}
	if scalers {
		lists = append(lists, c.claimScalers())
	}
	return lists
}

func (c Claims) claimSets() inturn.List[claims.Namespace] {
	return inturn.Reduced(kind(), "statefulsets.apps", c.conn.StatefulSets(c.conn.Namespace).Each,
		[]string{"metadata.managedFields", "spec.template"}, func(n *claims.Namespace, set *appsv1.StatefulSet) {
			w := &n.World
			w.Sets = append(w.Sets, sts.Snapshot{Set: workload.FromApps(claimSet(set))})
		}).InPages(transport.SetsPage)
}

// claimSet copies what tells which claims a set wants.
func claimSet(set *appsv1.StatefulSet) *appsv1.StatefulSet {
	slim := &appsv1.StatefulSet{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: set.Namespace, Name: set.Name, UID: set.UID, Generation: set.Generation, DeletionTimestamp: set.DeletionTimestamp,
		},
		Spec: appsv1.StatefulSetSpec{Replicas: set.Spec.Replicas, Ordinals: set.Spec.Ordinals, Selector: set.Spec.Selector},
		Status: appsv1.StatefulSetStatus{
			Replicas: set.Status.Replicas, ObservedGeneration: set.Status.ObservedGeneration,
		},
	}
	if kept := records(set.Annotations); len(kept) > 0 {
		slim.Annotations = kept
	}
	for i := range set.Spec.VolumeClaimTemplates {
		slim.Spec.VolumeClaimTemplates = append(slim.Spec.VolumeClaimTemplates,
			corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Name: set.Spec.VolumeClaimTemplates[i].Name}})
	}
	return slim
}

func (c Claims) claimUsers() inturn.List[claims.Namespace] {
	return inturn.Reduced(kind(), "pods", c.conn.Pods(c.conn.Namespace).Each, []string{
		"metadata.managedFields", "metadata.labels", "metadata.annotations", "metadata.ownerReferences",
		"spec.containers", "spec.initContainers", "spec.volumes.volumeSource.projected", "spec.tolerations", "spec.affinity", "status",
	}, func(n *claims.Namespace, pod *corev1.Pod) {
		w := &n.World
		for claim := range UsedBy(pod) {
			w.Use(claims.Key{Namespace: pod.Namespace, Name: claim}, pod.Name)
		}
	})
}

// UsedBy names the claims that a pod mounts or waits for. That of an ephemeral
// volume is called after the pod and the volume.
func UsedBy(pod *corev1.Pod) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range pod.Spec.Volumes {
			claim := ""
			switch volume := &pod.Spec.Volumes[i]; {
			case volume.PersistentVolumeClaim != nil:
				claim = volume.PersistentVolumeClaim.ClaimName
			case volume.Ephemeral != nil:
				claim = pod.Name + "-" + volume.Name
			}
			if claim != "" && !yield(claim) {
				return
			}
		}
	}
}

func (c Claims) claimScalers() inturn.List[claims.Namespace] {
	return inturn.Reduced(kind(), "horizontalpodautoscalers.autoscaling", c.conn.HorizontalPodAutoscalers(c.conn.Namespace).Each,
		[]string{"metadata.managedFields"}, func(n *claims.Namespace, a *autoscalingv2.HorizontalPodAutoscaler) {
			w := &n.World
			if set := claims.ScaledSet(a); set != "" {
				w.Scalers = append(w.Scalers, claims.Scaler{Namespace: a.Namespace, Set: set, Autoscaler: claims.ObserveAutoscaler(a)})
			}
		})
}
