package feed

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/fields"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Nodes are looked at only when a pod on them does not go in its time. Not
// being allowed to costs the diagnosis and nothing else.

// lookAtNodes begins to watch the nodes that hold overdue pods. The channel
// tells when the next pod becomes overdue, nil for never.
func (w *watcher) lookAtNodes(ctx context.Context, s sts.Snapshot) <-chan time.Time {
	now := w.conn.Now()
	var next time.Time
	for _, pod := range s.Pods {
		_, watched := w.nodes[pod.Node]
		switch {
		case !pod.Terminating || pod.Node == "" || watched:
		case pod.Overdue(now):
			w.watchNode(ctx, pod.Node)
		case next.IsZero() || pod.OverdueAt().Before(next):
			next = pod.OverdueAt()
		}
	}
	if next.IsZero() {
		return nil
	}
	return time.After(next.Sub(now))
}

func (w *watcher) watchNode(ctx context.Context, name string) {
	nodes := w.conn.Nodes()
	s := w.source("nodes", &corev1.Node{}, fields.OneTermEqualSelector("metadata.name", name).String(), "", lister(nodes.List), nodes.Watch)
	s.optional = true
	w.nodes[name] = s
	s.start(ctx)
}

// knownNodes adds the nodes that are watched.
func (w *watcher) knownNodes(s sts.Snapshot) sts.Snapshot {
	for name, source := range w.nodes {
		for _, node := range items[*corev1.Node](source) {
			if s.Nodes == nil {
				s.Nodes = map[string]sts.Node{}
			}
			s.Nodes[name] = sts.ObserveNode(node)
		}
	}
	return s
}
