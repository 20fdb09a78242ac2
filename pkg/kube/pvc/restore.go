package pvc

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
	"github.com/kubectl-sts/kubectl-sts/pkg/prune"
)

// ClaimAndVolume reads what there is of a record's claim and volume; nil where
// it is gone.
func (c Claims) ClaimAndVolume(ctx context.Context, r prune.Record) (*corev1.PersistentVolumeClaim, *corev1.PersistentVolume, error) {
	ctx = c.conn.Quiet(ctx)
	volume, err := c.getVolume(ctx, r.Volume)
	switch {
	case apierrors.IsNotFound(err):
		volume = nil
	case err != nil:
		return nil, nil, c.conn.Explain(err, "get", "persistentvolumes", r.Volume)
	}
	claim, err := c.getClaim(ctx, r.Claim.Namespace, r.Claim.Name)
	switch {
	case apierrors.IsNotFound(err):
		claim = nil
	case err != nil:
		return nil, nil, c.conn.Explain(err, "get", "persistentvolumeclaims", r.Claim.Name)
	}
	return claim, volume, nil
}

// CreateClaim makes the claim of a record again. It is [prune.ErrThere] when
// there is one of its name: somebody has made it, or an earlier try whose answer
// was lost.
func (c Claims) CreateClaim(ctx context.Context, r prune.Record, dryRun bool) error {
	opts := metav1.CreateOptions{FieldManager: c.conn.FieldManager}
	if dryRun {
		opts.DryRun = []string{metav1.DryRunAll}
	}
	_, err := transport.Again(c.conn.Quiet(ctx), func(ctx context.Context) (*corev1.PersistentVolumeClaim, error) {
		return c.conn.PersistentVolumeClaims(r.Claim.Namespace).Create(ctx, prune.Bare(r.Claim), opts)
	})
	switch {
	case apierrors.IsAlreadyExists(err):
		return prune.ErrThere
	case apierrors.IsNotFound(err):
		return fmt.Errorf("namespace %q is gone: %w", r.Claim.Namespace, err)
	}
	return c.conn.Explain(err, "create", "persistentvolumeclaims", "")
}

// pause is how long to wait before a watch that was cut is begun again.
const pause = time.Second

// ClaimGone waits until the record's claim is gone that is on its way out.
func (c Claims) ClaimGone(ctx context.Context, r prune.Record) error {
	return c.claimUntil(ctx, r, func(claim *corev1.PersistentVolumeClaim) (bool, error) {
		return claim == nil || claim.DeletionTimestamp == nil, nil
	})
}

// ClaimBound waits until the record's claim is bound to its volume.
func (c Claims) ClaimBound(ctx context.Context, r prune.Record) error {
	return c.claimUntil(ctx, r, func(claim *corev1.PersistentVolumeClaim) (bool, error) { return bound(claim, r) })
}

var errGone = errors.New("the claim was deleted meanwhile")

// claimUntil watches a claim, nil when it is gone, until it is as wanted. An API
// server that does not answer is asked again until the context ends.
func (c Claims) claimUntil(ctx context.Context, r prune.Record, until func(*corev1.PersistentVolumeClaim) (bool, error)) error {
	ctx = c.conn.Quiet(ctx)
	for {
		claim, err := c.conn.PersistentVolumeClaims(r.Claim.Namespace).Get(ctx, r.Claim.Name, metav1.GetOptions{})
		done := false
		switch {
		case transport.Transient(err):
			transport.TellRetry(ctx, err, "until --timeout")
		case err != nil && !apierrors.IsNotFound(err):
			return c.conn.Explain(err, "get", "persistentvolumeclaims", r.Claim.Name)
		case err != nil:
			done, err = until(nil)
		default:
			if done, err = until(claim); !done && err == nil {
				done, err = c.watchClaim(ctx, claim, until)
			}
		}
		if done || err != nil && !transport.Transient(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pause):
		}
	}
}

// watchClaim waits until the claim is as wanted or the watch is cut.
func (c Claims) watchClaim(ctx context.Context, claim *corev1.PersistentVolumeClaim,
	until func(*corev1.PersistentVolumeClaim) (bool, error),
) (bool, error) {
	w, err := c.conn.PersistentVolumeClaims(claim.Namespace).Watch(ctx, metav1.ListOptions{
		FieldSelector: fields.OneTermEqualSelector("metadata.name", claim.Name).String(), ResourceVersion: claim.ResourceVersion,
	})
	if apierrors.IsForbidden(err) {
		return false, nil // then it is asked for again and again
	}
	if err != nil {
		return false, c.conn.Explain(err, "watch", "persistentvolumeclaims", "")
	}
	defer w.Stop()
	for e := range w.ResultChan() {
		claim, ok := e.Object.(*corev1.PersistentVolumeClaim)
		switch {
		case !ok:
			return false, nil // an error: look again
		case e.Type == watch.Deleted:
			claim = nil
		}
		if done, err := until(claim); done || err != nil {
			return done, err
		}
	}
	return false, context.Cause(ctx)
}

func bound(claim *corev1.PersistentVolumeClaim, r prune.Record) (bool, error) {
	switch {
	case claim == nil:
		return false, errGone
	case claim.Status.Phase == corev1.ClaimLost:
		return false, fmt.Errorf("claim %s has lost its volume", claim.Name)
	case claim.Spec.VolumeName != r.Volume:
		return false, fmt.Errorf("claim %s was bound to volume %s meanwhile", claim.Name, claim.Spec.VolumeName)
	}
	return claim.Status.Phase == corev1.ClaimBound, nil
}
