package ststest

import (
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"
)

// Replicas sets how many pods are wanted.
func Replicas(n int32) func(*appsv1.StatefulSet) {
	return func(set *appsv1.StatefulSet) { set.Spec.Replicas = &n }
}

// From sets spec.ordinals.start, the first ordinal.
func From(ordinal int32) func(*appsv1.StatefulSet) {
	return func(set *appsv1.StatefulSet) { set.Spec.Ordinals = &appsv1.StatefulSetOrdinals{Start: ordinal} }
}

// MinReady sets minReadySeconds.
func MinReady(seconds int32) func(*appsv1.StatefulSet) {
	return func(set *appsv1.StatefulSet) { set.Spec.MinReadySeconds = seconds }
}

// Strategy sets the update strategy's type.
func Strategy(name appsv1.StatefulSetUpdateStrategyType) func(*appsv1.StatefulSet) {
	return func(set *appsv1.StatefulSet) { set.Spec.UpdateStrategy = appsv1.StatefulSetUpdateStrategy{Type: name} }
}

// MaxUnavailable lets the controller replace so many pods at once.
func MaxUnavailable(n intstr.IntOrString) func(*appsv1.StatefulSet) {
	return func(set *appsv1.StatefulSet) { set.Spec.UpdateStrategy.RollingUpdate.MaxUnavailable = &n }
}

// Updated ends the rollout of Update: no pod is made from Stable any more.
func Updated(set *appsv1.StatefulSet) {
	Updating("nginx:1.22")(set)
	set.Status.CurrentRevision = Update
}

// Parallel makes the controller replace pods without waiting for the others.
func Parallel(set *appsv1.StatefulSet) { set.Spec.PodManagementPolicy = appsv1.ParallelPodManagement }

// Unseen makes the spec newer than what the controller has seen.
func Unseen(set *appsv1.StatefulSet) { set.Generation = set.Status.ObservedGeneration + 1 }

// Deleted puts the set on its way out.
func Deleted(set *appsv1.StatefulSet) { set.DeletionTimestamp = ptr.To(metav1.NewTime(Start)) }
