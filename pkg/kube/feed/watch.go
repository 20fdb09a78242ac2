package feed

import (
	"context"
	"fmt"
	"sync"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// Options are what is watched beyond what always is.
type Options struct {
	// Zones, unless it is nil, is asked in which zone a pod is that does not say so.
	Zones *Zones
	// Claims adds the set's claims.
	Claims bool
	// Budgets makes it an error that disruption budgets may not be watched.
	// Without it they are shown where that is allowed.
	Budgets bool
}

// Watch follows the set, its pods, its revisions and the controller's words
// about pods that it could not make. Every change gives a whole new snapshot;
// changes that come faster than the receiver takes them are merged. A watch
// that is cut, or has become too old (410), is taken up again and only told
// about. The feed ends, with the reason as its last item, when it can't go
// on, and closes with the context.
func Watch(ctx context.Context, c *transport.Conn, set *workload.Set, opts Options) (<-chan engine.Update, error) {
	w, err := newWatcher(c, set, opts)
	if err != nil {
		return nil, err
	}
	w.start(transport.Quiet(ctx))
	return w.out, nil
}

func newWatcher(c *transport.Conn, set *workload.Set, opts Options) (*watcher, error) {
	selector, err := Selector(set)
	if err != nil {
		return nil, err
	}
	w := &watcher{
		conn:     c,
		zones:    opts.Zones,
		name:     set.Name,
		changed:  make(chan struct{}, 1),
		trouble:  make(chan engine.Update, 8),
		out:      make(chan engine.Update),
		ended:    map[*source]bool{},
		cut:      map[*source]bool{},
		nodes:    map[string]*source{},
		affinity: map[types.UID]string{}, words: map[string]string{},
	}
	w.sets = w.source("statefulsets.apps", &appsv1.StatefulSet{}, fields.OneTermEqualSelector("metadata.name", set.Name).String(), "",
		lister(c.StatefulSets(c.Namespace).List), c.StatefulSets(c.Namespace).Watch)
	w.pods = w.source("pods", &corev1.Pod{}, "", selector,
		lister(c.Pods(c.Namespace).List), c.Pods(c.Namespace).Watch)
	w.revisions = w.source("controllerrevisions.apps", &appsv1.ControllerRevision{}, "", selector,
		lister(c.ControllerRevisions(c.Namespace).List), c.ControllerRevisions(c.Namespace).Watch)
	w.events = w.source("events", &corev1.Event{}, AboutPods(set.Name), "",
		lister(c.Events(c.Namespace).List), c.Events(c.Namespace).Watch)
	w.budgets = w.source("poddisruptionbudgets.policy", &policyv1.PodDisruptionBudget{}, "", "",
		lister(c.PodDisruptionBudgets(c.Namespace).List), c.PodDisruptionBudgets(c.Namespace).Watch)
	w.events.optional, w.budgets.optional = true, !opts.Budgets
	if opts.Claims {
		w.watchClaims(set)
	}
	return w, nil
}

// watcher merges the sources into one feed.
type watcher struct {
	conn                  *transport.Conn
	zones                 *Zones
	name                  string
	sets, pods, revisions *source
	events, budgets       *source
	claims                *source // nil when they don't matter
	nodes                 map[string]*source
	words                 map[string]string    // what drivers say of claims that don't get a size
	affinity              map[types.UID]string // where the volumes of pods that fit on no node can be used
	changed               chan struct{}        // holds one token when a source changed
	trouble               chan engine.Update
	out                   chan engine.Update
	access                sync.Mutex       // of what may be forbidden; never held while anything is told
	mu                    sync.Mutex       // also held while trouble is told, which keeps it in order
	ended                 map[*source]bool // those whose watch has ended and was not taken up again
	cut                   map[*source]bool // those that are not relied on any more
	told                  bool             // the person knows that something is cut
}

func (w *watcher) start(ctx context.Context) {
	for _, s := range w.sources() {
		s.start(ctx)
	}
	go w.run(ctx)
}

func (w *watcher) sources() []*source {
	all := []*source{w.sets, w.pods, w.revisions, w.events, w.budgets}
	if w.claims != nil {
		all = append(all, w.claims)
	}
	return all
}

func (w *watcher) run(ctx context.Context) {
	defer close(w.out)
	var next *engine.Update // what the receiver has not taken yet
	var overdue <-chan time.Time
	look := func() {
		s := w.snapshot()
		if err := sts.Countable(s.Set); err != nil {
			next = &engine.Update{Err: err}
			return
		}
		overdue = w.lookAtNodes(ctx, s)
		w.zones.add(ctx, w.conn, s, w.signal)
		next = &engine.Update{Snapshot: w.addDriverWords(ctx, w.addNodeAffinity(ctx, s))}
	}
	for {
		var out chan<- engine.Update
		var item engine.Update
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
			if u.Back {
				look() // what waits may be from before, and nothing else may come for long
			}
		case <-w.changed:
			if w.synced() {
				look()
			}
		case <-overdue:
			look()
		case out <- item:
			if item.Err != nil {
				return
			}
			next = nil
		}
	}
}

// send passes on something that must not be merged away, and reports whether
// the feed goes on.
func (w *watcher) send(ctx context.Context, u engine.Update) bool {
	select {
	case w.out <- u:
		return u.Err == nil
	case <-ctx.Done():
		return false
	}
}

func (w *watcher) synced() bool {
	for _, s := range w.sources() {
		if !s.synced.Load() {
			return false
		}
	}
	return true
}

func (w *watcher) snapshot() sts.Snapshot {
	var set *workload.Set
	for _, item := range items[*appsv1.StatefulSet](w.sets) {
		set = workload.FromApps(item)
	}
	s := sts.Observe(set, items[*corev1.Pod](w.pods), items[*appsv1.ControllerRevision](w.revisions),
		sts.FailedCreates(items[*corev1.Event](w.events)))
	return w.knownNodes(w.knownClaims(s.WithBudgets(items[*policyv1.PodDisruptionBudget](w.budgets))))
}

func (w *watcher) signal() {
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

// AboutPods selects the events of a set, in which the controller says which pods
// it has made and deleted, and why it could not make one.
func AboutPods(set string) string {
	return fields.Set{
		"involvedObject.kind": "StatefulSet",
		"involvedObject.name": set,
	}.AsSelector().String()
}

// Selector selects the pods and the revisions of a set.
func Selector(set *workload.Set) (string, error) {
	selector, err := metav1.LabelSelectorAsSelector(set.Spec.Selector)
	if err != nil {
		return "", fmt.Errorf("statefulset %q: selector: %w", set.Name, err)
	}
	return selector.String(), nil
}
