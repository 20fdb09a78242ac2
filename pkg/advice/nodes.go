package advice

import (
	"cmp"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice/world"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// crowded is A6.
func crowded(l *look) []Finding {
	on := map[string][]sts.Pod{}
	for _, p := range l.snapshot().Pods {
		if p.Node != "" && !p.Terminating {
			on[p.Node] = append(on[p.Node], p)
		}
	}
	for node, pods := range on {
		away := slices.DeleteFunc(slices.Clone(pods), func(p sts.Pod) bool { return !l.couldBeElsewhere(p) })
		if !l.crowds(len(pods)) || len(away) == 0 {
			continue
		}
		return []Finding{{
			Says:     fmt.Sprintf("when node %s fails, %d of the %d pods of %s go together", node, len(pods), l.replicas(), l.name()),
			Evidence: podsOn(l, node, pods),
			Fix:      l.spread(len(pods), away),
		}}
	}
	return nil
}

// crowds reports whether so many pods on one node are most of the set's.
func (l *look) crowds(pods int) bool { return pods > 1 && 2*pods > l.replicas() }

func podsOn(l *look, node string, pods []sts.Pod) []Evidence {
	var out []Evidence
	for i := range pods {
		out = append(out, Evidence{Object: l.beside("Pod", pods[i].Name), Field: "spec.nodeName", Value: node})
	}
	return firstFew(out)
}

// couldBeElsewhere reports whether there is another node that the template, the node and
// the pod's volumes allow. A pod that wants to be where another one is may have none.
func (l *look) couldBeElsewhere(p sts.Pod) bool {
	if a := l.spec().Affinity; a != nil && a.PodAffinity != nil && slices.ContainsFunc(
		a.PodAffinity.RequiredDuringSchedulingIgnoredDuringExecution,
		func(t corev1.PodAffinityTerm) bool { return t.TopologyKey == corev1.LabelHostname },
	) {
		return false
	}
	for name, n := range l.Cluster.Nodes {
		if name != p.Node && n.Takes(l.spec()) && l.reaches(p, n) {
			return true
		}
	}
	return false
}

// reaches reports whether the pod's volumes can be used on a node, as far as they were read.
func (l *look) reaches(p sts.Pod, n world.Node) bool {
	for _, c := range l.claims() {
		if l.snapshot().PodOf(c.Name) != p.Name {
			continue
		}
		if v, ok := l.volume(c); ok && v.Affinity != nil && !n.Fits(v.Affinity) {
			return false
		}
	}
	return true
}

// spread has pods that are made from now on spread over the nodes. Where the template says
// so already, those that were made before have to be made again: so many of those that
// could be elsewhere that the others are no crowd.
func (l *look) spread(pods int, away []sts.Pod) Fix {
	if !l.isSpread() {
		return l.patch("spread the pods that are made from now on; this restarts them", map[string]any{"template": map[string]any{
			"spec": map[string]any{"topologySpreadConstraints": []any{map[string]any{
				"topologyKey": corev1.LabelHostname, "maxSkew": 1, "whenUnsatisfiable": "ScheduleAnyway",
				"labelSelector": l.object().Spec.Selector,
			}}},
		}})
	}
	var ordinals []int
	for _, p := range slices.Backward(away) {
		if l.crowds(pods) {
			ordinals = append(ordinals, p.Ordinal)
			pods--
		}
	}
	return run(hint.Plugin("the template has them spread: have the scheduler place these anew", "restart", l.name(),
		"--ordinals", workload.OrdinalWords(ordinals)))
}

// isSpread reports whether the template keeps its pods apart, or would rather have them
// apart.
func (l *look) isSpread() bool {
	if slices.ContainsFunc(l.spec().TopologySpreadConstraints, func(c corev1.TopologySpreadConstraint) bool {
		return c.TopologyKey == corev1.LabelHostname && Selects(c.LabelSelector, l.podLabels())
	}) {
		return true
	}
	if l.spec().Affinity == nil || l.spec().Affinity.PodAntiAffinity == nil {
		return false
	}
	a := l.spec().Affinity.PodAntiAffinity
	apart := func(t corev1.PodAffinityTerm) bool {
		return t.TopologyKey == corev1.LabelHostname && Selects(t.LabelSelector, l.podLabels())
	}
	return slices.ContainsFunc(a.RequiredDuringSchedulingIgnoredDuringExecution, apart) ||
		slices.ContainsFunc(a.PreferredDuringSchedulingIgnoredDuringExecution, func(w corev1.WeightedPodAffinityTerm) bool {
			return apart(w.PodAffinityTerm)
		})
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
			if !n.Fits(v.Affinity) {
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
	named := func(r corev1.NodeSelectorRequirement) bool {
		return r.Operator == corev1.NodeSelectorOpIn && (r.Key == corev1.LabelHostname || r.Key == metav1.ObjectNameField)
	}
	return !slices.ContainsFunc(selector.NodeSelectorTerms, func(term corev1.NodeSelectorTerm) bool {
		return !slices.ContainsFunc(term.MatchExpressions, named) && !slices.ContainsFunc(term.MatchFields, named)
	})
}

func affinityWords(selector *corev1.NodeSelector) string {
	for _, term := range selector.NodeSelectorTerms {
		for _, r := range slices.Concat(term.MatchExpressions, term.MatchFields) {
			return fmt.Sprintf("%s %s %v", r.Key, r.Operator, r.Values)
		}
	}
	return "none"
}
