package kube

import (
	"context"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// explainer explains pods that are missing, or that do not go. What tells it is read
// only when there are any. Not being allowed to costs the words and nothing else.
type explainer struct {
	client *Client
	// all is set where more sets are to come: then what is read once tells about
	// all of them.
	all     bool
	refused bool                                   // events of all namespaces may not be read
	failed  map[setKey]map[string]sts.FailedCreate // nil before they were read
	nodes   map[string]sts.Node                    // by name, a zero one where there was none to read
	whole   bool                                   // all nodes were read
}

// setKey is a set of any namespace.
type setKey struct{ namespace, name string }

// addFailedCreates adds what the controller says about the pods that it could
// not make. Of many sets it reads no other events: those about pods that it has
// made are far more.
func (w *explainer) addFailedCreates(ctx context.Context, snapshots []sts.Snapshot) {
	var lacking []*sts.Snapshot
	var sets []*workload.Set
	for i := range snapshots {
		if s := &snapshots[i]; len(s.Pods) < s.Replicas() {
			lacking = append(lacking, s)
			sets = append(sets, s.Set)
		}
	}
	if len(sets) == 0 {
		return
	}
	if w.all && w.failed == nil && !w.refused {
		failed, err := w.readEvents(ctx, w.client.Namespace)
		w.failed, w.refused = failed, apierrors.IsForbidden(err)
	}
	failed := w.failed
	if !w.all || w.refused {
		failed, _ = w.readEvents(ctx, namespaceOf(sets))
	}
	for _, s := range lacking {
		s.FailedCreates = failed[setKey{s.Set.Namespace, s.Name()}]
	}
}

func (w *explainer) readEvents(ctx context.Context, namespace string) (map[setKey]map[string]sts.FailedCreate, error) {
	opts := metav1.ListOptions{FieldSelector: fields.Set{
		"involvedObject.kind": "StatefulSet",
		"reason":              sts.ReasonFailedCreate,
	}.AsSelector().String()}
	events := map[setKey][]*corev1.Event{}
	err := transport.Pages(ctx, opts, w.client.conn.Events(namespace).List, func(list *corev1.EventList) {
		for i := range list.Items {
			e := &list.Items[i]
			of := setKey{e.Namespace, e.InvolvedObject.Name}
			events[of] = append(events[of], e)
		}
	})
	failed := map[setKey]map[string]sts.FailedCreate{}
	for of, list := range events {
		failed[of] = sts.FailedCreates(list)
	}
	return failed, err
}

// addNodes adds the nodes that hold pods which do not go in their time.
func (w *explainer) addNodes(ctx context.Context, snapshots []sts.Snapshot) {
	overdue := map[string][]*sts.Snapshot{}
	for i := range snapshots {
		for _, pod := range snapshots[i].Pods {
			if pod.Node != "" && pod.Overdue(w.client.Now()) {
				overdue[pod.Node] = append(overdue[pod.Node], &snapshots[i])
			}
		}
	}
	if len(overdue) == 0 {
		return
	}
	w.readNodes(ctx, slices.DeleteFunc(slices.Collect(maps.Keys(overdue)), func(name string) bool {
		_, asked := w.nodes[name]
		return asked
	}))
	for name, on := range overdue {
		node := w.nodes[name]
		for _, s := range on {
			if node.Name == "" {
				continue
			}
			if s.Nodes == nil {
				s.Nodes = map[string]sts.Node{}
			}
			s.Nodes[name] = node
		}
	}
}

// readNodes reads these nodes: one by its name, and several with all others,
// which are then known.
func (w *explainer) readNodes(ctx context.Context, names []string) {
	if len(names) == 0 || w.whole {
		return
	}
	opts := metav1.ListOptions{}
	if len(names) == 1 {
		opts.FieldSelector = fields.OneTermEqualSelector("metadata.name", names[0]).String()
	} else {
		w.whole = true
	}
	if w.nodes == nil {
		w.nodes = map[string]sts.Node{}
	}
	for _, name := range names {
		w.nodes[name] = sts.Node{}
	}
	_ = transport.Pages(ctx, opts, w.client.conn.Nodes().List, func(list *corev1.NodeList) {
		for i := range list.Items {
			node := sts.ObserveNode(&list.Items[i])
			w.nodes[node.Name] = node
		}
	})
}
