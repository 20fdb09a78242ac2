package kube

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// DeleteClaim deletes one claim, on condition that it is the one that was seen
// and has not changed since. A claim that is gone is no error.
func (c *Client) DeleteClaim(ctx context.Context, claim sts.Claim, dryRun bool) error {
	opts := metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &claim.UID, ResourceVersion: &claim.Version}}
	if dryRun {
		opts.DryRun = []string{metav1.DryRunAll}
	}
	err := c.remove(quiet(ctx), "persistentvolumeclaims", claim.Namespace, claim.Name, opts)
	if apierrors.IsNotFound(err) {
		return nil
	}
	return c.writeError(err, "delete", "persistentvolumeclaims", claim.Name)
}
