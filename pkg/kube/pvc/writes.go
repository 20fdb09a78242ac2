package pvc

import (
	"context"
	"fmt"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/jsonpatch"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// DeleteUnwanted deletes a claim as the snapshot shows it, after it has looked
// again whether the set is still as it was and nothing protects the claim.
func (c Claims) DeleteUnwanted(ctx context.Context, d plan.DeleteClaim, seen sts.Snapshot, dryRun bool) error {
	claim, err := seenClaim(seen, d.UID, d.Name)
	if err != nil {
		return err
	}
	of := claims.Owner{Set: &seen, Pod: seen.PodOf(claim.Name), Replaced: d.Replaced}
	if why := protects(claims.World{}, claim, of, d.Mounted); why != "" {
		return fmt.Errorf("claim %s is kept by now: %s", claim.Name, why)
	}
	if dryRun { // its pod is still there
		return c.DeleteClaim(ctx, claim, true)
	}
	w, err := c.ClaimWorld(ctx, !d.Replaced)
	if err != nil {
		return transport.ReadError(err)
	}
	if !asSeen(w, seen) {
		return fmt.Errorf("%w: statefulset %s", engine.ErrConflict, seen.Name())
	}
	if why := protects(w, claim, of, d.Mounted); why != "" {
		return fmt.Errorf("claim %s is kept by now: %s", claim.Name, why)
	}
	return c.DeleteClaim(ctx, claim, false)
}

// asSeen reports whether the set in this world is the one of the snapshot, with the
// same spec and the same records of what is in progress.
func asSeen(w claims.World, seen sts.Snapshot) bool {
	return slices.ContainsFunc(w.Sets, func(s sts.Snapshot) bool {
		return s.UID() == seen.UID() && s.Set.Generation == seen.Set.Generation &&
			maps.Equal(records(s.Set.Annotations), records(seen.Set.Annotations))
	})
}

// records are the annotations of a set by which claims go.
func records(annotations map[string]string) map[string]string {
	out := maps.Clone(annotations)
	maps.DeleteFunc(out, func(key, _ string) bool { return key != note.ScaleAnnotation && key != note.RolloutAnnotation })
	return out
}

// protects says what keeps a claim whose pod has to be gone by now, unless it is the pod's
// turn after the claim's: the pod itself as well while it uses the claim, though not while
// it is only named as the owner.
func protects(w claims.World, claim storage.Claim, of claims.Owner, mounted bool) string {
	x := w.Index()
	if class, why := x.Protects(claim, of); class != "" || mounted {
		return why
	}
	of.Pod = ""
	if class, why := x.Protects(claim, of); class == claims.Mounted {
		return why
	}
	return ""
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
