package pvc

import (
	"context"
	"iter"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// Reclaims tells what happens to the volumes of claims when the claims go.
type Reclaims struct {
	policies *Volumes[corev1.PersistentVolumeReclaimPolicy]
}

// binding is a claim's uid together with the name of its volume.
func binding(claim types.UID, volume string) string { return string(claim) + "\x00" + volume }

// Of is the reclaim policy of a claim's volume, "" when it is not known.
func (r *Reclaims) Of(claim storage.Claim) corev1.PersistentVolumeReclaimPolicy {
	policy, _ := r.policies.Of(binding(claim.UID, claim.Volume))
	return policy
}

// add keeps the policy of a volume that is bound to a claim which was asked for.
func (r *Reclaims) add(volume *corev1.PersistentVolume) {
	ref := volume.Spec.ClaimRef
	if ref == nil {
		return
	}
	if key := binding(ref.UID, volume.Name); r.policies.Has(key) {
		policy := volume.Spec.PersistentVolumeReclaimPolicy
		r.policies.Put(key, string(policy), policy)
	}
}

// Reclaims reads the volumes of these claims. What was found out before an error
// is returned with it.
func (c Claims) Reclaims(ctx context.Context, of iter.Seq[storage.Claim]) (*Reclaims, error) {
	r := &Reclaims{policies: NewVolumes[corev1.PersistentVolumeReclaimPolicy]()}
	var names []string
	for claim := range of {
		if claim.Volume == "" {
			continue
		}
		r.policies.Put(binding(claim.UID, claim.Volume), "", "")
		if len(names) <= FewVolumes {
			names = append(names, claim.Volume)
		}
	}
	if len(names) > FewVolumes {
		return r, c.ListVolumes(ctx, false, r.add)
	}
	slices.Sort(names)
	return r, c.GetVolumes(ctx, slices.Compact(names), r.add)
}

// AddReclaim fills in what happens to the claims' volumes when the claims go.
func (c Claims) AddReclaim(ctx context.Context, of []*storage.Claim) error {
	r, err := c.Reclaims(ctx, func(yield func(storage.Claim) bool) {
		for _, claim := range of {
			if !yield(*claim) {
				return
			}
		}
	})
	for _, claim := range of {
		if policy := r.Of(*claim); policy != "" {
			claim.Reclaim = policy
		}
	}
	return err
}
