package kube

import (
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
)

// typed makes the client of a resource.
func typed[T, TL any, O interface {
	*T
	runtime.Object
}, L interface {
	*TL
	runtime.Object
}](g groups, group rest.Interface, name, namespace string) resource[O, L] {
	return resource[O, L]{group, g.parameters, name, namespace, func() O { return new(T) }, func() L { return new(TL) }}
}

func (g groups) statefulSets(namespace string) resource[*appsv1.StatefulSet, *appsv1.StatefulSetList] {
	return typed[appsv1.StatefulSet, appsv1.StatefulSetList](g, g.apps, "statefulsets", namespace)
}

func (g groups) controllerRevisions(namespace string) resource[*appsv1.ControllerRevision, *appsv1.ControllerRevisionList] {
	return typed[appsv1.ControllerRevision, appsv1.ControllerRevisionList](g, g.apps, "controllerrevisions", namespace)
}

func (g groups) pods(namespace string) resource[*corev1.Pod, *corev1.PodList] {
	return typed[corev1.Pod, corev1.PodList](g, g.core, "pods", namespace)
}

func (g groups) events(namespace string) resource[*corev1.Event, *corev1.EventList] {
	return typed[corev1.Event, corev1.EventList](g, g.core, "events", namespace)
}

func (g groups) persistentVolumeClaims(namespace string) resource[*corev1.PersistentVolumeClaim, *corev1.PersistentVolumeClaimList] {
	return typed[corev1.PersistentVolumeClaim, corev1.PersistentVolumeClaimList](g, g.core, "persistentvolumeclaims", namespace)
}

func (g groups) persistentVolumes() resource[*corev1.PersistentVolume, *corev1.PersistentVolumeList] {
	return typed[corev1.PersistentVolume, corev1.PersistentVolumeList](g, g.core, "persistentvolumes", "")
}

func (g groups) nodes() resource[*corev1.Node, *corev1.NodeList] {
	return typed[corev1.Node, corev1.NodeList](g, g.core, "nodes", "")
}

func (g groups) namespaces() resource[*corev1.Namespace, *corev1.NamespaceList] {
	return typed[corev1.Namespace, corev1.NamespaceList](g, g.core, "namespaces", "")
}

func (g groups) horizontalPodAutoscalers(
	namespace string,
) resource[*autoscalingv2.HorizontalPodAutoscaler, *autoscalingv2.HorizontalPodAutoscalerList] {
	return typed[autoscalingv2.HorizontalPodAutoscaler, autoscalingv2.HorizontalPodAutoscalerList](
		g, g.autoscaling, "horizontalpodautoscalers", namespace)
}

func (g groups) podDisruptionBudgets(namespace string) resource[*policyv1.PodDisruptionBudget, *policyv1.PodDisruptionBudgetList] {
	return typed[policyv1.PodDisruptionBudget, policyv1.PodDisruptionBudgetList](g, g.policy, "poddisruptionbudgets", namespace)
}
