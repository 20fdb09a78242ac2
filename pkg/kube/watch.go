package kube

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"

	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// reconnect is how a watch comes back after the API server went away. A
// restart takes seconds, so it asks again sooner than client-go would.
var reconnect = wait.Backoff{Duration: 300 * time.Millisecond, Factor: 1.6, Jitter: 0.3, Steps: 8, Cap: 5 * time.Second}

// Watch follows the set, its pods, its revisions and the controller's words
// about pods that it could not make. Every change gives a whole new snapshot;
// changes that come faster than the receiver takes them are merged. A watch
// that is cut, or has become too old (410), is taken up again and only told
// about. The feed ends, with the reason as its last item, when it can't go
// on, and closes with the context.
func (c *Client) Watch(ctx context.Context, set *appsv1.StatefulSet) (<-chan rollout.Update, error) {
	selector, err := selectorOf(set)
	if err != nil {
		return nil, err
	}
	ctx = quiet(ctx)
	w := &watcher{
		client:  c,
		name:    set.Name,
		changed: make(chan struct{}, 1),
		trouble: make(chan rollout.Update, 8),
		out:     make(chan rollout.Update),
		cut:     map[*source]bool{},
	}
	w.sets = w.source("statefulsets.apps", &appsv1.StatefulSet{}, fields.OneTermEqualSelector("metadata.name", set.Name).String(), "",
		lister(c.apps.StatefulSets(c.Namespace).List), c.apps.StatefulSets(c.Namespace).Watch)
	w.pods = w.source("pods", &corev1.Pod{}, "", selector,
		lister(c.core.Pods(c.Namespace).List), c.core.Pods(c.Namespace).Watch)
	w.revisions = w.source("controllerrevisions.apps", &appsv1.ControllerRevision{}, "", selector,
		lister(c.apps.ControllerRevisions(c.Namespace).List), c.apps.ControllerRevisions(c.Namespace).Watch)
	w.events = w.source("events", &corev1.Event{}, failedCreates(set.Name), "",
		lister(c.core.Events(c.Namespace).List), c.core.Events(c.Namespace).Watch)
	w.events.optional = true
	for _, s := range []*source{w.sets, w.pods, w.revisions, w.events} {
		own, stop := context.WithCancel(ctx)
		s.stop = stop
		go s.run(own)
	}
	go w.run(ctx)
	return w.out, nil
}

// watcher merges the sources into one feed.
type watcher struct {
	client                        *Client
	name                          string
	sets, pods, revisions, events *source
	changed                       chan struct{} // holds one token when a source changed
	trouble                       chan rollout.Update
	out                           chan rollout.Update
	mu                            sync.Mutex
	cut                           map[*source]bool // those whose watch could not be taken up again
}

func (w *watcher) run(ctx context.Context) {
	defer close(w.out)
	var next *rollout.Update // what the receiver has not taken yet
	for {
		var out chan<- rollout.Update
		var item rollout.Update
		if next != nil {
			out, item = w.out, *next
		}
		select {
		case <-ctx.Done():
			return
		case u := <-w.trouble:
			if !w.send(ctx, u) {
				return
			}
		case <-w.changed:
			if w.synced() {
				next = &rollout.Update{Snapshot: w.snapshot()}
				w.client.fillZones(ctx, next.Snapshot, w.signal)
			}
		case out <- item:
			next = nil
		}
	}
}

// send passes on something that must not be merged away, and reports whether
// the feed goes on.
func (w *watcher) send(ctx context.Context, u rollout.Update) bool {
	select {
	case w.out <- u:
		return u.Err == nil
	case <-ctx.Done():
		return false
	}
}

func (w *watcher) synced() bool {
	return w.sets.synced.Load() && w.pods.synced.Load() && w.revisions.synced.Load() && w.events.synced.Load()
}

func (w *watcher) snapshot() sts.Snapshot {
	var set *appsv1.StatefulSet
	for _, item := range items[*appsv1.StatefulSet](w.sets) {
		set = item
	}
	return sts.Observe(set, items[*corev1.Pod](w.pods), items[*appsv1.ControllerRevision](w.revisions),
		sts.FailedCreates(items[*corev1.Event](w.events)))
}

func (w *watcher) signal() {
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

// failed is told every list or watch that could not be started.
func (w *watcher) failed(ctx context.Context, s *source, verb string, err error) {
	switch {
	case ctx.Err() != nil, apierrors.IsResourceExpired(err), apierrors.IsGone(err), apierrors.IsInvalid(err):
		// The reflector lists by itself, again or because the server can't
		// send a list as a watch (an Invalid, on servers without WatchList).
	case s.optional && (apierrors.IsForbidden(err) || apierrors.IsNotFound(err)):
		s.stop() // or it would ask again and again
		s.synced.Store(true)
		w.signal()
	case apierrors.IsForbidden(err), apierrors.IsUnauthorized(err), apierrors.IsNotFound(err):
		w.tell(ctx, rollout.Update{Err: w.client.explain(err, verb, s.resource, "")})
	case w.mark(s, true):
		w.tell(ctx, rollout.Update{
			Cut:    true,
			Notice: fmt.Sprintf("%v; trying again", w.client.explain(err, verb, s.resource, "")),
		})
	}
}

// worked is told every watch that was started.
func (w *watcher) worked(ctx context.Context, s *source) {
	if w.mark(s, false) {
		w.tell(ctx, rollout.Update{Notice: "the API server answers again"})
		w.signal() // what is known is fresh now, even if nothing has changed
	}
}

// mark notes whether a source is cut, and reports whether that changed what
// is so of the sources together: one of them cut is enough.
func (w *watcher) mark(s *source, cut bool) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := len(w.cut) > 0
	if cut {
		w.cut[s] = true
	} else {
		delete(w.cut, s)
	}
	return before != (len(w.cut) > 0)
}

func (w *watcher) tell(ctx context.Context, u rollout.Update) {
	select {
	case w.trouble <- u:
	case <-ctx.Done():
	}
}

// source is one kind of object, kept up to date by a reflector.
type source struct {
	cache.Store
	resource  string
	optional  bool               // may be forbidden
	stop      context.CancelFunc // ends this source alone
	watcher   *watcher
	reflector *cache.Reflector
	synced    atomic.Bool
}

type listFunc func(context.Context, metav1.ListOptions) (runtime.Object, error)

// lister turns a typed List into one that returns any object.
func lister[T runtime.Object](list func(context.Context, metav1.ListOptions) (T, error)) listFunc {
	return func(ctx context.Context, opts metav1.ListOptions) (runtime.Object, error) { return list(ctx, opts) }
}

func (w *watcher) source(resource string, kind runtime.Object, fieldSelector, labelSelector string, list listFunc,
	start func(context.Context, metav1.ListOptions) (watch.Interface, error),
) *source {
	s := &source{Store: cache.NewStore(cache.MetaNamespaceKeyFunc), resource: resource, watcher: w}
	lw := &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, opts metav1.ListOptions) (runtime.Object, error) {
			opts.FieldSelector, opts.LabelSelector = fieldSelector, labelSelector
			out, err := list(ctx, opts)
			if err != nil {
				w.failed(ctx, s, "list", err)
			}
			return out, err
		},
		WatchFuncWithContext: func(ctx context.Context, opts metav1.ListOptions) (watch.Interface, error) {
			opts.FieldSelector, opts.LabelSelector = fieldSelector, labelSelector
			out, err := start(ctx, opts)
			if err != nil {
				w.failed(ctx, s, "watch", err)
				return nil, err
			}
			w.worked(ctx, s)
			return out, nil
		},
	}
	logger := logr.Discard()
	backoff := reconnect
	s.reflector = cache.NewReflectorWithOptions(lw, kind, s, cache.ReflectorOptions{
		Name: resource, Logger: &logger, Backoff: &backoff,
	})
	return s
}

func (s *source) run(ctx context.Context) {
	defer s.stop()
	s.reflector.RunWithContext(ctx)
}

// Add, Update, Delete and Replace keep the store and tell the watcher.

// Add stores a new object.
func (s *source) Add(obj any) error { return s.store(s.Store.Add, obj) }

// Update stores a changed object.
func (s *source) Update(obj any) error { return s.store(s.Store.Update, obj) }

// Delete forgets an object.
func (s *source) Delete(obj any) error {
	defer s.watcher.signal()
	return s.Store.Delete(obj)
}

// Replace stores a whole list.
func (s *source) Replace(list []any, resourceVersion string) error {
	for _, obj := range list {
		slim(obj)
	}
	err := s.Store.Replace(list, resourceVersion)
	s.synced.Store(true)
	s.watcher.signal()
	return err
}

func (s *source) store(put func(any) error, obj any) error {
	defer s.watcher.signal()
	slim(obj)
	return put(obj)
}

// slim drops what a pod's snapshot never reads and makes up much of its size.
func slim(obj any) {
	if pod, ok := obj.(*corev1.Pod); ok {
		pod.ManagedFields = nil
	}
}

func items[T any](s *source) []T {
	list := s.List()
	out := make([]T, 0, len(list))
	for _, obj := range list {
		if item, ok := obj.(T); ok {
			out = append(out, item)
		}
	}
	return out
}
