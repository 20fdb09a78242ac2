package lane

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/test/annotations"
	"github.com/kubectl-sts/kubectl-sts/test/faults/judge"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
	"github.com/kubectl-sts/kubectl-sts/test/witness"
)

// edit does what somebody else would do, and notes it. That it could not be done
// is no error: the set may be gone.
func (l *lane) edit(d schedule.Edit) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	done := judge.Edit{Edit: d, From: l.version(ctx), At: time.Now()}
	err := l.do(ctx, d)
	done.To = l.version(ctx)
	if err == nil || !apierrors.IsNotFound(err) {
		l.mu.Lock()
		l.edits = append(l.edits, done)
		l.mu.Unlock()
	}
}

// version is how far the cluster is, or how far anybody has seen it.
func (l *lane) version(ctx context.Context) uint64 {
	list, err := l.plane.client.AppsV1().StatefulSets(l.namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return l.plane.witness.Newest()
	}
	return number(list.ResourceVersion)
}

func (l *lane) do(ctx context.Context, d schedule.Edit) error {
	sets := l.plane.client.AppsV1().StatefulSets(l.namespace)
	planned, known := l.planned(d.Set)
	if !known {
		return fmt.Errorf("no set %q in the schedule", d.Set)
	}
	claims := l.plane.client.CoreV1().PersistentVolumeClaims(l.namespace)
	claim := fmt.Sprintf("%s-%s-%d", planned.Template, d.Set, planned.Start+d.Number)
	switch d.Does {
	case schedule.DeleteSet:
		return sets.Delete(ctx, d.Set, metav1.DeleteOptions{})
	case schedule.RecreateSet:
		return l.recreate(ctx, planned)
	case schedule.DeletePod:
		name := fmt.Sprintf("%s-%d", d.Set, planned.Start+d.Number)
		return l.plane.client.CoreV1().Pods(l.namespace).Delete(ctx, name, metav1.DeleteOptions{})
	case schedule.KeepClaim:
		_, err := claims.Patch(ctx, claim, types.MergePatchType,
			annotated(map[string]any{annotations.Keep: "true"}), metav1.PatchOptions{})
		return err
	case schedule.Claim:
		_, err := claims.Patch(ctx, claim, types.MergePatchType, marshal(map[string]any{"spec": map[string]any{
			"resources": map[string]any{"requests": map[string]any{"storage": d.Text}},
		}}), metav1.PatchOptions{FieldManager: "somebody"})
		return err
	case schedule.DeleteClaim:
		return claims.Delete(ctx, claim, metav1.DeleteOptions{})
	case schedule.ForgetSaved:
		return l.forgetSaved(ctx, d.Set)
	}
	patch := l.patch(ctx, d)
	if patch == nil {
		return nil
	}
	_, err := sets.Patch(ctx, d.Set, types.StrategicMergePatchType, patch, metav1.PatchOptions{FieldManager: "somebody"})
	return err
}

// planned is a set of the schedule.
func (l *lane) planned(name string) (schedule.Set, bool) {
	for _, s := range l.schedule.Sets {
		if s.Name == name {
			return s, true
		}
	}
	return schedule.Set{}, false
}

// forgetSaved deletes what is written down of a set.
func (l *lane) forgetSaved(ctx context.Context, set string) error {
	return l.plane.client.CoreV1().ConfigMaps(l.namespace).Delete(ctx, annotations.Saved+set, metav1.DeleteOptions{})
}

// patch is what somebody else changes of a set, nil for nothing.
func (l *lane) patch(ctx context.Context, d schedule.Edit) []byte {
	spec := func(fields any) []byte { return marshal(map[string]any{"spec": fields}) }
	switch d.Does {
	case schedule.Template:
		return spec(map[string]any{"template": map[string]any{"spec": map[string]any{
			"containers": []any{map[string]any{"name": "app", "image": d.Text}},
		}}})
	case schedule.Partition:
		return spec(map[string]any{"updateStrategy": map[string]any{"rollingUpdate": map[string]any{"partition": d.Number}}})
	case schedule.Replicas:
		return spec(map[string]any{"replicas": d.Number})
	case schedule.Annotations:
		none := map[string]any{}
		for _, annotation := range annotations.Records() {
			none[annotation] = nil
		}
		return annotated(none)
	}
	set, err := l.plane.client.AppsV1().StatefulSets(l.namespace).Get(ctx, d.Set, metav1.GetOptions{})
	switch {
	case err != nil:
		return nil
	case d.Does == schedule.Strategy && set.Spec.UpdateStrategy.Type == appsv1.OnDeleteStatefulSetStrategyType:
		return spec(map[string]any{"updateStrategy": map[string]any{"type": "RollingUpdate"}})
	case d.Does == schedule.Strategy:
		return spec(map[string]any{"updateStrategy": map[string]any{"type": "OnDelete", "rollingUpdate": nil}})
	case d.Does == schedule.Garbage:
		for _, annotation := range annotations.Records() {
			if _, ok := set.Annotations[annotation]; ok {
				return annotated(map[string]any{annotation: d.Text})
			}
		}
		return annotated(map[string]any{annotations.Rollout: d.Text})
	}
	return nil
}

func annotated(values map[string]any) []byte {
	return marshal(map[string]any{"metadata": map[string]any{"annotations": values}})
}

func marshal(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // maps of plain values always marshal
	}
	return text
}

// recreate deletes a set and makes it again once it is gone.
func (l *lane) recreate(ctx context.Context, planned schedule.Set) error {
	sets := l.plane.client.AppsV1().StatefulSets(l.namespace)
	before, err := sets.Get(ctx, planned.Name, metav1.GetOptions{})
	if err == nil {
		err = sets.Delete(ctx, planned.Name, metav1.DeleteOptions{})
	}
	if err != nil && !apierrors.IsNotFound(err) {
		return err
	}
	if err == nil {
		if err := l.await(ctx, gone(before.UID)); err != nil {
			return err
		}
	}
	_, err = sets.Create(ctx, statefulSet(planned), metav1.CreateOptions{})
	return err
}

// gone says so as long as an object is there.
func gone(uid types.UID) func([]witness.Moment) string {
	return func(live []witness.Moment) string {
		for _, m := range live {
			if m.Object().GetUID() == uid {
				return m.Object().GetName() + " is still there"
			}
		}
		return ""
	}
}
