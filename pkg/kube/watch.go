package kube

import (
	"context"
	"slices"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/feed"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// Need is what a watch shows beyond what every watch does.
type Need int

const (
	// NeedClaims adds the set's claims.
	NeedClaims Need = iota + 1
	// NeedBudgets makes it an error that disruption budgets may not be watched.
	// Without it they are shown where that is allowed.
	NeedBudgets
)

// Watch follows the set, its pods, its revisions and the controller's words
// about pods that it could not make. Every change gives a whole new snapshot;
// changes that come faster than the receiver takes them are merged. A watch
// that is cut, or has become too old (410), is taken up again and only told
// about. The feed ends, with the reason as its last item, when it can't go
// on, and closes with the context.
func (c *Client) Watch(ctx context.Context, set *workload.Set, needs ...Need) (<-chan engine.Update, error) {
	opts := feed.Options{
		Zones: c.zones, Claims: slices.Contains(needs, NeedClaims), Budgets: slices.Contains(needs, NeedBudgets),
	}
	if ahead := c.ahead.take(); ahead != nil {
		if updates, ok := ahead.Take(set, opts); ok {
			return updates, nil
		}
	}
	return feed.Watch(ctx, c.conn, set, opts)
}

// WatchAhead makes the next [Client.Load] begin a watch of its set as soon as the
// set is there, for the [Client.Watch] that follows. It ends with the context.
func (c *Client) WatchAhead(ctx context.Context) {
	c.ahead.watch = func(set *workload.Set) (*feed.Ahead, error) { return feed.WatchAhead(ctx, c.conn, set, c.zones) }
}

// ahead is a watch that begins before it is asked for.
type ahead struct {
	watch func(*workload.Set) (*feed.Ahead, error) // nil where nobody wants one
	begun *feed.Ahead
}

// begin begins it, unless nobody wants it or it follows this set already.
func (a *ahead) begin(set *workload.Set) {
	if a.watch == nil || a.begun != nil && a.begun.Of(set) {
		return
	}
	if a.begun != nil {
		a.begun.Stop()
	}
	a.begun, _ = a.watch(set) // the load meets the same error
}

// take hands it over, once.
func (a *ahead) take() *feed.Ahead {
	begun := a.begun
	*a = ahead{}
	return begun
}

// KnowZones makes Watch look at a pod's node where the pod does not say in
// which zone it is. Not being allowed to read nodes only costs the zones.
func (c *Client) KnowZones() { c.zones = feed.NewZones() }
