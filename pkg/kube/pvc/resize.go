package pvc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/jsonpatch"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// ResizeClaim has a claim ask for another size or VolumeAttributesClass, on condition that it is
// as the snapshot shows it: what has happened to it since may have been decided otherwise. A dry
// run asks whether that may be asked for, and not whether the claim has changed.
func (c Claims) ResizeClaim(ctx context.Context, r plan.ResizeClaim, seen sts.Snapshot, dryRun []string) error {
	claim, err := seenClaim(seen, r.UID, r.Name)
	if err != nil {
		return err
	}
	ops := []jsonpatch.Operation{jsonpatch.Test("/metadata/uid", r.UID)}
	if dryRun == nil {
		ops = append(ops, jsonpatch.Test("/metadata/resourceVersion", claim.Version))
	}
	if !r.Sized(claim) {
		ops = append(ops, jsonpatch.Replace("/spec/resources/requests/storage", r.To))
	}
	if !r.Attributed(claim) {
		ops = append(ops, jsonpatch.Add("/spec/volumeAttributesClassName", r.Attributes))
	}
	return c.patchClaim(ctx, claim, dryRun, ops)
}

// DisownClaim takes one owner off a claim, on condition that it is as the snapshot shows it.
func (c Claims) DisownClaim(ctx context.Context, d plan.DisownClaim, seen sts.Snapshot, dryRun []string) error {
	claim, err := seenClaim(seen, d.UID, d.Name)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(claim.Owners, func(o metav1.OwnerReference) bool { return o.UID == d.Owner })
	if at < 0 {
		return nil
	}
	path := fmt.Sprintf("/metadata/ownerReferences/%d", at)
	return c.patchClaim(ctx, claim, dryRun, []jsonpatch.Operation{
		jsonpatch.Test("/metadata/uid", d.UID), jsonpatch.Test("/metadata/resourceVersion", claim.Version),
		jsonpatch.Test(path+"/uid", d.Owner), jsonpatch.Remove(path),
	})
}

// seenClaim is the claim that a change is about, as the snapshot shows it.
func seenClaim(seen sts.Snapshot, uid types.UID, name string) (storage.Claim, error) {
	i := slices.IndexFunc(seen.Claims, func(claim storage.Claim) bool { return claim.UID == uid })
	if i < 0 {
		return storage.Claim{}, claimGone(name)
	}
	return seen.Claims[i], nil
}

// claimGone has the engine look again.
func claimGone(name string) error {
	return fmt.Errorf("%w: claim %s is gone", engine.ErrConflict, name)
}

func (c Claims) patchClaim(ctx context.Context, claim storage.Claim, dryRun []string, ops []jsonpatch.Operation) error {
	patch, err := json.Marshal(ops)
	if err != nil {
		return err
	}
	_, err = c.conn.PersistentVolumeClaims(claim.Namespace).Patch(ctx, claim.Name, types.JSONPatchType, patch, metav1.PatchOptions{
		FieldManager: c.conn.FieldManager, DryRun: dryRun,
	})
	if apierrors.IsNotFound(err) {
		return claimGone(claim.Name)
	}
	return c.conn.WriteError(err, "patch", "persistentvolumeclaims", claim.Name)
}

// Classes reads the StorageClasses with these names. One that there is not is left out.
func (c Claims) Classes(ctx context.Context, names []string) ([]storage.Class, error) {
	get := func(ctx context.Context, name string) (*storagev1.StorageClass, error) {
		return c.conn.StorageClasses().Get(ctx, name, metav1.GetOptions{})
	}
	return named(ctx, c, "storageclasses.storage.k8s.io", names, get, storage.ObserveClass)
}

// AttributesClasses reads the VolumeAttributesClasses with these names. One that there is not
// is left out.
func (c Claims) AttributesClasses(ctx context.Context, names []string) ([]storage.AttributesClass, error) {
	get := func(ctx context.Context, name string) (*storagev1.VolumeAttributesClass, error) {
		return c.conn.VolumeAttributesClasses().Get(ctx, name, metav1.GetOptions{})
	}
	return named(ctx, c, "volumeattributesclasses.storage.k8s.io", names, get, storage.ObserveAttributesClass)
}

// named reads the objects with these names. One that there is not is left out.
func named[T, R any](
	ctx context.Context, c Claims, resource string, names []string, get func(context.Context, string) (T, error), observe func(T) R,
) ([]R, error) {
	ctx = c.conn.Quiet(ctx)
	out := []R{} // not nil, which means that they can't be read
	for _, name := range names {
		one, err := transport.Again(ctx, func(ctx context.Context) (T, error) { return get(ctx, name) })
		switch {
		case apierrors.IsNotFound(err):
		case err != nil:
			return nil, c.conn.Explain(err, "get", resource, name)
		default:
			out = append(out, observe(one))
		}
	}
	return out, nil
}

// Quotas reads what quotas allow the claims of the namespace to ask for.
func (c Claims) Quotas(ctx context.Context) ([]storage.Quota, error) {
	var out []storage.Quota
	err := transport.Pages(c.conn.Quiet(ctx), metav1.ListOptions{}, c.conn.ResourceQuotas(c.conn.Namespace).List,
		func(list *corev1.ResourceQuotaList) {
			for i := range list.Items {
				if q := storage.ObserveQuota(&list.Items[i]); len(q.Limits) > 0 || q.Scoped {
					out = append(out, q)
				}
			}
		})
	return out, c.conn.Explain(err, "list", "resourcequotas", "")
}

// ErrUnwilling is an answer of the API server that is no missing permission and no
// failure: what was asked for is not allowed here.
var ErrUnwilling = errors.New("the API server refuses it")

// Judge has the API server judge in a dry run whether a claim may ask for the size. Its
// no is an [ErrUnwilling]: a quota's, an admission plugin's, or that of the rules for
// claims.
func (c Claims) Judge(ctx context.Context, r plan.ResizeClaim, seen sts.Snapshot) error {
	_, err := transport.Again(c.conn.Quiet(ctx), transport.Nothing(func(ctx context.Context) error {
		return c.ResizeClaim(ctx, r, seen, []string{metav1.DryRunAll})
	}))
	no := apierrors.IsForbidden(err) || apierrors.IsInvalid(err)
	if no && !errors.Is(err, engine.ErrDenied) {
		return unwilling{err}
	}
	return err
}

// unwilling is an error that counts as [ErrUnwilling].
type unwilling struct{ error }

// Is makes errors.Is(err, ErrUnwilling) true.
func (unwilling) Is(target error) bool { return target == ErrUnwilling }

// Unwrap is the cause.
func (u unwilling) Unwrap() error { return u.error }
