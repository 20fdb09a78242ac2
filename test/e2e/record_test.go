package e2e

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"sync"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
)

// recorder watches one set and its pods from the moment it is made.
type recorder struct {
	w    *world
	set  string
	stop context.CancelFunc

	mu    sync.Mutex
	seen  timeline
	live  map[types.UID]moment // the newest of each that is there
	grown chan struct{}        // closed and made anew with every moment
}

func newRecorder(w *world, set string) (*recorder, error) {
	ctx, cancel := context.WithCancel(context.Background())
	r := &recorder{w: w, set: set, stop: cancel, live: map[types.UID]moment{}, grown: make(chan struct{})}
	for _, s := range r.sources() {
		version, err := r.list(ctx, s, true)
		if err != nil {
			cancel()
			return nil, err
		}
		go r.follow(ctx, s, version)
	}
	return r, nil
}

// source is one of the two watches.
type source struct {
	list  func(context.Context) (string, []moment, error)
	watch func(ctx context.Context, version string) (watch.Interface, error)
	pods  bool
}

func (r *recorder) sources() []source {
	sets, pods := r.w.apps.StatefulSets(r.w.namespace), r.w.core.Pods(r.w.namespace)
	byName := metav1.ListOptions{FieldSelector: fields.OneTermEqualSelector("metadata.name", r.set).String()}
	from := func(o metav1.ListOptions, version string) metav1.ListOptions {
		o.ResourceVersion = version
		return o
	}
	return []source{{
		list: func(ctx context.Context) (string, []moment, error) {
			all, err := sets.List(ctx, byName)
			if err != nil {
				return "", nil, err
			}
			var out []moment
			for i := range all.Items {
				out = append(out, moment{set: &all.Items[i]})
			}
			return all.ResourceVersion, out, nil
		},
		watch: func(ctx context.Context, version string) (watch.Interface, error) {
			return sets.Watch(ctx, from(byName, version))
		},
	}, {
		pods: true,
		list: func(ctx context.Context) (string, []moment, error) {
			all, err := pods.List(ctx, metav1.ListOptions{})
			if err != nil {
				return "", nil, err
			}
			var out []moment
			for i := range all.Items {
				if r.owns(&all.Items[i]) {
					out = append(out, moment{pod: &all.Items[i]})
				}
			}
			return all.ResourceVersion, out, nil
		},
		watch: func(ctx context.Context, version string) (watch.Interface, error) {
			return pods.Watch(ctx, from(metav1.ListOptions{}, version))
		},
	}}
}

func (r *recorder) owns(pod *corev1.Pod) bool {
	owner := metav1.GetControllerOf(pod)
	return owner != nil && owner.Kind == "StatefulSet" && owner.Name == r.set
}

// list notes everything that there is now, with the version of the list. What
// was there before and is not any more went meanwhile.
func (r *recorder) list(ctx context.Context, s source, first bool) (string, error) {
	version, all, err := s.list(ctx)
	if err != nil {
		return "", err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	missing := map[types.UID]moment{}
	for uid, m := range r.live {
		if (m.pod != nil) == s.pods {
			missing[uid] = m
		}
	}
	for _, m := range all {
		delete(missing, m.uid())
	}
	for _, m := range missing {
		m.version, m.gone = number64(version), true
		r.note(m)
	}
	for _, m := range all {
		m.version, m.there = number64(version), first
		r.note(m)
	}
	return version, nil
}

// follow notes everything that happens from then on. When the API server went
// away for too long, a new list says what happened meanwhile.
func (r *recorder) follow(ctx context.Context, s source, version string) {
	for ctx.Err() == nil {
		w, err := s.watch(ctx, version)
		if err == nil {
			version, err = r.drain(w, version)
		}
		if err == nil || ctx.Err() != nil {
			continue // cut off; it may be taken up where it was
		}
		again, err := r.list(ctx, s, false)
		if err == nil {
			version = again
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond): // nobody answers; there is nothing to watch
		}
	}
}

// drain notes what a watch says until it ends, and returns how far it came.
func (r *recorder) drain(w watch.Interface, version string) (string, error) {
	defer w.Stop()
	for e := range w.ResultChan() {
		var m moment
		switch o := e.Object.(type) {
		case *appsv1.StatefulSet:
			version, m = o.ResourceVersion, moment{set: o}
		case *corev1.Pod:
			version, m = o.ResourceVersion, moment{pod: o}
			if !r.owns(o) {
				continue
			}
		default:
			return version, errors.New("the watch ended with an error")
		}
		m.version, m.gone = number64(version), e.Type == watch.Deleted
		r.mu.Lock()
		r.note(m)
		r.mu.Unlock()
	}
	return version, nil
}

func (r *recorder) note(m moment) {
	r.seen = append(r.seen, m)
	if m.gone {
		delete(r.live, m.uid())
	} else {
		r.live[m.uid()] = m
	}
	close(r.grown)
	r.grown = make(chan struct{})
}

func (m moment) uid() types.UID {
	if m.set != nil {
		return m.set.UID
	}
	return m.pod.UID
}

func (m moment) ownVersion() uint64 {
	if m.set != nil {
		return number64(m.set.ResourceVersion)
	}
	return number64(m.pod.ResourceVersion)
}

func number64(version string) uint64 {
	n, err := strconv.ParseUint(version, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// timeline is what happened up to now: watches lag behind, so it waits until
// they have shown what a list shows.
func (r *recorder) timeline() (timeline, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	now := map[types.UID]uint64{}
	oldest := uint64(math.MaxUint64)
	for _, s := range r.sources() {
		version, all, err := s.list(ctx)
		if err != nil {
			return nil, err
		}
		oldest = min(oldest, number64(version))
		for _, m := range all {
			now[m.uid()] = m.ownVersion()
		}
	}
	for {
		lacks, more := r.lacks(now, oldest)
		if lacks == "" {
			break
		}
		select {
		case <-more:
		case <-ctx.Done():
			return nil, fmt.Errorf("the record lags behind: %s", lacks)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	out := slices.Clone(r.seen)
	out.sort()
	return out, nil
}

// lacks says what the lists had and the record has not seen yet, or what it
// still has of before the lists, and what tells that it has grown.
func (r *recorder) lacks(now map[types.UID]uint64, listed uint64) (string, <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for uid, version := range now {
		gone := slices.ContainsFunc(r.seen, func(m moment) bool { return m.gone && m.uid() == uid })
		if m, ok := r.live[uid]; !gone && (!ok || m.ownVersion() < version) {
			return fmt.Sprintf("%s at %d", uid, version), r.grown
		}
	}
	for uid, m := range r.live {
		if _, ok := now[uid]; !ok && m.ownVersion() <= listed {
			return fmt.Sprintf("the end of %s", uid), r.grown
		}
	}
	return "", r.grown
}
