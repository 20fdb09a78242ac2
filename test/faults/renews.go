package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"

	"github.com/kubectl-sts/kubectl-sts/test/annotations"
)

// replacing does something wrong while the record of a replace is on the set, and breaks off.
func replacing(wrong func(context.Context, broken) error) func(context.Context, broken) (int, error) {
	return func(ctx context.Context, b broken) (int, error) {
		return halted, errors.Join(
			b.annotate(ctx, annotations.Rollout, `{"run":"broken","verb":"replace"}`),
			wrong(ctx, b),
			b.patch(ctx, fmt.Sprintf(`{"metadata":{"annotations":{%q:null}}}`, annotations.Rollout)),
		)
	}
}

// renews deletes the claim of a pod and the pod, and waits until another one is Ready.
func (b broken) renews(ctx context.Context, name string) error {
	pods := b.client.CoreV1().Pods(b.namespace)
	before, err := pods.Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	w, err := pods.Watch(ctx, metav1.ListOptions{
		FieldSelector: fields.OneTermEqualSelector("metadata.name", name).String(), ResourceVersion: before.ResourceVersion,
	})
	if err != nil {
		return err
	}
	defer w.Stop()
	if err := errors.Join(b.deleteClaim(ctx, "data-"+name), b.deletePod(ctx, name)); err != nil {
		return err
	}
	for e := range w.ResultChan() {
		p, ok := e.Object.(*corev1.Pod)
		if ok && p.UID != before.UID && slices.ContainsFunc(p.Status.Conditions, func(c corev1.PodCondition) bool {
			return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
		}) {
			return nil
		}
	}
	return fmt.Errorf("%s does not come back: %w", name, ctx.Err())
}
