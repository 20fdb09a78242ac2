package advice

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice/world"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

func availabilityRules() []Rule {
	return []Rule{
		{
			ID: "A1", Group: Availability, Severity: Info, Title: "no PodDisruptionBudget",
			Why: "Nothing keeps several drains at a time from evicting several pods of the set. A PodDisruptionBudget with " +
				"maxUnavailable: 1 has each drain wait for the one before. Rollouts do not ask it.",
			Live: true, Needs: []world.Part{world.PartBudgets}, judge: unbudgeted,
		},
		{
			ID: "A2", Group: Availability, Severity: Warning, Title: "a PodDisruptionBudget that never allows an eviction",
			Why: "The budget wants as many healthy pods as there are at all, so that no pod may ever be evicted: a drain of a node " +
				"waits for ever, and so does an upgrade of the cluster. Where an operator owns the budget it is an info: some open " +
				"it for each drain.",
			Live: true, Files: true, Needs: []world.Part{world.PartBudgets}, judge: neverEvicted,
		},
		{
			ID: "A3", Group: Availability, Severity: Error, Title: "several PodDisruptionBudgets for one pod",
			Why: "The eviction API does not support a pod that more than one budget covers, and answers with an error each time: a " +
				"drain of its node never ends.",
			Live: true, Files: true, Needs: []world.Part{world.PartBudgets}, judge: twoBudgets,
		},
		{
			ID: "A4", Group: Availability, Severity: Warning, Title: "an unhealthy pod that can't be evicted",
			Why: "A pod runs and is not Ready, and its budget allows no eviction while there are too few healthy pods. So the one " +
				"pod that serves nobody keeps its node from being drained. With unhealthyPodEvictionPolicy: AlwaysAllow it may go.",
			Live: true, Needs: []world.Part{world.PartPods, world.PartBudgets}, judge: stuckDrain,
		},
		{
			ID: "A6", Group: Availability, Severity: Info, Title: "most pods on one node",
			Why: "More than half of the set's pods, and at least two, are on one node, though one of them could be on another: when it " +
				"fails or is drained they go together. A node that takes none of them, by its taints, the template's selectors or " +
				"their volumes, does not count. A topologySpreadConstraint or anti-affinity spreads those that are made after it was " +
				"added.",
			Live: true, Needs: []world.Part{world.PartPods, world.PartNodes}, Wants: []world.Part{world.PartClaims, world.PartVolumes},
			judge: crowded,
		},
		{
			ID: "A9", Group: Availability, Severity: Error, Title: "a volume that no node can use",
			Why: "The volume of a pod can only be used on nodes that are not there, or not Ready, or cordoned. The pod can't start " +
				"anywhere else. It is an error where no such node exists, and a warning where there is one that may come back.",
			Live: true, Needs: []world.Part{world.PartPods, world.PartClaims, world.PartVolumes, world.PartNodes}, judge: stranded,
		},
	}
}

func (l *look) budget(b *policyv1.PodDisruptionBudget) Object {
	return l.beside("PodDisruptionBudget", b.Name)
}

// budgetWords are what a budget asks for.
func budgetWords(b *policyv1.PodDisruptionBudget) (field, value string) {
	switch {
	case b.Spec.MinAvailable != nil:
		return "spec.minAvailable", b.Spec.MinAvailable.String()
	case b.Spec.MaxUnavailable != nil:
		return "spec.maxUnavailable", b.Spec.MaxUnavailable.String()
	}
	return "spec.minAvailable", "1" // which neither of them means
}

// unbudgeted is A1.
func unbudgeted(l *look) []Finding {
	if l.replicas() < 2 || len(l.budgets()) > 0 {
		return nil
	}
	args := []string{"poddisruptionbudget", l.name(), "--selector", selectorWords(l.object().Spec.Selector), "--max-unavailable", "1"}
	f := Finding{
		Says: fmt.Sprintf("drains of several nodes at a time can evict several pods of %s at a time: no PodDisruptionBudget "+
			"covers them", l.name()),
		Evidence: []Evidence{l.value("spec.replicas", strconv.Itoa(l.replicas()))},
		Fix:      run(hint.Kube("have one evicted at a time", "create", args...)),
	}
	if l.object().Spec.Selector == nil || len(l.object().Spec.Selector.MatchExpressions) > 0 {
		f.Fix = Fix{Words: "create a PodDisruptionBudget with the set's selector and maxUnavailable: 1"} // kubectl only takes labels
	}
	if slices.ContainsFunc(l.Budgets, func(b policyv1.PodDisruptionBudget) bool { return b.Name == l.name() }) {
		f.Fix = Fix{Words: "PodDisruptionBudget " + l.name() + " selects other pods: have it select these"}
	}
	return []Finding{f}
}

func selectorWords(s *metav1.LabelSelector) string {
	if s == nil {
		return ""
	}
	var parts []string
	for key, value := range s.MatchLabels {
		parts = append(parts, key+"="+value)
	}
	slices.Sort(parts)
	return strings.Join(parts, ",")
}

// neverEvicted is A2.
func neverEvicted(l *look) []Finding {
	var out []Finding
	for _, b := range l.budgets() {
		if !l.forbidsAll(b) {
			continue
		}
		field, value := budgetWords(b)
		f := Finding{
			Says: fmt.Sprintf("a drain of a node with a pod of %s waits for ever: PodDisruptionBudget %s wants all of them healthy",
				l.name(), b.Name),
			Evidence: []Evidence{{Object: l.budget(b), Field: field, Value: value}, l.value("spec.replicas", strconv.Itoa(l.replicas()))},
			Fix: mend(l.budget(b), "let one pod go at a time", map[string]any{
				"spec": map[string]any{"minAvailable": nil, "maxUnavailable": 1},
			}),
		}
		if metav1.GetControllerOfNoCopy(b) != nil {
			f.Severity = Info
		}
		out = append(out, f)
	}
	return out
}

// forbidsAll reports whether a budget wants as many healthy pods as there can be. Live,
// its controller has counted; in files the sets are counted that it covers, and nothing is
// known where it covers other pods as well.
func (l *look) forbidsAll(b *policyv1.PodDisruptionBudget) bool {
	if l.replicas() == 0 {
		return false
	}
	if l.Live && b.Status.ObservedGeneration >= b.Generation && b.Status.ExpectedPods > 0 {
		return int(b.Status.DesiredHealthy) >= max(int(b.Status.ExpectedPods), l.covered(b)) // some may not be there yet
	}
	if most := b.Spec.MaxUnavailable; most != nil {
		return most.IntValue() == 0 && (most.Type == intstr.Int || strings.Trim(most.StrVal, "0") == "%")
	}
	least := b.Spec.MinAvailable
	switch {
	case least == nil:
		return false
	case least.Type == intstr.String:
		return least.StrVal == "100%"
	}
	for _, labels := range l.Others {
		if Selects(b.Spec.Selector, labels) {
			return false
		}
	}
	return int(least.IntVal) >= l.covered(b)
}

// covered is how many pods of sets a budget covers once all are there.
func (l *look) covered(b *policyv1.PodDisruptionBudget) int {
	pods := 0
	for i := range l.Sets {
		other := look{World: l.World, set: &l.Sets[i]}
		if other.object().Namespace == b.Namespace && Selects(b.Spec.Selector, other.podLabels()) {
			pods += other.most()
		}
	}
	return pods
}

// most is how many pods the set can get by itself.
func (l *look) most() int {
	n := l.replicas()
	for _, s := range l.Scalers {
		if s.Set == l.name() && s.Namespace == l.object().Namespace {
			n = max(n, s.Max)
		}
	}
	return n
}

// twoBudgets is A3.
func twoBudgets(l *look) []Finding {
	all := l.budgets()
	if len(all) < 2 || l.replicas() == 0 {
		return nil
	}
	slices.SortStableFunc(all, func(a, b *policyv1.PodDisruptionBudget) int {
		return cmp.Or(a.CreationTimestamp.Compare(b.CreationTimestamp.Time), strings.Compare(a.Name, b.Name))
	})
	var evidence []Evidence
	var names []string
	for _, b := range all {
		evidence = append(evidence, Evidence{
			Object: l.budget(b), Field: "spec.selector", Value: metav1.FormatLabelSelector(b.Spec.Selector),
			Since: b.CreationTimestamp.Time,
		})
		names = append(names, b.Name)
	}
	fix := Fix{Words: "keep one of them"}
	if l.Live && !slices.ContainsFunc(all[1:], l.ofOthers) {
		fix.Commands = []hint.Hint{hint.Kube("delete the newer", "delete", append([]string{"poddisruptionbudget"}, names[1:]...)...)}
	}
	return []Finding{{
		Says: fmt.Sprintf("no pod of %s can be evicted, and a drain of its node never ends: %s cover it, and the API server takes "+
			"only one",
			l.name(), sts.Count(len(all), "PodDisruptionBudget")),
		Evidence: evidence, Fix: fix,
	}}
}

// ofOthers reports whether a budget is somebody else's to take away: a controller has made
// it, or it covers pods of another set as well.
func (l *look) ofOthers(b *policyv1.PodDisruptionBudget) bool {
	return metav1.GetControllerOf(b) != nil || slices.ContainsFunc(l.Sets, func(s world.Set) bool {
		return s.Object.Name != l.name() && Selects(b.Spec.Selector, s.Object.Spec.Template.Labels)
	})
}

// stuckDrain is A4.
func stuckDrain(l *look) []Finding {
	all := l.budgets()
	if len(all) != 1 { // several are A3
		return nil
	}
	b := all[0]
	policy := b.Spec.UnhealthyPodEvictionPolicy
	counted := b.Status.ObservedGeneration >= b.Generation && b.Status.ExpectedPods > 0
	if !counted || policy != nil && *policy == policyv1.AlwaysAllow || b.Status.DisruptionsAllowed > 0 ||
		b.Status.CurrentHealthy >= b.Status.DesiredHealthy {
		return nil
	}
	var evidence []Evidence
	var names []string
	for _, p := range l.snapshot().Pods {
		if p.Ready || p.Terminating || p.Phase != "Running" || l.Now.Sub(p.UnreadySince) < l.Patience {
			continue // a Pending one may always go
		}
		names = append(names, p.Name)
		evidence = append(evidence, Evidence{
			Object: l.beside("Pod", p.Name), Field: "status.conditions[Ready]", Value: "False, on node " + p.Node, Since: p.UnreadySince,
		})
	}
	if len(names) == 0 {
		return nil
	}
	return []Finding{{
		Says: fmt.Sprintf("a drain waits for ever for %s to get Ready: PodDisruptionBudget %s lets no pod go while fewer than %d "+
			"are healthy",
			sts.Few(names), b.Name, b.Status.DesiredHealthy),
		Evidence: firstFew(evidence),
		Fix: mend(l.budget(b), "let pods go that are not Ready", map[string]any{
			"spec": map[string]any{"unhealthyPodEvictionPolicy": "AlwaysAllow"},
		}),
	}}
}
