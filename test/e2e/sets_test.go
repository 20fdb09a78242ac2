package e2e

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/test/annotations"
)

// changeCause is the annotation that kubectl rollout history shows.
const changeCause = "kubernetes.io/change-cause"

// baseline is a set when it was last seen ready.
type baseline struct {
	partition   int
	images      []string
	annotations map[string]string
}

// cmdReady waits until every pod of a set is Available, no other is left and,
// unless a partition holds some back, all are on the update revision and the
// controller has ended its rollout; and until the claims' conditions say which
// of them are in use, where the server tells. It notes what the set is like then.
//
//	ready SET
func cmdReady(ts *testscript.TestScript, w *world, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: ready SET")
	}
	set, err := w.awaitReady(args[0])
	ts.Check(err)
	w.idle(ts)
	b := baseline{partition: partition(set), annotations: maps.Clone(set.Annotations)}
	for _, c := range set.Spec.Template.Spec.Containers {
		b.images = append(b.images, c.Image)
	}
	w.baselines[args[0]] = b
}

// awaitReady waits until a set's status says that it is ready, and its pods say
// the same: the status counts neither those on their way out nor those that the
// controller is about to delete.
func (w *world) awaitReady(name string) (set *appsv1.StatefulSet, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	err = wait.PollUntilContextCancel(ctx, 50*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		if set, err = w.await(name, saysReady); err != nil {
			return false, err
		}
		pods, err := w.podsOf(ctx, set)
		return len(pods) == int(ptr.Deref(set.Spec.Replicas, 1)) &&
			!slices.ContainsFunc(pods, func(p corev1.Pod) bool { return !stands(&p, set) }), err
	})
	return set, err
}

// held reports whether the controller leaves pods on other revisions.
func held(s *appsv1.StatefulSet) bool {
	return partition(s) > 0 || s.Spec.UpdateStrategy.Type == appsv1.OnDeleteStatefulSetStrategyType
}

func saysReady(s *appsv1.StatefulSet) bool {
	n := ptr.Deref(s.Spec.Replicas, 1)
	return s.Status.ObservedGeneration == s.Generation && s.Status.Replicas == n && s.Status.AvailableReplicas == n &&
		(held(s) || s.Status.CurrentRevision == s.Status.UpdateRevision)
}

// stands reports whether a pod is Available, stays, and is on the update revision
// unless that is held back.
func stands(p *corev1.Pod, of *appsv1.StatefulSet) bool {
	available := slices.ContainsFunc(p.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue &&
			time.Since(c.LastTransitionTime.Time) >= time.Duration(of.Spec.MinReadySeconds)*time.Second
	})
	return available && p.DeletionTimestamp == nil &&
		(held(of) || p.Labels[appsv1.ControllerRevisionHashLabelKey] == of.Status.UpdateRevision)
}

// await watches a set until the condition holds.
func (w *world) await(name string, holds func(*appsv1.StatefulSet) bool) (*appsv1.StatefulSet, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		set, err := w.watchSet(ctx, name, holds)
		if set != nil || err != nil {
			return set, err
		}
	}
}

// watchSet is await until the watch is cut.
func (w *world) watchSet(ctx context.Context, name string, holds func(*appsv1.StatefulSet) bool) (*appsv1.StatefulSet, error) {
	byName := metav1.ListOptions{FieldSelector: fields.OneTermEqualSelector("metadata.name", name).String()}
	changes, err := w.apps.StatefulSets(w.namespace).Watch(ctx, byName)
	if err != nil {
		return nil, err
	}
	defer changes.Stop()
	for e := range changes.ResultChan() {
		if set, ok := e.Object.(*appsv1.StatefulSet); ok && e.Type != watch.Deleted && holds(set) {
			return set, nil
		}
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("statefulset %s: not there after %s", name, patience)
	}
	return nil, nil
}

// cmdObserved waits until the StatefulSet controller has seen the last change.
//
//	observed SET
func cmdObserved(ts *testscript.TestScript, w *world, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: observed SET")
	}
	_, err := w.await(args[0], func(s *appsv1.StatefulSet) bool { return s.Status.ObservedGeneration == s.Generation })
	ts.Check(err)
}

// cmdMade waits until a pod is there whose first container has this image and,
// if one is given, waits for this reason: the pod that was there before may be
// on its way out, or gone.
//
//	made POD IMAGE [REASON]
func cmdMade(ts *testscript.TestScript, w *world, args []string) {
	if len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: made POD IMAGE [REASON]")
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, err := w.awaitPod(ctx, args[0], func(pod *corev1.Pod) bool { return isMade(pod, args[1], args[2:]) })
	if err != nil {
		ts.Fatalf("made %s: %v\n%s", strings.Join(args, " "), err, w.state())
	}
}

func isMade(pod *corev1.Pod, image string, reasons []string) bool {
	for _, reason := range reasons {
		if !slices.ContainsFunc(pod.Status.ContainerStatuses, func(c corev1.ContainerStatus) bool {
			return c.State.Waiting != nil && c.State.Waiting.Reason == reason ||
				c.State.Terminated != nil && c.State.Terminated.Reason == reason
		}) {
			return false
		}
	}
	return pod.DeletionTimestamp == nil && pod.Spec.Containers[0].Image == image
}

// cmdSettled checks that nothing of a canary is left: every pod is Available,
// on the set's update revision and with these images, no other pod is there,
// partition and annotations are what they were when the set was last ready.
// Only the change-cause may be another, and only with another image; the note
// of an undo may be there.
//
//	settled SET IMAGE...
func cmdSettled(ts *testscript.TestScript, w *world, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: settled SET IMAGE...")
	}
	name, images := args[0], args[1:]
	before, ok := w.baselines[name]
	if !ok {
		ts.Fatalf("what is %s to be compared with? ready %s comes first", name, name)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	set, err := w.apps.StatefulSets(w.namespace).Get(ctx, name, metav1.GetOptions{})
	ts.Check(err)
	pods, err := w.podsOf(ctx, set)
	ts.Check(err)
	wrong := append(unlike(before, set, images), unsettled(set, pods, images)...)
	if len(wrong) > 0 {
		ts.Fatalf("statefulset %s is not settled: %s\n%s", name, strings.Join(wrong, "; "), w.state())
	}
}

// unlike says what of the set itself is not as it was.
func unlike(before baseline, set *appsv1.StatefulSet, images []string) []string {
	var wrong []string
	if p := partition(set); p != before.partition {
		wrong = append(wrong, fmt.Sprintf("partition %d, was %d", p, before.partition))
	}
	if _, ok := set.Annotations[annotations.Rollout]; ok {
		wrong = append(wrong, "the canary's record is still there")
	}
	was, is := maps.Clone(before.annotations), maps.Clone(set.Annotations)
	delete(was, annotations.Undone)
	delete(is, annotations.Undone)
	if !slices.Equal(images, before.images) {
		delete(was, changeCause)
		delete(is, changeCause)
	}
	if !equality.Semantic.DeepEqual(was, is) {
		wrong = append(wrong, fmt.Sprintf("annotations %q, were %q", is, was))
	}
	return wrong
}

// unsettled says which pods are not where they should be.
func unsettled(set *appsv1.StatefulSet, pods []corev1.Pod, images []string) []string {
	var wrong []string
	if n := int(ptr.Deref(set.Spec.Replicas, 1)); len(pods) != n {
		wrong = append(wrong, fmt.Sprintf("%d pods, want %d", len(pods), n))
	}
	for i := range pods {
		pod := &pods[i]
		var has []string
		for _, c := range pod.Spec.Containers {
			has = append(has, c.Image)
		}
		switch {
		case pod.DeletionTimestamp != nil:
			wrong = append(wrong, pod.Name+" is on its way out")
		case !isReady(pod):
			wrong = append(wrong, pod.Name+" is not Ready")
		case !slices.Equal(has, images):
			wrong = append(wrong, fmt.Sprintf("%s has %q, want %q", pod.Name, has, images))
		case pod.Labels[appsv1.StatefulSetRevisionLabel] != set.Status.UpdateRevision:
			wrong = append(wrong, pod.Name+" is not on the update revision")
		}
	}
	return wrong
}

func (w *world) podsOf(ctx context.Context, set *appsv1.StatefulSet) ([]corev1.Pod, error) {
	all, err := w.core.Pods(w.namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all.Items, func(p corev1.Pod) bool { return !metav1.IsControlledBy(&p, set) }), nil
}

// marked is a set at the last mark.
type marked struct{ set *appsv1.StatefulSet }

// cmdMark notes what a set is like, for unchanged, and where the audit log is,
// for writes and reads.
//
//	mark SET
func cmdMark(ts *testscript.TestScript, w *world, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: mark SET")
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	set, err := w.apps.StatefulSets(w.namespace).Get(ctx, args[0], metav1.GetOptions{})
	ts.Check(err)
	w.marked = marked{set}
	ts.Check(w.audit.mark())
}

// cmdUnchanged checks that since the last mark the plugin wrote nothing, and
// that the marked set is the same but for its status.
//
//	unchanged
func cmdUnchanged(ts *testscript.TestScript, w *world, args []string) {
	if len(args) > 0 || w.marked.set == nil {
		ts.Fatalf("usage: unchanged, after mark SET")
	}
	cmdWrites(ts, w, []string{"0"})
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	set, err := w.apps.StatefulSets(w.namespace).Get(ctx, w.marked.set.Name, metav1.GetOptions{})
	ts.Check(err)
	was, is := essence(w.marked.set), essence(set)
	if !equality.Semantic.DeepEqual(was, is) {
		ts.Fatalf("statefulset %s was changed\nfrom %+v\nto   %+v", set.Name, was, is)
	}
}

// essence leaves out what moves with the set's status.
func essence(set *appsv1.StatefulSet) *appsv1.StatefulSet {
	out := set.DeepCopy()
	out.ResourceVersion, out.Status = "", appsv1.StatefulSetStatus{}
	out.ManagedFields = slices.DeleteFunc(out.ManagedFields, func(e metav1.ManagedFieldsEntry) bool { return e.Subresource == "status" })
	return out
}
