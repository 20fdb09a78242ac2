package pvc

import (
	"context"
	"crypto/sha256"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
)

// FewVolumes are read one by one: a cluster may have many others.
const FewVolumes = 20

// Volumes keeps what matters about volumes, in some 30 bytes each: a cluster may have very
// many, of which few differ.
type Volumes[V any] struct {
	known  map[volumeKey]int32
	values []V
	places map[string]int32 // of the values, by what is different about each
}

// volumeKey stands for whatever a volume is looked up by.
type volumeKey [16]byte

func keyOf(text string) volumeKey {
	sum := sha256.Sum256([]byte(text))
	return volumeKey(sum[:16])
}

// NewVolumes knows of none.
func NewVolumes[V any]() *Volumes[V] {
	return &Volumes[V]{known: map[volumeKey]int32{}, places: map[string]int32{}}
}

// Put keeps what matters about a volume. Two of the same kind have the same value.
func (v *Volumes[V]) Put(key, kind string, value V) {
	place, ok := v.places[kind]
	if !ok {
		place = int32(len(v.values)) //nolint:gosec // there are not as many kinds
		v.values, v.places[kind] = append(v.values, value), place
	}
	v.known[keyOf(key)] = place
}

// Has reports whether anything is known of a volume.
func (v *Volumes[V]) Has(key string) bool {
	_, ok := v.known[keyOf(key)]
	return ok
}

// Of is what matters about a volume, if it is known.
func (v *Volumes[V]) Of(key string) (value V, known bool) {
	place, known := v.known[keyOf(key)]
	if known {
		value = v.values[place]
	}
	return value, known
}

// ListVolumes goes through all volumes, as far as it matters what becomes of them and, where
// they are asked for, on which nodes they can be used.
func (c Claims) ListVolumes(ctx context.Context, nodes bool, each func(*corev1.PersistentVolume)) error {
	without := []string{
		"metadata.managedFields", "metadata.labels", "metadata.annotations", "spec.persistentVolumeSource", "status",
	}
	if !nodes {
		without = append(without, "spec.nodeAffinity")
	}
	err := transport.Stream(c.conn.Quiet(ctx), c.conn.PersistentVolumes().Each, without, each)
	return c.conn.Explain(err, "list", "persistentvolumes", "")
}

// GetVolumes reads the volumes of these names, but for those that are not there.
func (c Claims) GetVolumes(ctx context.Context, names []string, each func(*corev1.PersistentVolume)) error {
	ctx = c.conn.Quiet(ctx)
	for _, name := range names {
		volume, err := c.getVolume(ctx, name)
		switch {
		case apierrors.IsNotFound(err):
		case err != nil:
			return c.conn.Explain(err, "get", "persistentvolumes", name)
		default:
			each(volume)
		}
	}
	return nil
}
