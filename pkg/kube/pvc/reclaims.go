package pvc

import (
	"context"
	"crypto/sha256"
	"iter"
	"math"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// few volumes are read one by one: a cluster may have many others.
const few = 20

// Reclaims tells what happens to the volumes of claims when the claims go. It
// keeps 20 bytes a claim, for there may be very many.
type Reclaims struct {
	known    map[binding]uint8 // at which place in policies
	policies []corev1.PersistentVolumeReclaimPolicy
}

// binding stands for a claim's uid together with the name of its volume.
type binding [16]byte

func bindingOf(claim types.UID, volume string) binding {
	sum := sha256.Sum256([]byte(string(claim) + "\x00" + volume))
	return binding(sum[:16])
}

// Of is the reclaim policy of a claim's volume, "" when it is not known.
func (r *Reclaims) Of(claim storage.Claim) corev1.PersistentVolumeReclaimPolicy {
	return r.policies[r.known[bindingOf(claim.UID, claim.Volume)]]
}

func (r *Reclaims) add(volume *corev1.PersistentVolume) {
	ref := volume.Spec.ClaimRef
	if ref == nil {
		return
	}
	key := bindingOf(ref.UID, volume.Name)
	if _, wanted := r.known[key]; !wanted {
		return
	}
	policy := volume.Spec.PersistentVolumeReclaimPolicy
	place := slices.Index(r.policies, policy)
	switch {
	case place < 0 && len(r.policies) > math.MaxUint8:
		return // there are three policies, and none is known of this volume
	case place < 0:
		place, r.policies = len(r.policies), append(r.policies, policy)
	}
	r.known[key] = uint8(place) //nolint:gosec // see above
}

// Reclaims reads the volumes of these claims. What was found out before an error
// is returned with it.
func (c Claims) Reclaims(ctx context.Context, of iter.Seq[storage.Claim]) (*Reclaims, error) {
	ctx = c.conn.Quiet(ctx)
	r := &Reclaims{known: map[binding]uint8{}, policies: []corev1.PersistentVolumeReclaimPolicy{""}}
	var names []string
	for claim := range of {
		if claim.Volume == "" {
			continue
		}
		r.known[bindingOf(claim.UID, claim.Volume)] = 0
		if len(names) <= few {
			names = append(names, claim.Volume)
		}
	}
	if len(names) > few {
		err := transport.Stream(ctx, c.conn.PersistentVolumes().Each, []string{
			"metadata.managedFields", "metadata.labels", "metadata.annotations", "spec.persistentVolumeSource",
			"spec.nodeAffinity", "status",
		}, r.add)
		return r, c.conn.Explain(err, "list", "persistentvolumes", "")
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		volume, err := c.getVolume(ctx, name)
		if err != nil && !apierrors.IsNotFound(err) {
			return r, c.conn.Explain(err, "get", "persistentvolumes", name)
		}
		if err == nil {
			r.add(volume)
		}
	}
	return r, nil
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
