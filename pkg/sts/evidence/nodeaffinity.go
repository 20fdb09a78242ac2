package evidence

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/selection"
)

// A volume that lives in one zone, or on one node, keeps its pod there. The
// scheduler only says that so many nodes "had volume node affinity conflict".

// HasNodeAffinity reports whether any of these volumes, by their claims' names, can be
// used on some nodes only.
func HasNodeAffinity(volumes map[string]*corev1.PersistentVolume) bool {
	for _, v := range volumes {
		if required(v) != nil {
			return true
		}
	}
	return false
}

// NodeAffinity says where the volumes, by their claims' names, can be used and
// what there is.
func NodeAffinity(volumes map[string]*corev1.PersistentVolume, nodes []corev1.Node) string {
	var out []string
	for _, claim := range slices.Sorted(maps.Keys(volumes)) {
		selector := required(volumes[claim])
		if selector == nil {
			continue
		}
		var fit, cordoned int
		for i := range nodes {
			if !fits(selector, &nodes[i]) {
				continue
			}
			fit++
			if nodes[i].Spec.Unschedulable {
				cordoned++
			}
		}
		out = append(out, fmt.Sprintf("the volume of claim %s can only be used where %s: %s",
			claim, terms(selector), nodesWords(fit, cordoned)))
	}
	return strings.Join(out, "; ")
}

func nodesWords(fit, cordoned int) string {
	switch {
	case fit == 0:
		return "there is no such node"
	case cordoned == 1 && fit == 1:
		return "the only such node is cordoned"
	case cordoned == fit:
		return fmt.Sprintf("all %d such nodes are cordoned", fit)
	case cordoned > 0:
		return fmt.Sprintf("there are %d such nodes, %d of them cordoned", fit, cordoned)
	case fit == 1:
		return "there is 1 such node"
	}
	return fmt.Sprintf("there are %d such nodes", fit)
}

func required(v *corev1.PersistentVolume) *corev1.NodeSelector {
	if v == nil || v.Spec.NodeAffinity == nil {
		return nil
	}
	return v.Spec.NodeAffinity.Required
}

// fits reports whether any term selects the node.
func fits(selector *corev1.NodeSelector, node *corev1.Node) bool {
	return slices.ContainsFunc(selector.NodeSelectorTerms, func(term corev1.NodeSelectorTerm) bool {
		for _, e := range term.MatchFields { // metadata.name is the only field that there is
			if e.Key != "metadata.name" || !matches(e, labels.Set{e.Key: node.Name}) {
				return false
			}
		}
		for _, e := range term.MatchExpressions {
			if !matches(e, node.Labels) {
				return false
			}
		}
		return len(term.MatchFields)+len(term.MatchExpressions) > 0 // an empty term selects nothing
	})
}

var operators = map[corev1.NodeSelectorOperator]selection.Operator{
	corev1.NodeSelectorOpIn:           selection.In,
	corev1.NodeSelectorOpNotIn:        selection.NotIn,
	corev1.NodeSelectorOpExists:       selection.Exists,
	corev1.NodeSelectorOpDoesNotExist: selection.DoesNotExist,
	corev1.NodeSelectorOpGt:           selection.GreaterThan,
	corev1.NodeSelectorOpLt:           selection.LessThan,
}

func matches(e corev1.NodeSelectorRequirement, of labels.Set) bool {
	requirement, err := labels.NewRequirement(e.Key, operators[e.Operator], e.Values)
	return err == nil && requirement.Matches(of)
}

// terms is a node selector in words.
func terms(selector *corev1.NodeSelector) string {
	var either []string
	for _, term := range selector.NodeSelectorTerms {
		var all []string
		for _, e := range slices.Concat(term.MatchFields, term.MatchExpressions) {
			words := e.Key + " " + string(e.Operator)
			if e.Operator == corev1.NodeSelectorOpIn && len(e.Values) == 1 {
				words = e.Key + "=" + e.Values[0]
			} else if len(e.Values) > 0 {
				words += " (" + strings.Join(e.Values, ", ") + ")"
			}
			all = append(all, words)
		}
		either = append(either, strings.Join(all, " and "))
	}
	return strings.Join(either, " or ")
}
