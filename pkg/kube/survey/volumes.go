package survey

import (
	"context"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice/world"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/pvc"
)

// volumes are what matters about volumes, by their names.
type volumes struct{ *pvc.Volumes[world.Volume] }

func newVolumes() volumes { return volumes{pvc.NewVolumes[world.Volume]()} }

// add keeps a volume that is a claim's.
func (v volumes) add(object *corev1.PersistentVolume) {
	if object.Spec.ClaimRef == nil {
		return
	}
	seen := world.ObserveVolume(object)
	kind := string(seen.Reclaim)
	if seen.Affinity != nil {
		kind += " " + seen.Affinity.String()
	}
	seen.Name = "" // two of a kind differ in nothing else
	v.Put(object.Name, kind, seen)
}

// find is the volume of this name, if it was read.
func (v volumes) find(name string) (world.Volume, bool) {
	seen, ok := v.Of(name)
	seen.Name = name
	return seen, ok
}

// listVolumes reads all volumes, and keeps those of claims or, where these are given, of
// these names.
func (s *Survey) listVolumes(ctx context.Context, wanted map[string]bool) error {
	err := pvc.New(s.conn).ListVolumes(ctx, true, func(v *corev1.PersistentVolume) {
		if wanted == nil || wanted[v.Name] {
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
	if len(wanted) > pvc.FewVolumes {
		return s.listVolumes(ctx, wanted)
	}
	err := pvc.New(s.conn).GetVolumes(ctx, slices.Sorted(maps.Keys(wanted)), s.volumes.add)
	if apierrors.IsForbidden(err) {
		return s.listVolumes(ctx, wanted) // which may be allowed
	}
	return err
}
