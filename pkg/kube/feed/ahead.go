package feed

import (
	"context"

	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// Ahead is a watch that has begun before it is known whether there will be a run,
// and what the run needs. The API server takes up to 100 ms to confirm that its
// cache is new enough for a watch, which pass while the set is read and a plan is
// made.
type Ahead struct {
	set     *workload.Set
	watcher *watcher
	stop    context.CancelFunc
}

// WatchAhead begins to follow a set. Nothing takes what it tells until [Ahead.Take].
func WatchAhead(ctx context.Context, c *transport.Conn, set *workload.Set, zones *Zones) (*Ahead, error) {
	w, err := newWatcher(c, set, Options{Zones: zones})
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(transport.Quiet(ctx))
	w.start(ctx)
	return &Ahead{set: set, watcher: w, stop: stop}, nil
}

// Of reports whether it follows this set.
func (a *Ahead) Of(set *workload.Set) bool {
	return a.set.UID == set.UID && equality.Semantic.DeepEqual(a.set.Spec.Selector, set.Spec.Selector)
}

// Take is the feed that [Watch] would return for this set and these options, or
// false, and the end of this one, where another has to begin.
func (a *Ahead) Take(set *workload.Set, opts Options) (<-chan engine.Update, bool) {
	if a.Of(set) && !opts.Claims && a.watcher.zones == opts.Zones && a.watcher.require(opts) {
		return a.watcher.out, true
	}
	a.stop()
	return nil, false
}

// Stop ends it.
func (a *Ahead) Stop() { a.stop() }

// require makes what is needed an error where it may not be watched, and reports
// false where that is known already.
func (w *watcher) require(opts Options) bool {
	w.access.Lock()
	defer w.access.Unlock()
	w.budgets.optional = w.budgets.optional && !opts.Budgets
	return !opts.Budgets || !w.budgets.refused
}
