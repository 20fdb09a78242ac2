package feed

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// reconnect is how a watch comes back after the API server went away. A
// restart takes seconds, so it asks again sooner than client-go would.
var reconnect = wait.Backoff{Duration: 300 * time.Millisecond, Factor: 1.6, Jitter: 0.3, Steps: 8, Cap: 5 * time.Second}

// source is one kind of object, kept up to date by a reflector.
type source struct {
	cache.Store
	resource  string
	optional  bool               // may be forbidden; guarded by the watcher's access once it has started
	refused   bool               // is forbidden; the same
	wants     func(any) bool     // which objects are stored, nil for all
	stop      context.CancelFunc // ends this source alone
	watcher   *watcher
	reflector *cache.Reflector
	synced    atomic.Bool
	ctx       context.Context
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
			if err := w.resumed(s, opts.SendInitialEvents != nil); err != nil {
				out.Stop()
				return nil, err
			}
			return noted{out, func() { w.interrupted(ctx, s) }}, nil
		},
	}
	logger := logr.Discard()
	backoff := reconnect
	s.reflector = cache.NewReflectorWithOptions(lw, kind, s, cache.ReflectorOptions{
		Name: resource, Logger: &logger, Backoff: &backoff,
	})
	return s
}

func (s *source) start(ctx context.Context) {
	s.ctx, s.stop = context.WithCancel(ctx)
	go func() {
		defer s.stop()
		s.reflector.RunWithContext(s.ctx)
	}()
}

// noted tells when the reflector is done with a watch, for whatever reason.
type noted struct {
	watch.Interface
	ended func()
}

// Stop stops the watch.
func (n noted) Stop() {
	n.Interface.Stop()
	n.ended()
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
	kept := make([]any, 0, len(list))
	for _, obj := range list {
		if s.wants == nil || s.wants(obj) {
			slim(obj)
			kept = append(kept, obj)
		}
	}
	err := s.Store.Replace(kept, resourceVersion)
	s.synced.Store(true)
	s.watcher.fresh(s.ctx, s)
	s.watcher.signal()
	return err
}

func (s *source) store(put func(any) error, obj any) error {
	if s.wants != nil && !s.wants(obj) {
		return nil
	}
	defer s.watcher.signal()
	slim(obj)
	return put(obj)
}

// slim drops what a snapshot never reads and makes up much of an object's size.
func slim(obj any) {
	switch obj := obj.(type) {
	case *corev1.Pod:
		obj.ManagedFields = nil
	case *corev1.PersistentVolumeClaim:
		obj.ManagedFields = storage.Asking(obj.ManagedFields)
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
