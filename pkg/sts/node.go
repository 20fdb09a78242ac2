package sts

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
)

// Node is what is known about a node that holds a pod which does not go.
type Node struct {
	Name string
	// Lost is since when the node has not been heard of; zero when it is there.
	Lost time.Time
	// OutOfService says that somebody has tainted it as off: then the pods are
	// removed from it without its word (KEP-2268).
	OutOfService bool
}

// ObserveNode copies what matters. A kubelet that can't be reached leaves the
// Ready condition Unknown; False would be its own word.
func ObserveNode(n *corev1.Node) Node {
	node := Node{Name: n.Name}
	for _, c := range n.Status.Conditions {
		if c.Type == corev1.NodeReady && c.Status == corev1.ConditionUnknown {
			node.Lost = c.LastTransitionTime.Time
		}
	}
	for _, taint := range n.Spec.Taints {
		if taint.Key == corev1.TaintNodeOutOfService {
			node.OutOfService = true
		}
	}
	return node
}

// Overdue reports whether the pod should have been gone for a while: its grace
// period is over, and the time that a kubelet takes to say so.
func (pod Pod) Overdue(now time.Time) bool {
	return pod.Terminating && !now.Before(pod.OverdueAt())
}

// slack is what a kubelet is given to report that a pod is gone.
const slack = 5 * time.Second

// OverdueAt is when a pod on its way out becomes overdue.
func (pod Pod) OverdueAt() time.Time { return pod.Due.Add(slack) }

// lostNode is why a pod stays on a node that is lost. Nobody can tell whether
// it still runs there, and two of one name would destroy each other's data.
func (s Snapshot) lostNode(pod Pod, now time.Time) *Trouble {
	node, known := s.Nodes[pod.Node]
	if !known || node.Lost.IsZero() || !pod.Overdue(now) {
		return nil
	}
	t := &Trouble{Reason: ReasonNodeLost, Grace: AfterPatience}
	since := node.Lost.UTC().Format(time.RFC3339)
	if node.OutOfService {
		t.Message = fmt.Sprintf("node %s is lost since %s, and tainted out-of-service: its pods are about to be removed", node.Name, since)
		t.Grace = AtDeadline
		return t
	}
	t.Message = fmt.Sprintf("node %s is lost since %s, so nobody knows whether the pod still runs there, and its controller makes no other",
		node.Name, since)
	t.Hints = []hint.Hint{{
		Words: "bring the node back or, only when that machine is off for certain",
		Kind:  hint.Kubectl, Verb: "taint",
		Args: []string{"node", node.Name, fmt.Sprintf("%s=nodeshutdown:%s", corev1.TaintNodeOutOfService, corev1.TaintEffectNoExecute)},
	}}
	return t
}
