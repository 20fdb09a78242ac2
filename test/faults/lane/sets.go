package lane

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
	"github.com/kubectl-sts/kubectl-sts/test/witness"
)

// firstImage is what every set begins with.
const firstImage = "app:v1"

// statefulSet is the manifest of a set.
func statefulSet(s schedule.Set) *appsv1.StatefulSet {
	labels := map[string]string{"app": s.Name}
	set := &appsv1.StatefulSet{
		ObjectMeta: metav1.ObjectMeta{Name: s.Name, Labels: labels},
		Spec: appsv1.StatefulSetSpec{
			ServiceName: s.Name, Replicas: ptr.To(int32(s.Replicas)), MinReadySeconds: int32(s.MinReady), //nolint:gosec // small
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels, Annotations: map[string]string{
					"sandbox.kubectl-sts.github.io/ready-after": "700ms", "sandbox.kubectl-sts.github.io/crash-after": "700ms",
				}},
				Spec: corev1.PodSpec{
					TerminationGracePeriodSeconds: ptr.To(int64(1)),
					Containers:                    []corev1.Container{{Name: "app", Image: firstImage}},
				},
			},
		},
	}
	if s.Start > 0 {
		set.Spec.Ordinals = &appsv1.StatefulSetOrdinals{Start: int32(s.Start)} //nolint:gosec // small
	}
	if s.Parallel {
		set.Spec.PodManagementPolicy = appsv1.ParallelPodManagement
	}
	if s.OnDelete {
		set.Spec.UpdateStrategy.Type = appsv1.OnDeleteStatefulSetStrategyType
	}
	if s.Template != "" {
		set.Spec.VolumeClaimTemplates = []corev1.PersistentVolumeClaim{claimTemplate(s.Template)}
	}
	if s.WhenScaled != "" || s.WhenDeleted != "" {
		policy := func(word string) appsv1.PersistentVolumeClaimRetentionPolicyType {
			if word == "" {
				return appsv1.RetainPersistentVolumeClaimRetentionPolicyType
			}
			return appsv1.PersistentVolumeClaimRetentionPolicyType(word)
		}
		set.Spec.PersistentVolumeClaimRetentionPolicy = &appsv1.StatefulSetPersistentVolumeClaimRetentionPolicy{
			WhenScaled: policy(s.WhenScaled), WhenDeleted: policy(s.WhenDeleted),
		}
	}
	return set
}

// manifested is a set with the fields of a manifest.
func manifested(s schedule.Set, m schedule.Manifest) *appsv1.StatefulSet {
	s.Parallel = m.Parallel
	set := statefulSet(s)
	if m.Service != "" {
		set.Spec.ServiceName = m.Service
	}
	for i := range set.Spec.VolumeClaimTemplates {
		if m.Size != "" {
			set.Spec.VolumeClaimTemplates[i].Spec.Resources.Requests[corev1.ResourceStorage] = resource.MustParse(m.Size)
		}
	}
	return set
}

func claimTemplate(name string) corev1.PersistentVolumeClaim {
	return corev1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: corev1.PersistentVolumeClaimSpec{
			AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
			Resources: corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{
				corev1.ResourceStorage: resource.MustParse(schedule.FirstSize),
			}},
		},
	}
}

// furnish makes the namespace and all that is in it.
func (l *lane) furnish(ctx context.Context) error {
	client := l.plane.client
	if _, err := client.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{
		ObjectMeta: metav1.ObjectMeta{Name: l.namespace},
	}, metav1.CreateOptions{}); err != nil {
		return err
	}
	// The account without which no pod is admitted, so that nobody waits for its controller.
	_, err := client.CoreV1().ServiceAccounts(l.namespace).Create(ctx, &corev1.ServiceAccount{
		ObjectMeta: metav1.ObjectMeta{Name: "default"},
	}, metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return err
	}
	for _, s := range l.schedule.Sets {
		err = errors.Join(err, l.furnishSet(ctx, s))
	}
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return err
	}
	return nil
}

func (l *lane) furnishSet(ctx context.Context, s schedule.Set) error {
	client := l.plane.client
	if s.Available > 0 {
		_, err := client.PolicyV1().PodDisruptionBudgets(l.namespace).Create(ctx, &policyv1.PodDisruptionBudget{
			ObjectMeta: metav1.ObjectMeta{Name: s.Name},
			Spec: policyv1.PodDisruptionBudgetSpec{
				MinAvailable: ptr.To(intstr.FromInt32(int32(s.Available))), //nolint:gosec // small
				Selector:     &metav1.LabelSelector{MatchLabels: map[string]string{"app": s.Name}},
			},
		}, metav1.CreateOptions{})
		if err != nil {
			return err
		}
	}
	if s.Autoscaler > 0 {
		_, err := client.AutoscalingV2().HorizontalPodAutoscalers(l.namespace).Create(ctx, &autoscalingv2.HorizontalPodAutoscaler{
			ObjectMeta: metav1.ObjectMeta{Name: s.Name},
			Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
				ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "StatefulSet", Name: s.Name},
				MaxReplicas:    int32(s.Autoscaler), //nolint:gosec // small
			},
		}, metav1.CreateOptions{})
		if err != nil {
			return err
		}
	}
	_, err := client.AppsV1().StatefulSets(l.namespace).Create(ctx, statefulSet(s), metav1.CreateOptions{})
	return err
}

// await waits until something holds of what there is in the namespace.
func (l *lane) await(ctx context.Context, holds func([]witness.Moment) string) error {
	for {
		live, more := l.plane.witness.Live(l.namespace)
		why := holds(live)
		if why == "" {
			return nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", why, ctx.Err())
		}
	}
}

// unmade says so as long as a set of the schedule is not there, or not where it wants to be.
func (l *lane) unmade(live []witness.Moment) string {
	there := 0
	for _, m := range live {
		if m.Set == nil {
			continue
		}
		if why := unsettled(m.Set, live); why != "" {
			return why
		}
		there++
	}
	if there < len(l.schedule.Sets) {
		return "a set is not there"
	}
	return ""
}

// unsettled says why a set has not got where its spec says: pods are missing, left
// over, or still to be replaced by the controller.
func unsettled(s *appsv1.StatefulSet, live []witness.Moment) string {
	n, all, old := int(ptr.Deref(s.Spec.Replicas, 1)), 0, 0
	rolling := s.Spec.UpdateStrategy.RollingUpdate
	first := startOf(s)
	if rolling != nil {
		first += int(ptr.Deref(rolling.Partition, 0))
	}
	for _, m := range live {
		if m.Pod == nil || !metav1.IsControlledBy(m.Pod, s) {
			continue
		}
		all++
		ordinal, err := strconv.Atoi(m.Pod.Labels[appsv1.PodIndexLabel])
		if err == nil && rolling != nil && ordinal >= first && m.Pod.Labels[appsv1.StatefulSetRevisionLabel] != s.Status.UpdateRevision {
			old++
		}
	}
	if s.Status.ObservedGeneration != s.Generation || int(s.Status.AvailableReplicas) != n || int(s.Status.Replicas) != n || all != n ||
		old > 0 {
		return fmt.Sprintf(
			"%s has %d of %d pods available, %d in all and %d to be replaced",
			s.Name,
			s.Status.AvailableReplicas,
			n,
			all,
			old,
		)
	}
	return ""
}

func startOf(s *appsv1.StatefulSet) int {
	if s.Spec.Ordinals == nil {
		return 0
	}
	return int(s.Spec.Ordinals.Start)
}

// cleanUp lets everything go; nobody waits for it. The sets go first, as otherwise
// the controller tries to make their pods again and again.
func (l *lane) cleanUp() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	now := metav1.DeleteOptions{GracePeriodSeconds: ptr.To(int64(0))}
	_ = l.plane.client.AppsV1().StatefulSets(l.namespace).DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{})
	_ = l.plane.client.CoreV1().Namespaces().Delete(ctx, l.namespace, now)
	l.plane.witness.Forget(l.namespace)
	l.plane.audit.Forget(l.namespace)
}
