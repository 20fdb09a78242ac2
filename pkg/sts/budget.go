package sts

import (
	"fmt"
	"strings"

	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// Budget is what a PodDisruptionBudget that covers the set allows now.
type Budget struct {
	Name    string
	Current bool // its controller has seen its newest spec
	Allowed int  // status.disruptionsAllowed
	Healthy int  // status.currentHealthy
	Desired int  // status.desiredHealthy
	// AlwaysUnhealthy lets pods that are not Ready go whatever the others do
	// (unhealthyPodEvictionPolicy AlwaysAllow).
	AlwaysUnhealthy bool
}

// budgets finds those that cover the set's pods, going by its
// template's labels, as the eviction API goes by a pod's.
func (s Snapshot) budgets(all []*policyv1.PodDisruptionBudget) []Budget {
	var out []Budget
	for _, b := range all {
		if b.Namespace != s.Set.Namespace || !covers(b, s.Set.Spec.Template.Labels) {
			continue
		}
		policy := b.Spec.UnhealthyPodEvictionPolicy
		out = append(out, Budget{
			Name:            b.Name,
			Current:         b.Status.ObservedGeneration >= b.Generation,
			Allowed:         int(b.Status.DisruptionsAllowed),
			Healthy:         int(b.Status.CurrentHealthy),
			Desired:         int(b.Status.DesiredHealthy),
			AlwaysUnhealthy: policy != nil && *policy == policyv1.AlwaysAllow,
		})
	}
	return out
}

func covers(b *policyv1.PodDisruptionBudget, podLabels map[string]string) bool {
	if b.Spec.Selector == nil {
		return false // of policy/v1: selects no pod
	}
	selector, err := metav1.LabelSelectorAsSelector(b.Spec.Selector)
	return err == nil && selector.Matches(labels.Set(podLabels))
}

// WithBudgets is the snapshot with those of these budgets that cover the set.
func (s Snapshot) WithBudgets(all []*policyv1.PodDisruptionBudget) Snapshot {
	if s.Set != nil {
		s.Budgets = s.budgets(all)
	}
	return s
}

// Forbids says which budgets do not allow the pod to go now, or "". It judges
// as the eviction API does (canIgnorePDB and checkAndDecrement in
// k8s.io/kubernetes/pkg/registry/core/pod/storage/eviction.go), but for a pod
// that is Pending: that counts as unhealthy here, like any other.
func (s Snapshot) Forbids(pod Pod) string {
	var words []string
	for _, b := range s.Budgets {
		switch {
		case pod.Terminating:
		case !b.Current:
			words = append(words, fmt.Sprintf("PodDisruptionBudget %s, whose controller has not seen its newest spec yet", b.Name))
		case b.Allowed > 0:
		case !pod.Ready && (b.AlwaysUnhealthy || b.Desired > 0 && b.Healthy >= b.Desired):
		default:
			words = append(words, fmt.Sprintf("PodDisruptionBudget %s to let %s go: it wants %d healthy, and %d are",
				b.Name, pod.Name, b.Desired, b.Healthy))
		}
	}
	return strings.Join(words, "; ")
}
