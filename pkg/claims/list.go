package claims

import (
	"bytes"
	"compress/flate"
	"io"
	"iter"
	"slices"
	"sync"

	"github.com/fxamacker/cbor/v2"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// packed is from how many verdicts on a namespace's are kept compressed. As
// they are, a hundred thousand would take as many KiB.
const packed = 64

// List keeps verdicts by namespace, in little memory: each time they are gone
// through, they are unpacked a namespace at a time.
type List struct {
	groups []group
	// Reclaim is what happens to a claim's volume when the claim goes. Without
	// it no policy is known.
	Reclaim func(storage.Claim) corev1.PersistentVolumeReclaimPolicy

	squeeze *flate.Writer // nil until something is packed
}

// group is the verdicts of one namespace.
type group struct {
	namespace string
	count     int
	plain     []Verdict
	packed    []byte // their CBOR, compressed, if there are many
}

// Put keeps the verdicts of a namespace, instead of those that it has had.
func (l *List) Put(namespace string, verdicts []Verdict) {
	g := group{namespace: namespace, count: len(verdicts), plain: slices.Clip(verdicts)}
	if len(verdicts) >= packed {
		g.pack(l)
	}
	i, found := slices.BinarySearchFunc(l.groups, namespace, func(g group, namespace string) int {
		return CompareNamespaces(g.namespace, namespace)
	})
	switch {
	case found:
		l.groups[i] = g
	case len(verdicts) > 0:
		l.groups = slices.Insert(l.groups, i, g)
	}
}

// Size is about how many bytes it takes.
func (l *List) Size() int {
	const each = 1 << 9 // of one that is not compressed
	size := 0
	for i := range l.groups {
		size += len(l.groups[i].packed) + each*len(l.groups[i].plain)
	}
	return size
}

// All are the verdicts, in the order of their namespaces.
func (l *List) All() iter.Seq[Verdict] {
	return func(yield func(Verdict) bool) {
		for i := range l.groups {
			for v := range l.groups[i].all() {
				if l.Reclaim != nil {
					v.Claim.Reclaim = l.Reclaim(v.Claim)
				}
				if !yield(v) {
					return
				}
			}
		}
	}
}

// Doomed are those whose claims are to be deleted.
func (l *List) Doomed() iter.Seq[Verdict] {
	return func(yield func(Verdict) bool) {
		for v := range l.All() {
			if v.Delete && !yield(v) {
				return
			}
		}
	}
}

func (g *group) all() iter.Seq[Verdict] {
	if g.packed == nil {
		return slices.Values(g.plain)
	}
	return func(yield func(Verdict) bool) {
		from := unsqueeze(g.packed)
		defer unsqueezers.Put(from)
		in := unpacking.NewDecoder(from)
		var v Verdict
		for range g.count {
			v = Verdict{}
			if err := in.Decode(&v); err != nil {
				panic("verdicts that can't be unpacked: " + err.Error()) // this program has packed them
			}
			if !yield(v) {
				return
			}
		}
	}
}

// unsqueezers are readers of what is packed, each of which takes some 40 KiB.
var unsqueezers sync.Pool

func unsqueeze(packed []byte) io.Reader {
	from := bytes.NewReader(packed)
	used, ok := unsqueezers.Get().(interface {
		io.Reader
		flate.Resetter
	})
	if !ok || used.Reset(from, nil) != nil {
		return flate.NewReader(from)
	}
	return used
}

// Verdicts are packed with their times to the nanosecond, and with whatever bytes
// their texts have. There is no other error than one about these options.
var (
	packing, _   = cbor.EncOptions{Time: cbor.TimeRFC3339Nano}.EncMode()
	unpacking, _ = cbor.DecOptions{UTF8: cbor.UTF8DecodeInvalid}.DecMode()
)

// lastYear is the last that is read as it is written.
const lastYear = 9999

// pack compresses the verdicts. If there is a time after [lastYear], they are kept
// as they are.
func (g *group) pack(l *List) {
	var out bytes.Buffer
	if l.squeeze == nil {
		l.squeeze, _ = flate.NewWriter(nil, flate.BestSpeed) // it has no other error than an unknown level
	}
	l.squeeze.Reset(&out)
	to := packing.NewEncoder(l.squeeze)
	for i := range g.plain {
		claim := &g.plain[i].Claim
		if max(claim.Created.Year(), claim.UnusedSince.Year()) > lastYear || to.Encode(&g.plain[i]) != nil {
			return
		}
	}
	if l.squeeze.Close() == nil {
		g.plain, g.packed = nil, bytes.Clone(out.Bytes())
	}
}
