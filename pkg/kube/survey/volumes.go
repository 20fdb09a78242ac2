package survey

import (
	"context"
	"crypto/sha256"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice/world"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
)

// few volumes are read one by one: a cluster may have many others.
const few = 20

// volumes are what matters about volumes, in some 30 bytes each: a cluster may have very
// many, of which few differ.
type volumes struct {
	known map[[16]byte]fact
	// policies and selectors are those that there are; the first is for none.
	policies  []corev1.PersistentVolumeReclaimPolicy
	selectors []*corev1.NodeSelector
	places    map[string]int // of the selectors
}

// fact is at which places the values of a volume are.
type fact struct{ policy, selector int32 }

func newVolumes() *volumes {
	return &volumes{known: map[[16]byte]fact{}, selectors: []*corev1.NodeSelector{nil}, places: map[string]int{}}
}

func keyOf(name string) [16]byte {
	sum := sha256.Sum256([]byte(name))
	return [16]byte(sum[:16])
}

func (v *volumes) add(object *corev1.PersistentVolume) {
	seen := world.ObserveVolume(object)
	at := slices.Index(v.policies, seen.Reclaim)
	if at < 0 {
		at, v.policies = len(v.policies), append(v.policies, seen.Reclaim)
	}
	place := 0
	if seen.Affinity != nil {
		key := seen.Affinity.String()
		known, ok := v.places[key]
		if !ok {
			known, v.selectors = len(v.selectors), append(v.selectors, seen.Affinity)
			v.places[key] = known
		}
		place = known
	}
	v.known[keyOf(object.Name)] = fact{int32(at), int32(place)} //nolint:gosec // there are not as many of either
}

// find is the volume of this name, if it was read.
func (v *volumes) find(name string) (world.Volume, bool) {
	f, ok := v.known[keyOf(name)]
	if !ok {
		return world.Volume{}, false
	}
	return world.Volume{Name: name, Reclaim: v.policies[f.policy], Affinity: v.selectors[f.selector]}, true
}

// listVolumes reads all volumes, and keeps those of claims or, where these are given, of
// these names.
func (s *Survey) listVolumes(ctx context.Context, wanted map[string]bool) error {
	err := transport.Stream(ctx, s.conn.PersistentVolumes().Each, []string{
		"metadata.managedFields", "metadata.labels", "metadata.annotations", "spec.persistentVolumeSource", "status",
	}, func(v *corev1.PersistentVolume) {
		if v.Spec.ClaimRef != nil && (wanted == nil || wanted[v.Name]) {
			s.volumes.add(v)
		}
	})
	return s.noted(world.PartVolumes, err)
}

// volumesOf reads the volumes of a namespace's claims.
func (s *Survey) volumesOf(ctx context.Context, n namespace) error {
	wanted := map[string]bool{}
	for i := range n.claims {
		if name := n.claims[i].Volume; name != "" {
			wanted[name] = true
		}
	}
	if len(wanted) > few {
		return s.listVolumes(ctx, wanted)
	}
	for name := range wanted {
		v, err := transport.Again(ctx, func(ctx context.Context) (*corev1.PersistentVolume, error) {
			return s.conn.PersistentVolumes().Get(ctx, name, metav1.GetOptions{})
		})
		switch {
		case apierrors.IsForbidden(err):
			return s.listVolumes(ctx, wanted) // which may be allowed
		case err != nil && !apierrors.IsNotFound(err):
			return s.conn.Explain(err, "get", string(world.PartVolumes), name)
		case err == nil:
			s.volumes.add(v)
		}
	}
	return nil
}
