package kube

import (
	"context"
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/prune"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// ClaimRecord reads what it takes to make a claim again. It is a
// [engine.ErrConflict] when the claim is not as it was seen.
func (c *Client) ClaimRecord(ctx context.Context, seen sts.Claim) (prune.Record, error) {
	return c.claimRecord(ctx, seen, true)
}

func (c *Client) claimRecord(ctx context.Context, seen sts.Claim, asSeen bool) (prune.Record, error) {
	ctx = c.quiet(ctx)
	claim, err := c.getClaim(ctx, seen.Namespace, seen.Name)
	switch {
	case apierrors.IsNotFound(err):
		return prune.Record{}, prune.ErrGone
	case err != nil:
		return prune.Record{}, c.writeError(err, "get", "persistentvolumeclaims", seen.Name)
	}
	if claim.UID != seen.UID || asSeen && claim.ResourceVersion != seen.Version {
		return prune.Record{}, fmt.Errorf("%w: claim %s", engine.ErrConflict, seen.Name)
	}
	volume, err := c.getVolume(ctx, claim.Spec.VolumeName)
	if err != nil {
		return prune.Record{}, c.writeError(err, "get", "persistentvolumes", claim.Spec.VolumeName)
	}
	if volume.Spec.ClaimRef == nil || volume.Spec.ClaimRef.UID != claim.UID {
		return prune.Record{}, fmt.Errorf("volume %s is not bound to claim %s", volume.Name, claim.Name)
	}
	r := prune.Record{
		Claim: claim, ClaimUID: claim.UID, Volume: volume.Name, VolumeUID: volume.UID, Cluster: c.host,
		Before: volume.Spec.PersistentVolumeReclaimPolicy, Policy: volume.Spec.PersistentVolumeReclaimPolicy,
	}
	// A run that was killed may have set the policy already. Where somebody has
	// set it back by hand since, the note is stale.
	if before := volume.Annotations[sts.ReclaimBeforeAnnotation]; sts.IsReclaimPolicy(before) &&
		r.Policy == corev1.PersistentVolumeReclaimRetain {
		r.Before = corev1.PersistentVolumeReclaimPolicy(before)
	}
	return r, nil
}

// KeepVolume makes the volume outlive its claim, and notes on it the policy
// that it gets back with restore-pvc.
func (c *Client) KeepVolume(ctx context.Context, r prune.Record) error {
	return c.keepVolume(ctx, r, false)
}

func (c *Client) keepVolume(ctx context.Context, r prune.Record, dryRun bool) error {
	return c.changeVolume(ctx, r.Volume, dryRun, func(volume *corev1.PersistentVolume) ([]operation, error) {
		if volume.UID != r.VolumeUID {
			return nil, fmt.Errorf("volume %s is not bound to claim %s any more", r.Volume, r.Claim.Name)
		}
		return keeping(volume, r.Claim.Name, r.ClaimUID)
	})
}

func (c *Client) getClaim(ctx context.Context, namespace, name string) (*corev1.PersistentVolumeClaim, error) {
	return again(ctx, func(ctx context.Context) (*corev1.PersistentVolumeClaim, error) {
		return c.persistentVolumeClaims(namespace).Get(ctx, name, metav1.GetOptions{})
	})
}

func (c *Client) getVolume(ctx context.Context, name string) (*corev1.PersistentVolume, error) {
	return again(ctx, func(ctx context.Context) (*corev1.PersistentVolume, error) {
		return c.persistentVolumes().Get(ctx, name, metav1.GetOptions{})
	})
}

func noteBefore(volume *corev1.PersistentVolume, policy corev1.PersistentVolumeReclaimPolicy) []operation {
	if volume.Annotations == nil {
		return []operation{{"add", "/metadata/annotations", map[string]string{sts.ReclaimBeforeAnnotation: string(policy)}}}
	}
	return []operation{{"add", annotationPath(sts.ReclaimBeforeAnnotation), policy}}
}

func annotationPath(key string) string {
	return "/metadata/annotations/" + pointer.Replace(key)
}

// tries is how often a volume is looked at again that was changed between the
// look and the patch.
const tries = 5

// changeVolume patches a volume exactly as it was when change decided. No
// operations mean that there is nothing to change, so a patch that got no answer
// is repeated after another look.
func (c *Client) changeVolume(
	ctx context.Context, name string, dryRun bool, change func(*corev1.PersistentVolume) ([]operation, error),
) error {
	_, err := again(c.quiet(ctx), nothing(func(ctx context.Context) error { return c.patchVolume(ctx, name, dryRun, change) }))
	return err
}

func (c *Client) patchVolume(
	ctx context.Context, name string, dryRun bool, change func(*corev1.PersistentVolume) ([]operation, error),
) error {
	opts := metav1.PatchOptions{FieldManager: c.FieldManager}
	if dryRun {
		opts.DryRun = []string{metav1.DryRunAll}
	}
	for i := 1; ; i++ {
		volume, err := c.persistentVolumes().Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return c.writeError(err, "get", "persistentvolumes", name)
		}
		operations, err := change(volume)
		if err != nil || len(operations) == 0 {
			return err
		}
		patch, err := json.Marshal(append([]operation{
			{"test", "/metadata/uid", volume.UID}, {"test", "/metadata/resourceVersion", volume.ResourceVersion},
		}, operations...))
		if err != nil {
			return err
		}
		_, err = c.persistentVolumes().Patch(ctx, name, types.JSONPatchType, patch, opts)
		if err == nil || i == tries || !testFailed(err) && !apierrors.IsConflict(err) {
			return c.writeError(err, "patch", "persistentvolumes", name)
		}
	}
}
