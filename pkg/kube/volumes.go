package kube

import (
	"context"
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// SetReclaimPolicy sets what becomes of a volume when its claim goes, on
// condition that it is bound to the claim with this uid. It returns the policy
// before.
func (c *Client) SetReclaimPolicy(
	ctx context.Context, volume string, claim types.UID, policy corev1.PersistentVolumeReclaimPolicy, dryRun bool,
) (corev1.PersistentVolumeReclaimPolicy, error) {
	ctx = quiet(ctx)
	pv, err := c.core.PersistentVolumes().Get(ctx, volume, metav1.GetOptions{})
	if err != nil {
		return "", c.explain(err, "get", "persistentvolumes", volume)
	}
	before := pv.Spec.PersistentVolumeReclaimPolicy
	if before == policy {
		return before, nil
	}
	if pv.Spec.ClaimRef == nil || pv.Spec.ClaimRef.UID != claim {
		return before, fmt.Errorf("volume %s is not bound to that claim", volume)
	}
	patch, err := json.Marshal([]operation{
		{"test", "/metadata/uid", pv.UID},
		{"test", "/spec/claimRef/uid", claim},
		{"test", "/spec/persistentVolumeReclaimPolicy", before},
		{"replace", "/spec/persistentVolumeReclaimPolicy", policy},
	})
	if err != nil {
		return before, err
	}
	opts := metav1.PatchOptions{FieldManager: FieldManager}
	if dryRun {
		opts.DryRun = []string{metav1.DryRunAll}
	}
	_, err = c.core.PersistentVolumes().Patch(ctx, volume, types.JSONPatchType, patch, opts)
	return before, c.writeError(err, "patch", "persistentvolumes", volume)
}
