package kube

import (
	"context"
	"errors"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// page is how many objects are asked for at once where there may be many.
const page = 500

// Claims reads the claims of the client's namespace ("" for all) that the
// selector selects ("" for all), page by page, and the volumes that they are bound to. Volumes are cluster-wide;
// not being allowed to read them costs what their reclaim policies say, and is
// returned as the second error.
func (c *Client) Claims(ctx context.Context, selector string) (claims []sts.Claim, volumes, err error) {
	ctx = quiet(ctx)
	var raw []corev1.PersistentVolumeClaim
	opts := metav1.ListOptions{LabelSelector: selector, Limit: page}
	for {
		list, err := c.core.PersistentVolumeClaims(c.Namespace).List(ctx, opts)
		if err != nil {
			return nil, nil, c.explain(err, "list", "persistentvolumeclaims", "")
		}
		for i := range list.Items {
			slimClaim(&list.Items[i])
		}
		raw = append(raw, list.Items...)
		if opts.Continue = list.Continue; opts.Continue == "" {
			break
		}
	}
	byName, volumes := c.volumesOf(ctx, raw)
	for i := range raw {
		claims = append(claims, sts.ObserveClaim(&raw[i], byName[raw[i].Spec.VolumeName]))
	}
	return claims, volumes, nil
}

// few volumes are read one by one: a cluster may have many others.
const few = 20

func (c *Client) volumesOf(ctx context.Context, claims []corev1.PersistentVolumeClaim) (map[string]*corev1.PersistentVolume, error) {
	wanted := map[string]*corev1.PersistentVolume{}
	for i := range claims {
		if name := claims[i].Spec.VolumeName; name != "" {
			wanted[name] = nil
		}
	}
	if len(wanted) > few {
		return wanted, c.listVolumes(ctx, wanted)
	}
	for name := range wanted {
		volume, err := c.core.PersistentVolumes().Get(ctx, name, metav1.GetOptions{})
		switch {
		case apierrors.IsNotFound(err):
		case err != nil:
			return wanted, c.explain(err, "get", "persistentvolumes", name)
		default:
			wanted[name] = volume
		}
	}
	return wanted, nil
}

// listVolumes fills in the wanted volumes and keeps no other in memory.
func (c *Client) listVolumes(ctx context.Context, wanted map[string]*corev1.PersistentVolume) error {
	opts := metav1.ListOptions{Limit: page}
	for {
		list, err := c.core.PersistentVolumes().List(ctx, opts)
		if err != nil {
			return c.explain(err, "list", "persistentvolumes", "")
		}
		for i := range list.Items {
			if _, ok := wanted[list.Items[i].Name]; ok {
				volume := list.Items[i]
				volume.ManagedFields = nil
				wanted[volume.Name] = &volume
			}
		}
		if opts.Continue = list.Continue; opts.Continue == "" {
			return nil
		}
	}
}

// slimClaim drops what nothing here reads and makes up much of a claim's size.
func slimClaim(c *corev1.PersistentVolumeClaim) { c.ManagedFields = nil }

// DeleteClaim deletes one claim, on condition that it is the one that was seen
// and has not changed since. A claim that is gone is no error.
func (c *Client) DeleteClaim(ctx context.Context, claim sts.Claim, dryRun bool) error {
	opts := metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &claim.UID, ResourceVersion: &claim.Version}}
	if dryRun {
		opts.DryRun = []string{metav1.DryRunAll}
	}
	err := c.core.PersistentVolumeClaims(claim.Namespace).Delete(quiet(ctx), claim.Name, opts)
	if apierrors.IsNotFound(err) {
		return nil
	}
	return c.writeError(err, "delete", "persistentvolumeclaims", claim.Name)
}

// errNoVolume is returned for a claim that is not bound.
var errNoVolume = errors.New("the claim is not bound to a volume")

// RetainVolume sets the reclaim policy of the claim's volume to Retain, so that
// its data outlives the claim. It returns the policy before.
func (c *Client) RetainVolume(ctx context.Context, claim sts.Claim, dryRun bool) (corev1.PersistentVolumeReclaimPolicy, error) {
	if claim.Volume == "" {
		return "", errNoVolume
	}
	return c.SetReclaimPolicy(ctx, claim.Volume, claim.UID, corev1.PersistentVolumeReclaimRetain, dryRun)
}
