package world

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/selection"
)

// Node is what matters about a node.
type Node struct {
	Name     string
	Labels   map[string]string
	Taints   []corev1.Taint // those that keep pods away
	Cordoned bool
	Ready    bool
}

// Arch is the node's architecture, empty where it does not say.
func (n Node) Arch() string { return n.Labels[corev1.LabelArchStable] }

// ObserveNode copies what matters about a node.
func ObserveNode(n *corev1.Node) Node {
	node := Node{Name: n.Name, Labels: n.Labels, Cordoned: n.Spec.Unschedulable}
	for i := range n.Spec.Taints {
		if taint := n.Spec.Taints[i]; taint.Effect != corev1.TaintEffectPreferNoSchedule {
			node.Taints = append(node.Taints, taint)
		}
	}
	for i := range n.Status.Conditions {
		if c := &n.Status.Conditions[i]; c.Type == corev1.NodeReady {
			node.Ready = c.Status == corev1.ConditionTrue
		}
	}
	return node
}

// Takes reports whether the scheduler may bring a pod of this template to the node, as far
// as the node itself decides.
func (n Node) Takes(spec *corev1.PodSpec) bool {
	if !n.Ready || n.Cordoned || spec.NodeName != "" {
		return false
	}
	for key, value := range spec.NodeSelector {
		if have, ok := n.Labels[key]; !ok || have != value {
			return false
		}
	}
	if a := spec.Affinity; a != nil && a.NodeAffinity != nil {
		if required := a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution; required != nil && !n.Fits(required) {
			return false
		}
	}
	return !slices.ContainsFunc(n.Taints, func(taint corev1.Taint) bool {
		return !slices.ContainsFunc(spec.Tolerations, func(t corev1.Toleration) bool { return tolerates(t, taint) })
	})
}

// tolerates is ToleratesTaint of the API. Lt and Gt are behind a feature gate, and count as
// no toleration where that is off: so they do here.
func tolerates(t corev1.Toleration, taint corev1.Taint) bool {
	if t.Effect != "" && t.Effect != taint.Effect || t.Key != "" && t.Key != taint.Key {
		return false
	}
	switch t.Operator {
	case corev1.TolerationOpExists:
		return true
	case "", corev1.TolerationOpEqual:
		return t.Value == taint.Value
	}
	return false
}

// Fits reports whether the node is one of those that are selected. What can't be read
// counts as fitting: nothing is said then.
func (n Node) Fits(selector *corev1.NodeSelector) bool {
	return slices.ContainsFunc(selector.NodeSelectorTerms, func(term corev1.NodeSelectorTerm) bool {
		return matches(term.MatchExpressions, n.Labels) &&
			matches(term.MatchFields, map[string]string{"metadata.name": n.Name}) &&
			len(term.MatchExpressions)+len(term.MatchFields) > 0
	})
}

func matches(all []corev1.NodeSelectorRequirement, of map[string]string) bool {
	operators := map[corev1.NodeSelectorOperator]selection.Operator{
		corev1.NodeSelectorOpIn: selection.In, corev1.NodeSelectorOpNotIn: selection.NotIn, corev1.NodeSelectorOpExists: selection.Exists,
		corev1.NodeSelectorOpDoesNotExist: selection.DoesNotExist, corev1.NodeSelectorOpGt: selection.GreaterThan,
		corev1.NodeSelectorOpLt: selection.LessThan,
	}
	for _, r := range all {
		requirement, err := labels.NewRequirement(r.Key, operators[r.Operator], r.Values)
		if err == nil && !requirement.Matches(labels.Set(of)) {
			return false
		}
	}
	return true
}
