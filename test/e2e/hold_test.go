package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
)

// What the sandbox's kubelets wait for, and what they may do.
const (
	holdAnnotation = "sandbox.kubectl-sts.github.io/hold"
	letAnnotation  = "sandbox.kubectl-sts.github.io/let"
)

// standsAt tells of each thing that can be held whether a pod has come to where
// it waits for it.
var standsAt = map[string]func(*corev1.Pod) bool{
	"start": func(pod *corev1.Pod) bool {
		return pod.DeletionTimestamp == nil && len(pod.Status.ContainerStatuses) > 0 && !anyRunning(pod)
	},
	"ready": func(pod *corev1.Pod) bool { return pod.DeletionTimestamp == nil && anyRunning(pod) && !isReady(pod) },
	"crash": func(pod *corev1.Pod) bool { return pod.DeletionTimestamp == nil && anyRunning(pod) },
	"backoff": func(pod *corev1.Pod) bool {
		return slices.ContainsFunc(pod.Status.ContainerStatuses, func(c corev1.ContainerStatus) bool {
			return c.State.Terminated != nil && c.State.Terminated.ExitCode != 0
		})
	},
	"go": func(pod *corev1.Pod) bool { return pod.DeletionTimestamp != nil },
}

func anyRunning(pod *corev1.Pod) bool {
	return slices.ContainsFunc(pod.Status.ContainerStatuses, func(c corev1.ContainerStatus) bool { return c.State.Running != nil })
}

// cmdHold keeps a pod that is there from something until the script lets it.
// Pods that are made later are held by an annotation of their template: apply
// has the field hold for it.
//
//	hold POD crash|go
func cmdHold(ts *testscript.TestScript, w *world, args []string) {
	if len(args) != 2 || standsAt[args[1]] == nil {
		ts.Fatalf("usage: hold POD crash|go")
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	pod, err := w.core.Pods(w.namespace).Get(ctx, args[0], metav1.GetOptions{})
	ts.Check(err)
	ts.Check(w.annotate(ctx, pod, holdAnnotation, args[1]))
}

// cmdLet waits until a pod has come to where it is held, or would be next, and
// lets it get Ready, crash, start or go at once.
//
//	let POD start|ready|crash|backoff|go
func cmdLet(ts *testscript.TestScript, w *world, args []string) {
	if len(args) != 2 || standsAt[args[1]] == nil {
		ts.Fatalf("usage: let POD start|ready|crash|backoff|go")
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	pod, err := w.awaitPod(ctx, args[0], standsAt[args[1]])
	if err == nil {
		err = w.annotate(ctx, pod, letAnnotation, args[1])
	}
	if err != nil {
		ts.Fatalf("let %s: %v\n%s", strings.Join(args, " "), err, w.state())
	}
}

// awaitPod watches until there is a pod of this name of which the condition
// holds, also where there is none, or another one, at first.
func (w *world) awaitPod(ctx context.Context, name string, holds func(*corev1.Pod) bool) (*corev1.Pod, error) {
	byName := metav1.ListOptions{FieldSelector: fields.OneTermEqualSelector("metadata.name", name).String()}
	for ctx.Err() == nil {
		changes, err := w.core.Pods(w.namespace).Watch(ctx, byName)
		if err != nil {
			return nil, err
		}
		for e := range changes.ResultChan() {
			if pod, ok := e.Object.(*corev1.Pod); ok && e.Type != watch.Deleted && holds(pod) {
				changes.Stop()
				return pod, nil
			}
		}
	}
	return nil, fmt.Errorf("pod %s: not there after %s", name, patience)
}

// annotate adds a word to an annotation of exactly this pod.
func (w *world) annotate(ctx context.Context, pod *corev1.Pod, annotation, word string) error {
	words := word
	if before := pod.Annotations[annotation]; before != "" {
		words = before + "," + word
	}
	patch, err := json.Marshal(map[string]any{
		"metadata": map[string]any{"uid": pod.UID, "annotations": map[string]string{annotation: words}},
	})
	if err != nil {
		return err
	}
	_, err = w.core.Pods(w.namespace).Patch(ctx, pod.Name, types.MergePatchType, patch, metav1.PatchOptions{})
	return err
}
