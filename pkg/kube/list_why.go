package kube

import (
	"context"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// What explains pods that are missing, or that do not go, is read only when
// there are any. Not being allowed to costs the words and nothing else.

// addFailedCreates adds what the controller says about the pods that it could
// not make. Of many sets it reads no other events: those about pods that it has
// made are far more.
func (c *Client) addFailedCreates(ctx context.Context, snapshots []sts.Snapshot) {
	type key struct{ namespace, name string }
	lacking := map[key]*sts.Snapshot{}
	var sets []*appsv1.StatefulSet
	for i := range snapshots {
		if s := &snapshots[i]; len(s.Pods) < s.Replicas() {
			lacking[key{s.Set.Namespace, s.Name()}] = s
			sets = append(sets, s.Set)
		}
	}
	if len(sets) == 0 {
		return
	}
	opts := metav1.ListOptions{FieldSelector: fields.Set{
		"involvedObject.kind": "StatefulSet",
		"reason":              sts.ReasonFailedCreate,
	}.AsSelector().String()}
	events := map[key][]*corev1.Event{}
	_ = pages(ctx, opts, c.events(namespaceOf(sets)).List, func(list *corev1.EventList) {
		for i := range list.Items {
			e := &list.Items[i]
			of := key{e.Namespace, e.InvolvedObject.Name}
			if _, ok := lacking[of]; ok {
				events[of] = append(events[of], e)
			}
		}
	})
	for of, list := range events {
		lacking[of].FailedCreates = sts.FailedCreates(list)
	}
}

// addNodes adds the nodes that hold pods which do not go in their time.
func (c *Client) addNodes(ctx context.Context, snapshots []sts.Snapshot) {
	overdue := map[string][]*sts.Snapshot{}
	for i := range snapshots {
		for _, pod := range snapshots[i].Pods {
			if pod.Node != "" && pod.Overdue(c.Now()) {
				overdue[pod.Node] = append(overdue[pod.Node], &snapshots[i])
			}
		}
	}
	if len(overdue) == 0 {
		return
	}
	opts := metav1.ListOptions{}
	for name := range overdue {
		if len(overdue) == 1 {
			opts.FieldSelector = fields.OneTermEqualSelector("metadata.name", name).String()
		}
	}
	_ = pages(ctx, opts, c.nodes().List, func(list *corev1.NodeList) {
		for i := range list.Items {
			node := sts.ObserveNode(&list.Items[i])
			for _, s := range overdue[node.Name] {
				if s.Nodes == nil {
					s.Nodes = map[string]sts.Node{}
				}
				s.Nodes[node.Name] = node
			}
		}
	})
}
