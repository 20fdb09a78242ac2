package sts_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func node(ready corev1.ConditionStatus, taints ...string) *corev1.Node {
	n := &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: "node-1"},
		Status: corev1.NodeStatus{Conditions: []corev1.NodeCondition{
			{Type: corev1.NodeMemoryPressure, Status: corev1.ConditionUnknown, LastTransitionTime: metav1.NewTime(ststest.Start)},
			{Type: corev1.NodeReady, Status: ready, LastTransitionTime: metav1.NewTime(ststest.Start.Add(-time.Minute))},
		}},
	}
	for _, key := range taints {
		n.Spec.Taints = append(n.Spec.Taints, corev1.Taint{Key: key})
	}
	return n
}

func TestObserveNode(t *testing.T) {
	lost := ststest.Start.Add(-time.Minute)
	require.Equal(t, sts.Node{Name: "node-1"}, sts.ObserveNode(node(corev1.ConditionTrue)))
	require.Equal(t, sts.Node{Name: "node-1"}, sts.ObserveNode(node(corev1.ConditionFalse, "node.kubernetes.io/not-ready")),
		"a kubelet that says that it is not well is there")
	require.Equal(t, sts.Node{Name: "node-1", Lost: lost}, sts.ObserveNode(node(corev1.ConditionUnknown, "node.kubernetes.io/unreachable")))
	require.Equal(t, sts.Node{Name: "node-1", Lost: lost, OutOfService: true},
		sts.ObserveNode(node(corev1.ConditionUnknown, "node.kubernetes.io/out-of-service")))
}

func TestAPodThatStaysOnALostNode(t *testing.T) {
	const advice = "node node-1 is lost since 2030-01-02T03:03:05Z, so nobody knows whether the pod still runs there, and its controller " +
		"makes no other"
	off1 := []hint.Hint{{
		Words: "bring the node back or, only when that machine is off for certain", Kind: hint.Kubectl, Verb: "taint",
		Args: []string{"node", "node-1", "node.kubernetes.io/out-of-service=nodeshutdown:NoExecute"},
	}}
	lost := sts.ObserveNode(node(corev1.ConditionUnknown))
	off := sts.ObserveNode(node(corev1.ConditionUnknown, corev1.TaintNodeOutOfService))
	for _, test := range []struct {
		name  string
		nodes map[string]sts.Node
		at    time.Duration // after the end of its grace period
		want  *sts.Trouble
	}{
		{"it is named, with what helps", map[string]sts.Node{"node-1": lost}, 5 * time.Second, &sts.Trouble{
			Reason: sts.ReasonNodeLost, Message: advice, Grace: sts.AfterPatience, Hints: off1,
		}},
		{"within its grace period nothing is wrong", map[string]sts.Node{"node-1": lost}, 5*time.Second - 1, nil},
		{"a node that is there has nothing to do with it", map[string]sts.Node{"node-1": {Name: "node-1"}}, time.Hour, nil},
		{"another node has nothing to do with it", map[string]sts.Node{"node-2": lost}, time.Hour, nil},
		{"nothing is known about the node", nil, time.Hour, nil},
		{"help is on its way", map[string]sts.Node{"node-1": off}, 5 * time.Second, &sts.Trouble{
			Reason:  sts.ReasonNodeLost,
			Message: "node node-1 is lost since 2030-01-02T03:03:05Z, and tainted out-of-service: its pods are about to be removed",
			Grace:   sts.AtDeadline,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := ststest.Snapshot(ststest.Set(), ststest.Pods(0, 4), ststest.Pods(4, 5, ststest.Terminating))
			s.Nodes = test.nodes
			standing := s.PodProgress(4, "", ststest.Start.Add(test.at))
			require.Equal(t, sts.StateTerminating, standing.State)
			require.Equal(t, test.want, standing.Trouble)
		})
	}
}
