package pvc

import (
	"context"
	"fmt"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/jsonpatch"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// DeleteUnwanted deletes a claim as the snapshot shows it, after it has looked
// again whether the set is still as it was and no pod wants the claim.
func (c Claims) DeleteUnwanted(ctx context.Context, d plan.DeleteClaim, seen sts.Snapshot, dryRun bool) error {
	i := slices.IndexFunc(seen.Claims, func(claim sts.Claim) bool { return claim.UID == d.UID })
	if i < 0 {
		return fmt.Errorf("%w: claim %s is gone", engine.ErrConflict, d.Name)
	}
	claim := seen.Claims[i]
	of := claims.Owner{Set: seen.UID(), Pod: seen.PodOf(claim.Name)}
	if _, why := claims.Protects(claim, of, ""); why != "" {
		return fmt.Errorf("claim %s is kept by now: %s", claim.Name, why)
	}
	if dryRun { // its pod is still there
		return c.DeleteClaim(ctx, claim, true)
	}
	set, err := transport.Again(ctx, func(ctx context.Context) (*appsv1.StatefulSet, error) {
		return c.conn.StatefulSets(c.conn.Namespace).Get(ctx, seen.Name(), metav1.GetOptions{})
	})
	if err != nil {
		return c.conn.WriteError(err, "get", "statefulsets.apps", seen.Name())
	}
	if set.UID != seen.UID() || set.Generation != seen.Set.Generation {
		return fmt.Errorf("%w: statefulset %s", engine.ErrConflict, set.Name)
	}
	user, err := c.mountedBy(ctx, claim.Name)
	if err != nil {
		return err
	}
	if user != "" { // whoever it is: the claim's own pod has to be gone by now
		_, why := claims.Protects(claim, claims.Owner{Set: of.Set}, user)
		return fmt.Errorf("claim %s is kept by now: %s", claim.Name, why)
	}
	return c.DeleteClaim(ctx, claim, false)
}

// mountedBy is a pod, in whatever phase, that names the claim, or "".
func (c Claims) mountedBy(ctx context.Context, claim string) (string, error) {
	user := ""
	err := transport.Pages(ctx, metav1.ListOptions{}, c.conn.Pods(c.conn.Namespace).List, func(list *corev1.PodList) {
		for i := range list.Items {
			for used := range usedBy(&list.Items[i]) {
				if used == claim {
					user = list.Items[i].Name
				}
			}
		}
	})
	return user, c.conn.WriteError(err, "list", "pods", "")
}

// RetainVolume makes the volume of a claim outlive it.
func (c Claims) RetainVolume(ctx context.Context, r plan.RetainVolume, dryRun bool) error {
	return c.changeVolume(ctx, r.Volume, dryRun, func(volume *corev1.PersistentVolume) ([]jsonpatch.Operation, error) {
		return keeping(volume, r.Claim, r.UID)
	})
}

// keeping makes a volume outlive its claim, and notes on it the policy that it
// gets back with restore-pvc.
func keeping(volume *corev1.PersistentVolume, claim string, uid types.UID) ([]jsonpatch.Operation, error) {
	policy := volume.Spec.PersistentVolumeReclaimPolicy
	switch {
	case volume.Spec.ClaimRef == nil || volume.Spec.ClaimRef.UID != uid:
		return nil, fmt.Errorf("volume %s is not bound to claim %s any more", volume.Name, claim)
	case policy == corev1.PersistentVolumeReclaimRetain:
		return nil, nil
	}
	return append(noteBefore(volume, policy),
		jsonpatch.Replace("/spec/persistentVolumeReclaimPolicy", corev1.PersistentVolumeReclaimRetain)), nil
}

// OtherUsers names, by claim of the set, a pod of the namespace that mounts it or
// waits for it and is not the claim's own.
func (c Claims) OtherUsers(ctx context.Context, s sts.Snapshot) (map[string]string, error) {
	out := map[string]string{}
	err := transport.Pages(c.conn.Quiet(ctx), metav1.ListOptions{}, c.conn.Pods(c.conn.Namespace).List, func(list *corev1.PodList) {
		for i := range list.Items {
			pod := list.Items[i].Name
			for claim := range usedBy(&list.Items[i]) {
				if own := s.PodOf(claim); own != "" && own != pod {
					out[claim] = pod
				}
			}
		}
	})
	return out, c.conn.Explain(err, "list", "pods", "")
}

// Rivals names, by claim, another set of the namespace whose templates could
// have made it, or would take it for theirs.
func (c Claims) Rivals(ctx context.Context, s sts.Snapshot) (map[string]sts.Rival, error) {
	out := map[string]sts.Rival{}
	err := transport.Pages(c.conn.Quiet(ctx), metav1.ListOptions{}, c.conn.StatefulSets(c.conn.Namespace).List,
		func(list *appsv1.StatefulSetList) {
			for i := range list.Items {
				s.AddRivals(out, &list.Items[i])
			}
		})
	return out, c.conn.Explain(err, "list", "statefulsets.apps", "")
}
