package main

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The managers that the objects of a real cluster have. Who made a claim
// counts when it is judged.
var (
	byController = metav1.CreateOptions{FieldManager: "kube-controller-manager"}
	itsState     = metav1.UpdateOptions{FieldManager: "kube-controller-manager"}
	podsState    = metav1.UpdateOptions{FieldManager: "kubelet"}
)

func labels(set string) map[string]string {
	return map[string]string{"app.kubernetes.io/name": set, "app.kubernetes.io/component": "database"}
}

// makeSet makes a set, and puts what became of it into set.
func (b *bulk) makeSet(ctx context.Context, set *appsv1.StatefulSet) error {
	replicas, name := int32(b.pods), set.Name //nolint:gosec // a small number
	set.Labels = labels(name)
	set.Spec = appsv1.StatefulSetSpec{
		ServiceName: name, Replicas: &replicas,
		Selector: &metav1.LabelSelector{MatchLabels: labels(name)},
		Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels(name)}, Spec: podSpec()},
		VolumeClaimTemplates: []corev1.PersistentVolumeClaim{
			{ObjectMeta: metav1.ObjectMeta{Name: "data"}, Spec: claimSpec("")},
		},
	}
	made, err := b.apps.StatefulSets(set.Namespace).Create(ctx, set, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	*set = *made
	// Settled, or none of its claims would be judged.
	made.Status = appsv1.StatefulSetStatus{
		ObservedGeneration: made.Generation, Replicas: replicas, ReadyReplicas: replicas, AvailableReplicas: replicas,
		CurrentReplicas: replicas, UpdatedReplicas: replicas, CurrentRevision: revision(name), UpdateRevision: revision(name),
	}
	_, err = b.apps.StatefulSets(set.Namespace).UpdateStatus(ctx, made, itsState)
	return err
}

func revision(set string) string { return set + "-6d5f7c8b9" }

func podSpec() corev1.PodSpec {
	return corev1.PodSpec{Containers: []corev1.Container{{
		Name: "database", Image: "registry.example.com/database:1.0", Args: []string{"--data=/data", "--listen=:5432"},
		Ports:        []corev1.ContainerPort{{Name: "client", ContainerPort: 5432}},
		VolumeMounts: []corev1.VolumeMount{{Name: "data", MountPath: "/data"}},
		Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{
			corev1.ResourceCPU: resource.MustParse("100m"), corev1.ResourceMemory: resource.MustParse("128Mi"),
		}},
	}}}
}

func (b *bulk) makePod(ctx context.Context, set *appsv1.StatefulSet, ordinal int, claim string) error {
	name := fmt.Sprintf("%s-%d", set.Name, ordinal)
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: set.Namespace, Name: name, Labels: labels(set.Name),
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(set, appsv1.SchemeGroupVersion.WithKind("StatefulSet"))},
		},
		Spec: podSpec(),
	}
	pod.Labels[appsv1.StatefulSetPodNameLabel] = name
	pod.Labels[appsv1.StatefulSetRevisionLabel] = revision(set.Name)
	pod.Spec.Hostname, pod.Spec.Subdomain, pod.Spec.NodeName = name, set.Name, "node-1"
	pod.Spec.Volumes = []corev1.Volume{{Name: "data", VolumeSource: corev1.VolumeSource{
		PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: claim},
	}}}
	pod, err := b.core.Pods(set.Namespace).Create(ctx, pod, byController)
	if err != nil {
		return err
	}
	pod.Status = runningSince(pod.CreationTimestamp)
	_, err = b.core.Pods(set.Namespace).UpdateStatus(ctx, pod, podsState)
	return err
}

func runningSince(now metav1.Time) corev1.PodStatus {
	status := corev1.PodStatus{
		Phase: corev1.PodRunning, HostIP: "10.0.0.1", PodIP: "10.244.0.1", StartTime: &now,
		ContainerStatuses: []corev1.ContainerStatus{{
			Name: "database", Image: "registry.example.com/database:1.0", Ready: true,
			State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: now}},
		}},
	}
	for _, kind := range []corev1.PodConditionType{corev1.PodScheduled, corev1.PodInitialized, corev1.ContainersReady, corev1.PodReady} {
		status.Conditions = append(status.Conditions,
			corev1.PodCondition{Type: kind, Status: corev1.ConditionTrue, LastTransitionTime: now})
	}
	return status
}
