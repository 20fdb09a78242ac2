package ststest

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

// OnDelete makes the controller replace no pod by itself.
func OnDelete(set *appsv1.StatefulSet) {
	Strategy(appsv1.OnDeleteStatefulSetStrategyType)(set)
}

// Labelled gives the pod a label.
func Labelled(key, value string) func(*corev1.Pod) {
	return func(pod *corev1.Pod) { pod.Labels[key] = value }
}

// Version gives the pod a resourceVersion.
func Version(v string) func(*corev1.Pod) {
	return func(pod *corev1.Pod) { pod.ResourceVersion = v }
}

// Budget is the PodDisruptionBudget quorum of the pods of Set: it wants 4 of 5
// healthy, they all are, and its controller has seen its spec.
func Budget(changes ...func(*policyv1.PodDisruptionBudget)) *policyv1.PodDisruptionBudget {
	b := &policyv1.PodDisruptionBudget{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "quorum", Generation: 1},
		Spec:       policyv1.PodDisruptionBudgetSpec{Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}}},
		Status:     policyv1.PodDisruptionBudgetStatus{ObservedGeneration: 1, DisruptionsAllowed: 1, CurrentHealthy: 5, DesiredHealthy: 4},
	}
	for _, change := range changes {
		change(b)
	}
	return b
}

// Healthy is what the budget counts: so many are healthy, and so many more
// than it wants may go.
func Healthy(healthy, desired int32) func(*policyv1.PodDisruptionBudget) {
	return func(b *policyv1.PodDisruptionBudget) {
		b.Status.CurrentHealthy, b.Status.DesiredHealthy = healthy, desired
		b.Status.DisruptionsAllowed = max(healthy-desired, 0)
	}
}

// AlwaysAllow lets pods that are not Ready go whatever the others do.
func AlwaysAllow(b *policyv1.PodDisruptionBudget) {
	b.Spec.UnhealthyPodEvictionPolicy = ptr.To(policyv1.AlwaysAllow)
}
