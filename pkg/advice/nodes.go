package advice

import (
	"cmp"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/selection"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice/world"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// crowded is A6.
func crowded(l *look) []Finding {
	on := map[string][]string{}
	usable := 0
	for _, n := range l.Cluster.Nodes {
		if n.Ready && !n.Cordoned {
			usable++
		}
	}
	for _, p := range l.snapshot().Pods {
		if p.Node != "" && !p.Terminating {
			on[p.Node] = append(on[p.Node], p.Name)
		}
	}
	for node, pods := range on {
		if usable < 2 || len(pods) < 2 || 2*len(pods) <= l.replicas() || l.pinned() {
			continue
		}
		return []Finding{{
			Says:     fmt.Sprintf("when node %s fails, %d of the %d pods of %s go together", node, len(pods), l.replicas(), l.name()),
			Evidence: podsOn(l, node, pods),
			Fix: l.patch("spread the pods that are made from now on; this restarts them", map[string]any{"template": map[string]any{
				"spec": map[string]any{"topologySpreadConstraints": []any{map[string]any{
					"topologyKey": corev1.LabelHostname, "maxSkew": 1, "whenUnsatisfiable": "ScheduleAnyway",
					"labelSelector": l.object().Spec.Selector,
				}}},
			}}),
		}}
	}
	return nil
}

func podsOn(l *look, node string, pods []string) []Evidence {
	var out []Evidence
	for _, name := range pods {
		out = append(out, Evidence{Object: l.beside("Pod", name), Field: "spec.nodeName", Value: node})
	}
	return firstFew(out)
}

// stranded is A9.
func stranded(l *look) []Finding {
	var out []Finding
	for _, c := range l.claims() {
		v, ok := l.volume(c)
		if !ok || v.Affinity == nil {
			continue
		}
		pod := l.snapshot().PodOf(c.Name)
		if slices.ContainsFunc(l.set.Snapshot.Pods, func(p sts.Pod) bool { return p.Name == pod && (p.Ready || l.there(p)) }) {
			continue // it is where its data is
		}
		var fit, usable []string
		for name, n := range l.Cluster.Nodes {
			if !fits(v.Affinity, n) {
				continue
			}
			fit = append(fit, name)
			if n.Ready && !n.Cordoned {
				usable = append(usable, name)
			}
		}
		if len(usable) > 0 {
			continue
		}
		slices.Sort(fit)
		slices.SortStableFunc(fit, func(a, b string) int { return cmp.Compare(l.away(a), l.away(b)) })
		out = append(out, l.strandedOn(c, v, pod, fit))
	}
	return out
}

// there reports whether a pod runs on a node that is well: whatever it lacks, it is no node.
func (l *look) there(p sts.Pod) bool {
	return p.Node != "" && !p.Terminating && l.Cluster.Nodes[p.Node].Ready
}

// away is 0 for a node that is only cordoned: it is the one that is had back most easily.
func (l *look) away(node string) int {
	if l.Cluster.Nodes[node].Ready {
		return 0
	}
	return 1
}

func (l *look) strandedOn(c world.Claim, v world.Volume, pod string, fit []string) Finding {
	evidence := []Evidence{
		{Object: l.beside("PersistentVolumeClaim", c.Name), Field: "spec.volumeName", Value: v.Name},
		{Object: Object{Kind: "PersistentVolume", Name: v.Name}, Field: "spec.nodeAffinity", Value: affinityWords(v.Affinity)},
	}
	if len(fit) == 0 && !oneNode(v.Affinity) {
		return Finding{
			Severity: Warning, Evidence: evidence,
			Says: fmt.Sprintf("pod %s waits for a node with %s, where its volume %s can be used: there is none now",
				pod, affinityWords(v.Affinity), v.Name),
			Fix: Fix{Words: "have a node there, such as by a node group that may grow"},
		}
	}
	if len(fit) == 0 {
		return Finding{
			Says:     fmt.Sprintf("pod %s can't start anywhere: its volume %s can only be used on nodes that are not there", pod, v.Name),
			Evidence: evidence,
			Fix: Fix{Words: fmt.Sprintf("bring the node back, or give up the data: delete claim %s and then the pod, and the set "+
				"makes new ones",
				c.Name)},
		}
	}
	where := "there"
	if len(fit) > 1 {
		where = fmt.Sprintf("on %d nodes, none of which takes pods", len(fit))
	}
	f := Finding{
		Severity: Warning, Evidence: evidence,
		Says: fmt.Sprintf("pod %s does not start before node %s is back: its volume %s can only be used %s", pod, fit[0], v.Name, where),
		Fix:  Fix{Words: "bring node " + fit[0] + " back"},
	}
	if n := l.Cluster.Nodes[fit[0]]; n.Ready {
		f.Fix = run(hint.Kube("let pods on the node again", "uncordon", n.Name))
	}
	for _, name := range fit {
		n := l.Cluster.Nodes[name]
		f.Evidence = append(f.Evidence, Evidence{
			Object: Object{Kind: "Node", Name: name}, Value: fmt.Sprintf("ready: %t, cordoned: %t", n.Ready, n.Cordoned),
		})
	}
	f.Evidence = slices.Clip(f.Evidence[:min(len(f.Evidence), 5)])
	return f
}

// oneNode reports whether a volume is bound to a node by its name: no other one will do.
func oneNode(selector *corev1.NodeSelector) bool {
	for _, term := range selector.NodeSelectorTerms {
		for _, r := range slices.Concat(term.MatchExpressions, term.MatchFields) {
			if r.Key != corev1.LabelHostname && r.Key != "metadata.name" {
				return false
			}
		}
	}
	return true
}

// fits reports whether a node is one of those that are selected. What can't be read
// counts as fitting: nothing is said then.
func fits(selector *corev1.NodeSelector, n world.Node) bool {
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

func affinityWords(selector *corev1.NodeSelector) string {
	for _, term := range selector.NodeSelectorTerms {
		for _, r := range slices.Concat(term.MatchExpressions, term.MatchFields) {
			return fmt.Sprintf("%s %s %v", r.Key, r.Operator, r.Values)
		}
	}
	return "none"
}
