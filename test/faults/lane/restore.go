package lane

import (
	"context"
	"maps"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/test/faults/judge"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
	"github.com/kubectl-sts/kubectl-sts/test/witness"
)

// restore brings the claims back whose volumes were to stay, unless another claim
// has their names by then.
func (l *lane) restore(ctx context.Context, e *judge.Evidence) ([]judge.Kept, error) {
	kept := e.Retained()
	if err := within(ctx, func(ctx context.Context) error { return l.vacate(ctx, kept) }); err != nil {
		return kept, err
	}
	for i := range kept {
		k := &kept[i]
		claims := l.plane.client.CoreV1().PersistentVolumeClaims(l.namespace)
		// The evidence is newer than each deletion, and so is what was seen.
		err := within(ctx, func(ctx context.Context) error { return l.await(ctx, leaving(k.Claim, k.Volume)) })
		if err != nil {
			return kept, err
		}
		if _, err := claims.Get(ctx, k.Claim, metav1.GetOptions{}); !apierrors.IsNotFound(err) {
			continue
		}
		r, err := l.begin(ctx, schedule.Act{
			Home: k.Home, Args: []string{"restore-pvc", k.Claim, "--timeout=60s", "-o", "json"},
		}, judge.Restores)
		if err != nil {
			return kept, err
		}
		r.end(ctx)
		k.Restored = r.Number
		if claim, err := claims.Get(ctx, k.Claim, metav1.GetOptions{}); err == nil {
			k.Bound = claim.Spec.VolumeName
		}
	}
	return kept, nil
}

// leaving says so while the very claim that was deleted is on its way out.
func leaving(claim, volume string) func([]witness.Moment) string {
	return func(live []witness.Moment) string {
		for _, m := range live {
			if c := m.Claim; c != nil && c.Name == claim && c.Spec.VolumeName == volume && c.DeletionTimestamp != nil {
				return "claim " + claim + " is on its way out"
			}
		}
		return ""
	}
}

// vacate frees the names of claims that were replaced, which new ones have by now, or which
// they still have themselves where the pod has not gone: it deletes the sets and these claims.
// What it does is no part of the schedule any more.
func (l *lane) vacate(ctx context.Context, kept []judge.Kept) error {
	taken := map[string]bool{}
	for _, k := range kept {
		taken[k.Claim] = k.Replaced && k.Volume != ""
	}
	maps.DeleteFunc(taken, func(_ string, is bool) bool { return !is })
	if len(taken) == 0 {
		return nil
	}
	for _, s := range l.schedule.Sets {
		err := l.plane.client.AppsV1().StatefulSets(l.namespace).Delete(ctx, s.Name, metav1.DeleteOptions{})
		if err != nil && !apierrors.IsNotFound(err) {
			return err
		}
	}
	if err := l.await(ctx, populated); err != nil {
		return err
	}
	for name := range taken {
		err := l.plane.client.CoreV1().PersistentVolumeClaims(l.namespace).Delete(ctx, name, metav1.DeleteOptions{})
		if err != nil && !apierrors.IsNotFound(err) {
			return err
		}
	}
	return l.await(ctx, func(live []witness.Moment) string {
		for _, m := range live {
			if m.Claim != nil && taken[m.Claim.Name] {
				return "claim " + m.Claim.Name + " is still there"
			}
		}
		return ""
	})
}

// populated says so as long as there is a set or a pod.
func populated(live []witness.Moment) string {
	for _, m := range live {
		if m.Set != nil || m.Pod != nil {
			return m.Object().GetName() + " is still there"
		}
	}
	return ""
}
