// Package ststest builds snapshots for tests: valid by default, so that a test
// names only what it is about.
package ststest

import (
	"encoding/json"
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// Start is when every test begins: pods are an hour old then.
var Start = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

// The names of the two revisions that most tests need.
const (
	Stable = "web-stable"
	Update = "web-update"
)

// Set is the StatefulSet web with 5 replicas, observed, on revision Stable.
func Set(changes ...func(*appsv1.StatefulSet)) *appsv1.StatefulSet {
	set := &appsv1.StatefulSet{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "default", Name: "web", UID: "web-uid", Generation: 1, ResourceVersion: "100",
			CreationTimestamp: metav1.NewTime(Start.Add(-time.Hour)),
		},
		Spec: appsv1.StatefulSetSpec{
			Replicas: ptr.To[int32](5),
			Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}},
			Template: Template("nginx:1.21"),
			UpdateStrategy: appsv1.StatefulSetUpdateStrategy{
				Type:          appsv1.RollingUpdateStatefulSetStrategyType,
				RollingUpdate: &appsv1.RollingUpdateStatefulSetStrategy{Partition: ptr.To[int32](0)},
			},
			PodManagementPolicy: appsv1.OrderedReadyPodManagement,
		},
		Status: appsv1.StatefulSetStatus{ObservedGeneration: 1, CurrentRevision: Stable, UpdateRevision: Stable},
	}
	for _, change := range changes {
		change(set)
	}
	return set
}

// Template is a pod template with one container, nginx, and this image.
func Template(image string) corev1.PodTemplateSpec {
	return corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": "web"}},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "nginx", Image: image}}},
	}
}

// Raw is that template as the server would write it.
func Raw(image string) podtemplate.Template {
	data, err := json.Marshal(Template(image))
	if err != nil {
		panic(err)
	}
	return data
}

// Partition sets the partition.
func Partition(n int32) func(*appsv1.StatefulSet) {
	return func(set *appsv1.StatefulSet) {
		set.Spec.UpdateStrategy.RollingUpdate.Partition = &n
	}
}

// Updating makes revision Update, with this image, the update revision.
func Updating(image string) func(*appsv1.StatefulSet) {
	return func(set *appsv1.StatefulSet) {
		set.Spec.Template = Template(image)
		set.Status.UpdateRevision = Update
	}
}

// Generation sets the spec's generation, observed, and a resourceVersion that
// goes with it.
func Generation(n int64) func(*appsv1.StatefulSet) {
	return func(set *appsv1.StatefulSet) {
		set.Generation, set.Status.ObservedGeneration = n, n
		set.ResourceVersion = fmt.Sprint(100 * n)
	}
}

// Annotated sets an annotation.
func Annotated(key, value string) func(*appsv1.StatefulSet) {
	return func(set *appsv1.StatefulSet) {
		metav1.SetMetaDataAnnotation(&set.ObjectMeta, key, value)
	}
}

// Pod is a pod of the set: on revision Stable, Ready for an hour.
func Pod(ordinal int, changes ...func(*corev1.Pod)) *corev1.Pod {
	name := fmt.Sprintf("web-%d", ordinal)
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "default", Name: name, UID: types.UID(name + "-uid"),
			Labels:            map[string]string{"app": "web", appsv1.StatefulSetRevisionLabel: Stable},
			CreationTimestamp: metav1.NewTime(Start.Add(-time.Hour)),
			OwnerReferences:   owner(),
		},
		Spec: corev1.PodSpec{NodeName: "node-1", Containers: Template("nginx:1.21").Spec.Containers},
		Status: corev1.PodStatus{
			Phase: corev1.PodRunning,
			Conditions: []corev1.PodCondition{{
				Type: corev1.PodReady, Status: corev1.ConditionTrue, LastTransitionTime: metav1.NewTime(Start.Add(-time.Hour)),
			}},
			ContainerStatuses: []corev1.ContainerStatus{{
				Name: "nginx", Ready: true, State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}},
			}},
		},
	}
	for _, change := range changes {
		change(pod)
	}
	return pod
}

func owner() []metav1.OwnerReference {
	return []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "StatefulSet", Name: "web", UID: "web-uid", Controller: ptr.To(true)}}
}

// Revision puts the pod on a revision and makes it another object than the
// pods of other revisions.
func Revision(name string) func(*corev1.Pod) {
	return func(pod *corev1.Pod) {
		pod.Labels[appsv1.StatefulSetRevisionLabel] = name
		pod.UID = types.UID(pod.Name + "-" + name)
		if name == Update {
			pod.Spec.Containers = Template("nginx:1.22").Spec.Containers
		}
	}
}

// ReadySince dates the pod's Ready condition.
func ReadySince(t time.Time) func(*corev1.Pod) {
	return func(pod *corev1.Pod) { pod.Status.Conditions[0].LastTransitionTime = metav1.NewTime(t) }
}

// Unready takes the pod's readiness away.
func Unready(pod *corev1.Pod) {
	pod.Status.Conditions[0].Status = corev1.ConditionFalse
	pod.Status.ContainerStatuses[0].Ready = false
}

// Waiting makes the pod's container wait, for a reason of the kubelet's.
func Waiting(reason, message string) func(*corev1.Pod) {
	return func(pod *corev1.Pod) {
		Unready(pod)
		pod.Status.ContainerStatuses[0].State = corev1.ContainerState{
			Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message},
		}
	}
}

// Restarted sets how often the pod's container has restarted.
func Restarted(n int32) func(*corev1.Pod) {
	return func(pod *corev1.Pod) { pod.Status.ContainerStatuses[0].RestartCount = n }
}

// Terminating puts the pod on its way out.
func Terminating(pod *corev1.Pod) {
	pod.DeletionTimestamp = ptr.To(metav1.NewTime(Start))
}

// Pods are the pods with ordinals from up to, but without, to.
func Pods(from, to int, changes ...func(*corev1.Pod)) []*corev1.Pod {
	var pods []*corev1.Pod
	for o := from; o < to; o++ {
		pods = append(pods, Pod(o, changes...))
	}
	return pods
}

// ControllerRevision holds the template with this image.
func ControllerRevision(name, image string, number int64) *appsv1.ControllerRevision {
	data := fmt.Sprintf(`{"spec":{"template":%s}}`, Raw(image))
	return &appsv1.ControllerRevision{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name, OwnerReferences: owner()},
		Data:       runtime.RawExtension{Raw: []byte(data)},
		Revision:   number,
	}
}

// Snapshot is a set with its pods; the revisions are Stable with nginx:1.21
// and Update with nginx:1.22.
func Snapshot(set *appsv1.StatefulSet, pods ...[]*corev1.Pod) sts.Snapshot {
	return SnapshotOf(workload.FromApps(set), pods...)
}

// SnapshotOf is the same for a set of any kind.
func SnapshotOf(set *workload.Set, pods ...[]*corev1.Pod) sts.Snapshot {
	var all []*corev1.Pod
	for _, some := range pods {
		all = append(all, some...)
	}
	return sts.Observe(set, all, []*appsv1.ControllerRevision{
		ControllerRevision(Stable, "nginx:1.21", 1),
		ControllerRevision(Update, "nginx:1.22", 2),
	}, nil)
}
