package transport

import (
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	storagev1 "k8s.io/api/storage/v1"
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
}](g groups, group rest.Interface, name, namespace string) Resource[O, L] {
	return Resource[O, L]{group, g.Parameters, g.json, name, namespace, func() O { return new(T) }, func() L { return new(TL) }}
}

func (g groups) StatefulSets(namespace string) Resource[*appsv1.StatefulSet, *appsv1.StatefulSetList] {
	return typed[appsv1.StatefulSet, appsv1.StatefulSetList](g, g.Apps, "statefulsets", namespace)
}

func (g groups) ControllerRevisions(namespace string) Resource[*appsv1.ControllerRevision, *appsv1.ControllerRevisionList] {
	return typed[appsv1.ControllerRevision, appsv1.ControllerRevisionList](g, g.Apps, "controllerrevisions", namespace)
}

func (g groups) Pods(namespace string) Resource[*corev1.Pod, *corev1.PodList] {
	return typed[corev1.Pod, corev1.PodList](g, g.Core, "pods", namespace)
}

func (g groups) Events(namespace string) Resource[*corev1.Event, *corev1.EventList] {
	return typed[corev1.Event, corev1.EventList](g, g.Core, "events", namespace)
}

func (g groups) PersistentVolumeClaims(namespace string) Resource[*corev1.PersistentVolumeClaim, *corev1.PersistentVolumeClaimList] {
	return typed[corev1.PersistentVolumeClaim, corev1.PersistentVolumeClaimList](g, g.Core, "persistentvolumeclaims", namespace)
}

func (g groups) PersistentVolumes() Resource[*corev1.PersistentVolume, *corev1.PersistentVolumeList] {
	return typed[corev1.PersistentVolume, corev1.PersistentVolumeList](g, g.Core, "persistentvolumes", "")
}

func (g groups) Nodes() Resource[*corev1.Node, *corev1.NodeList] {
	return typed[corev1.Node, corev1.NodeList](g, g.Core, "nodes", "")
}

func (g groups) Namespaces() Resource[*corev1.Namespace, *corev1.NamespaceList] {
	return typed[corev1.Namespace, corev1.NamespaceList](g, g.Core, "namespaces", "")
}

func (g groups) HorizontalPodAutoscalers(
	namespace string,
) Resource[*autoscalingv2.HorizontalPodAutoscaler, *autoscalingv2.HorizontalPodAutoscalerList] {
	return typed[autoscalingv2.HorizontalPodAutoscaler, autoscalingv2.HorizontalPodAutoscalerList](
		g, g.autoscaling, "horizontalpodautoscalers", namespace)
}

func (g groups) PodDisruptionBudgets(namespace string) Resource[*policyv1.PodDisruptionBudget, *policyv1.PodDisruptionBudgetList] {
	return typed[policyv1.PodDisruptionBudget, policyv1.PodDisruptionBudgetList](g, g.policy, "poddisruptionbudgets", namespace)
}

func (g groups) Services(namespace string) Resource[*corev1.Service, *corev1.ServiceList] {
	return typed[corev1.Service, corev1.ServiceList](g, g.Core, "services", namespace)
}

func (g groups) ResourceQuotas(namespace string) Resource[*corev1.ResourceQuota, *corev1.ResourceQuotaList] {
	return typed[corev1.ResourceQuota, corev1.ResourceQuotaList](g, g.Core, "resourcequotas", namespace)
}

func (g groups) VolumeAttributesClasses() Resource[*storagev1.VolumeAttributesClass, *storagev1.VolumeAttributesClassList] {
	return typed[storagev1.VolumeAttributesClass, storagev1.VolumeAttributesClassList](g, g.storage, "volumeattributesclasses", "")
}

func (g groups) StorageClasses() Resource[*storagev1.StorageClass, *storagev1.StorageClassList] {
	return typed[storagev1.StorageClass, storagev1.StorageClassList](g, g.storage, "storageclasses", "")
}
