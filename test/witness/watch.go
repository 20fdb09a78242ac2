package witness

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	appsclient "k8s.io/client-go/kubernetes/typed/apps/v1"
	coreclient "k8s.io/client-go/kubernetes/typed/core/v1"
)

// Scope is what a witness watches.
type Scope struct {
	Namespace string // empty for all
	Prefix    string // what the namespaces begin with of which anything is kept
	Kinds     []string
}

// Witness watches some namespaces.
type Witness struct {
	apps  appsclient.AppsV1Interface
	core  coreclient.CoreV1Interface
	scope Scope

	mu     sync.Mutex
	seen   map[string][]Moment             // by namespace
	live   map[string]map[types.UID]Moment // the newest of each that is there
	newest uint64
	missed []Span
	grown  chan struct{} // closed and made anew with every moment
}

// Watch begins to watch; it ends with the context.
func Watch(ctx context.Context, apps appsclient.AppsV1Interface, core coreclient.CoreV1Interface, scope Scope) (*Witness, error) {
	w := &Witness{
		apps: apps, core: core, scope: scope, grown: make(chan struct{}),
		seen: map[string][]Moment{}, live: map[string]map[types.UID]Moment{},
	}
	for _, s := range w.sources(scope.Namespace) {
		version, err := w.list(ctx, s, true)
		if err != nil {
			return nil, err
		}
		go w.follow(ctx, s, version)
	}
	return w, nil
}

// source is the list and the watch of one kind.
type source struct {
	kind  string
	list  func(context.Context, metav1.ListOptions) (runtime.Object, error)
	watch func(context.Context, metav1.ListOptions) (watch.Interface, error)
}

func (w *Witness) sources(namespace string) []source {
	sets, pods := w.apps.StatefulSets(namespace), w.core.Pods(namespace)
	claims, volumes := w.core.PersistentVolumeClaims(namespace), w.core.PersistentVolumes()
	configs := w.core.ConfigMaps(namespace)
	all := []source{
		{Sets, func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) { return sets.List(ctx, o) }, sets.Watch},
		{Pods, func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) { return pods.List(ctx, o) }, pods.Watch},
		{Claims, func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) { return claims.List(ctx, o) }, claims.Watch},
		{Volumes, func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) { return volumes.List(ctx, o) }, volumes.Watch},
		{Configs, func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) { return configs.List(ctx, o) }, configs.Watch},
	}
	return slices.DeleteFunc(all, func(s source) bool { return !slices.Contains(w.scope.Kinds, s.kind) })
}

// listed are the objects of a list, and its version.
func listed(ctx context.Context, s source) ([]runtime.Object, string, error) {
	list, err := s.list(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, "", err
	}
	about, err := meta.ListAccessor(list)
	if err != nil {
		return nil, "", err
	}
	objects, err := meta.ExtractList(list)
	return objects, about.GetResourceVersion(), err
}

// list notes everything that there is now. What was there before and is not any
// more went meanwhile.
func (w *Witness) list(ctx context.Context, s source, first bool) (string, error) {
	objects, version, err := listed(ctx, s)
	if err != nil {
		return "", err
	}
	there := map[types.UID]bool{}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, o := range objects {
		m, namespace := momentOf(o, false)
		m.There = first
		there[m.Object().GetUID()] = true
		w.note(namespace, m)
	}
	for namespace, live := range w.live {
		for uid, m := range live {
			if m.Kind() == s.kind && !there[uid] {
				m.Gone, m.There, m.Version, m.At = true, false, Number(version), time.Now()
				w.note(namespace, m)
			}
		}
	}
	return version, nil
}

// follow notes everything that happens from then on. When the API server went
// away for too long, a new list says what happened meanwhile.
func (w *Witness) follow(ctx context.Context, s source, version string) {
	for ctx.Err() == nil {
		events, err := s.watch(ctx, metav1.ListOptions{ResourceVersion: version, AllowWatchBookmarks: true})
		if err == nil {
			version, err = w.drain(events, version)
		}
		if err == nil || ctx.Err() != nil {
			continue
		}
		if again, err := w.list(ctx, s, false); err == nil {
			w.mu.Lock()
			w.missed = append(w.missed, Span{Number(version), Number(again)})
			w.mu.Unlock()
			version = again
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond): // nobody answers
		}
	}
}

func (w *Witness) drain(events watch.Interface, version string) (string, error) {
	defer events.Stop()
	for e := range events.ResultChan() {
		object, err := meta.Accessor(e.Object)
		if err != nil {
			return version, errors.New("the watch ended with an error")
		}
		version = object.GetResourceVersion()
		if e.Type == watch.Bookmark {
			continue
		}
		m, namespace := momentOf(e.Object, e.Type == watch.Deleted)
		w.mu.Lock()
		w.note(namespace, m)
		w.mu.Unlock()
	}
	return version, nil
}

func (w *Witness) note(namespace string, m Moment) {
	w.newest = max(w.newest, m.Version)
	if !strings.HasPrefix(namespace, w.scope.Prefix) {
		return
	}
	live := w.live[namespace]
	if live == nil {
		live = map[types.UID]Moment{}
		w.live[namespace] = live
	}
	uid := m.Object().GetUID()
	if before, ok := live[uid]; ok && before.Version >= m.Version && !m.Gone {
		return // a list says once more what a watch has said
	}
	w.seen[namespace] = append(w.seen[namespace], m)
	if m.Gone {
		delete(live, uid)
	} else {
		live[uid] = m
	}
	close(w.grown)
	w.grown = make(chan struct{})
}
