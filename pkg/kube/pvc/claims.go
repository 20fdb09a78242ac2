package pvc

import (
	"context"
	"errors"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
	"github.com/kubectl-sts/kubectl-sts/pkg/receipt"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// DeleteClaim deletes one claim, on condition that it is the one that was seen
// and has not changed since. A claim that is gone is no error.
func (c Claims) DeleteClaim(ctx context.Context, claim storage.Claim, dryRun bool) error {
	if err := c.PruneClaim(ctx, claim, dryRun); !errors.Is(err, engine.ErrGone) {
		return err
	}
	return nil
}

// PruneClaim does the same. A claim that is gone is [engine.ErrGone], unless it
// went with a deletion of this call that got no answer. A dry run asks whether it
// may be deleted, and not whether it has changed: controllers write to it when they
// like.
func (c Claims) PruneClaim(ctx context.Context, claim storage.Claim, dryRun bool) error {
	opts := metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &claim.UID, ResourceVersion: &claim.Version}}
	if dryRun {
		opts.DryRun, opts.Preconditions.ResourceVersion = []string{metav1.DryRunAll}, nil
	}
	sent := false
	_, err := transport.Again(c.conn.Quiet(ctx), transport.Nothing(func(ctx context.Context) error {
		if sent && !dryRun {
			if taken, err := c.deleted(ctx, claim); taken || err != nil {
				return err
			}
		}
		sent = true
		return c.conn.Remove(ctx, "persistentvolumeclaims", claim.Namespace, claim.Name, opts)
	}))
	if apierrors.IsNotFound(err) {
		return engine.ErrGone
	}
	return c.conn.WriteError(err, "delete", "persistentvolumeclaims", claim.Name)
}

// deleted reports whether that very claim is gone or on its way out.
func (c Claims) deleted(ctx context.Context, claim storage.Claim) (bool, error) {
	now, err := c.ClaimNow(ctx, claim)
	if errors.Is(err, engine.ErrGone) {
		return true, nil
	}
	return err == nil && (now.UID != claim.UID || now.Deleting), err
}

// ClaimNow reads the claim of this name as it is now. It is [engine.ErrGone] when
// there is none. It is listed: who deletes claims may list them, and need not be
// allowed to get one.
func (c Claims) ClaimNow(ctx context.Context, seen storage.Claim) (storage.Claim, error) {
	now, err := storage.Claim{}, engine.ErrGone
	opts := metav1.ListOptions{FieldSelector: fields.OneTermEqualSelector(metav1.ObjectNameField, seen.Name).String()}
	listed := transport.Pages(c.conn.Quiet(ctx), opts, c.conn.PersistentVolumeClaims(seen.Namespace).List,
		func(list *corev1.PersistentVolumeClaimList) {
			for i := range list.Items {
				if list.Items[i].Name == seen.Name {
					now, err = storage.ObserveClaim(&list.Items[i], nil), nil
				}
			}
		})
	if listed != nil {
		return storage.Claim{}, c.conn.Explain(listed, "list", "persistentvolumeclaims", "")
	}
	return now, err
}

// PermitPrune is the error that PruneClaim would have now. A webhook that does not
// support dry runs is none.
func (c Claims) PermitPrune(ctx context.Context, claim storage.Claim) error {
	err := c.PruneClaim(ctx, claim, true)
	if err != nil && strings.Contains(err.Error(), "does not support dry run") {
		return nil
	}
	return err
}

// PermitDeletion is the error when a permission is missing that it takes to delete the
// claim or, where that is asked for, to keep its volume first. Nothing is
// changed, and anything else that is wrong is none of its business.
func (c Claims) PermitDeletion(ctx context.Context, claim storage.Claim, retain bool) error {
	err := c.PermitPrune(ctx, claim)
	if err == nil && retain && claim.Volume != "" {
		var r receipt.Receipt
		if r, err = c.claimReceipt(ctx, claim, false); err == nil {
			err = c.keepVolume(ctx, r, true)
		}
	}
	if errors.Is(err, engine.ErrDenied) { // and not what an admission plugin says of one claim
		return err
	}
	return nil
}
