package witness

import (
	"context"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/types"
)

// Newest is the newest version that was seen anywhere.
func (w *Witness) Newest() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.newest
}

// Live is what there is in a namespace, as far as it was seen, and what tells
// that there is more to see.
func (w *Witness) Live(namespace string) ([]Moment, <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []Moment
	for _, m := range w.live[namespace] {
		out = append(out, m)
	}
	return inOrder(out), w.grown
}

// Moments is what has happened in a namespace, in order, up to now: watches lag
// behind, so it waits until they have shown what a list shows.
func (w *Witness) Moments(ctx context.Context, namespace string) ([]Moment, error) {
	for _, s := range w.sources(namespace) {
		objects, version, err := listed(ctx, s)
		if err != nil {
			return nil, err
		}
		now := map[types.UID]uint64{}
		for _, o := range objects {
			if m, in := momentOf(o, false); in == namespace {
				now[m.Object().GetUID()] = m.Version
			}
		}
		for {
			lacks, more := w.lacks(namespace, s.kind, now, Number(version))
			if lacks == "" {
				break
			}
			select {
			case <-more:
			case <-ctx.Done():
				return nil, fmt.Errorf("the witness lags behind: %s", lacks)
			}
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return inOrder(w.seen[namespace]), nil
}

// lacks says what a list had and nobody has seen yet, or what is still thought to
// be there.
func (w *Witness) lacks(namespace, kind string, now map[types.UID]uint64, at uint64) (string, <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	last := map[types.UID]Moment{}
	for _, m := range w.seen[namespace] {
		last[m.Object().GetUID()] = m
	}
	for uid, version := range now {
		if m, ok := last[uid]; !ok || m.Version < version {
			return fmt.Sprintf("%s %s at %d", kind, uid, version), w.grown
		}
	}
	for uid, m := range w.live[namespace] {
		if _, ok := now[uid]; !ok && m.Kind() == kind && m.Version <= at {
			return fmt.Sprintf("the end of %s %s", kind, m.Object().GetName()), w.grown
		}
	}
	return "", w.grown
}

// Span is from one version to another.
type Span struct{ From, To uint64 }

// Missed are the spans in which a watch was cut and its history lost, as after a restart of
// the API server: what was there in between and changed again, or went, bears the version of
// the end or was never seen.
func (w *Witness) Missed() []Span {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.missed)
}

// Forget drops what was seen in a namespace.
func (w *Witness) Forget(namespace string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.seen, namespace)
	delete(w.live, namespace)
}
