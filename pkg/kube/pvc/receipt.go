package pvc

import (
	"context"
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/jsonpatch"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
	"github.com/kubectl-sts/kubectl-sts/pkg/receipt"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// ClaimReceipt reads what it takes to make a claim again. It is a
// [engine.ErrConflict] when the claim is not as it was seen.
func (c Claims) ClaimReceipt(ctx context.Context, seen storage.Claim) (receipt.Receipt, error) {
	return c.claimReceipt(ctx, seen, true)
}

func (c Claims) claimReceipt(ctx context.Context, seen storage.Claim, asSeen bool) (receipt.Receipt, error) {
	ctx = c.conn.Quiet(ctx)
	claim, err := c.getClaim(ctx, seen.Namespace, seen.Name)
	switch {
	case apierrors.IsNotFound(err):
		return receipt.Receipt{}, engine.ErrGone
	case err != nil:
		return receipt.Receipt{}, c.conn.WriteError(err, "get", "persistentvolumeclaims", seen.Name)
	}
	if claim.UID != seen.UID || asSeen && claim.ResourceVersion != seen.Version {
		return receipt.Receipt{}, fmt.Errorf("%w: claim %s", engine.ErrConflict, seen.Name)
	}
	volume, err := c.getVolume(ctx, claim.Spec.VolumeName)
	if err != nil {
		return receipt.Receipt{}, c.conn.WriteError(err, "get", "persistentvolumes", claim.Spec.VolumeName)
	}
	if volume.Spec.ClaimRef == nil || volume.Spec.ClaimRef.UID != claim.UID {
		return receipt.Receipt{}, fmt.Errorf("volume %s is not bound to claim %s", volume.Name, claim.Name)
	}
	r := receipt.Receipt{
		Claim: claim, ClaimUID: claim.UID, Volume: volume.Name, VolumeUID: volume.UID, Cluster: c.conn.Host(),
		Before: volume.Spec.PersistentVolumeReclaimPolicy, Policy: volume.Spec.PersistentVolumeReclaimPolicy,
	}
	// A run that was killed may have set the policy already. Where somebody has
	// set it back by hand since, the note is stale.
	if before := volume.Annotations[storage.ReclaimBeforeAnnotation]; storage.IsReclaimPolicy(before) &&
		r.Policy == corev1.PersistentVolumeReclaimRetain {
		r.Before = corev1.PersistentVolumeReclaimPolicy(before)
	}
	return r, nil
}

// KeepVolume makes the volume outlive its claim, and notes on it the policy
// that it gets back with restore-pvc.
func (c Claims) KeepVolume(ctx context.Context, r receipt.Receipt) error {
	return c.keepVolume(ctx, r, false)
}

func (c Claims) keepVolume(ctx context.Context, r receipt.Receipt, dryRun bool) error {
	return c.changeVolume(ctx, r.Volume, dryRun, func(volume *corev1.PersistentVolume) ([]jsonpatch.Operation, error) {
		if volume.UID != r.VolumeUID {
			return nil, fmt.Errorf("volume %s is not bound to claim %s any more", r.Volume, r.Claim.Name)
		}
		return keeping(volume, r.Claim.Name, r.ClaimUID)
	})
}

func (c Claims) getClaim(ctx context.Context, namespace, name string) (*corev1.PersistentVolumeClaim, error) {
	return transport.Again(ctx, func(ctx context.Context) (*corev1.PersistentVolumeClaim, error) {
		return c.conn.PersistentVolumeClaims(namespace).Get(ctx, name, metav1.GetOptions{})
	})
}

func (c Claims) getVolume(ctx context.Context, name string) (*corev1.PersistentVolume, error) {
	return transport.Again(ctx, func(ctx context.Context) (*corev1.PersistentVolume, error) {
		return c.conn.PersistentVolumes().Get(ctx, name, metav1.GetOptions{})
	})
}

func noteBefore(volume *corev1.PersistentVolume, policy corev1.PersistentVolumeReclaimPolicy) []jsonpatch.Operation {
	if volume.Annotations == nil {
		return []jsonpatch.Operation{
			jsonpatch.Add("/metadata/annotations", map[string]string{storage.ReclaimBeforeAnnotation: string(policy)}),
		}
	}
	return []jsonpatch.Operation{jsonpatch.Add(jsonpatch.Annotation(storage.ReclaimBeforeAnnotation), policy)}
}

// tries is how often a volume is looked at again that was changed between the
// look and the patch.
const tries = 5

// changeVolume patches a volume exactly as it was when change decided. No
// operations mean that there is nothing to change, so a patch that got no answer
// is repeated after another look.
func (c Claims) changeVolume(
	ctx context.Context, name string, dryRun bool, change func(*corev1.PersistentVolume) ([]jsonpatch.Operation, error),
) error {
	_, err := transport.Again(c.conn.Quiet(ctx),
		transport.Nothing(func(ctx context.Context) error { return c.patchVolume(ctx, name, dryRun, change) }))
	return err
}

func (c Claims) patchVolume(
	ctx context.Context, name string, dryRun bool, change func(*corev1.PersistentVolume) ([]jsonpatch.Operation, error),
) error {
	opts := metav1.PatchOptions{FieldManager: c.conn.FieldManager}
	if dryRun {
		opts.DryRun = []string{metav1.DryRunAll}
	}
	for i := 1; ; i++ {
		volume, err := c.conn.PersistentVolumes().Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return c.conn.WriteError(err, "get", "persistentvolumes", name)
		}
		operations, err := change(volume)
		if err != nil || len(operations) == 0 {
			return err
		}
		patch, err := json.Marshal(append([]jsonpatch.Operation{
			jsonpatch.Test("/metadata/uid", volume.UID), jsonpatch.Test("/metadata/resourceVersion", volume.ResourceVersion),
		}, operations...))
		if err != nil {
			return err
		}
		_, err = c.conn.PersistentVolumes().Patch(ctx, name, types.JSONPatchType, patch, opts)
		if err == nil || i == tries || !jsonpatch.TestFailed(err) && !apierrors.IsConflict(err) {
			return c.conn.WriteError(err, "patch", "persistentvolumes", name)
		}
	}
}
