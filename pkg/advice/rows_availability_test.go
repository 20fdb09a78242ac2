package advice_test

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func budgeted(change func(*policyv1.PodDisruptionBudget)) func(*scene) {
	return func(s *scene) { change(s.budgets[0]) }
}

// healthy has the budget want all that there is.
func wantsAll(b *policyv1.PodDisruptionBudget) {
	b.Spec.MaxUnavailable = ptr.To(intstr.FromInt32(0))
	b.Status.DesiredHealthy, b.Status.DisruptionsAllowed = 3, 0
}

func leastAvailable(least string) func(*policyv1.PodDisruptionBudget) {
	return func(b *policyv1.PodDisruptionBudget) {
		b.Spec.MaxUnavailable, b.Spec.MinAvailable = nil, ptr.To(intstr.Parse(least))
		b.Status = policyv1.PodDisruptionBudgetStatus{}
	}
}

// one of the three is not healthy, and the budget wants the others to stay.
func exhausted(b *policyv1.PodDisruptionBudget) {
	b.Status.CurrentHealthy, b.Status.DisruptionsAllowed, b.Status.DesiredHealthy = 2, 0, 3
}

// crowd has these pods on one node.
func crowd(ordinals ...int) func(*scene) {
	return func(s *scene) {
		for _, o := range ordinals {
			s.pods[o].Spec.NodeName = "node-0"
		}
	}
}

// taints has these nodes keep all pods away.
func taints(nodes ...int) func(*scene) {
	return func(s *scene) {
		for _, n := range nodes {
			s.nodes[n].Spec.Taints = []corev1.Taint{{Key: "for", Value: "db", Effect: corev1.TaintEffectNoSchedule}}
		}
	}
}

func tolerating(s *scene) {
	s.set.Spec.Template.Spec.Tolerations = []corev1.Toleration{{Key: "for", Value: "db", Effect: corev1.TaintEffectNoSchedule}}
}

func selects(key, value string) func(*scene) {
	return func(s *scene) { s.set.Spec.Template.Spec.NodeSelector = map[string]string{key: value} }
}

func labelled(node int, key, value string) func(*scene) {
	return func(s *scene) { s.nodes[node].Labels[key] = value }
}

// requires has the pods only run on these nodes.
func requires(nodes ...string) func(*scene) {
	return func(s *scene) {
		s.set.Spec.Template.Spec.Affinity = &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{
			RequiredDuringSchedulingIgnoredDuringExecution: onNodes(nodes...),
		}}
	}
}

func onNodes(names ...string) *corev1.NodeSelector {
	return &corev1.NodeSelector{NodeSelectorTerms: []corev1.NodeSelectorTerm{{
		MatchExpressions: []corev1.NodeSelectorRequirement{{
			Key: corev1.LabelHostname, Operator: corev1.NodeSelectorOpIn, Values: names,
		}},
	}}}
}

// local binds the volume of web-1 to a node.
func local(node string) func(*scene) { return bound(1, node) }

// bound binds the volume of an ordinal to a node.
func bound(ordinal int, node string) func(*scene) {
	return func(s *scene) {
		s.volumes[ordinal].Spec.NodeAffinity = &corev1.VolumeNodeAffinity{Required: onNodes(node)}
	}
}

// zoned binds the volume of web-1 to a zone.
func zoned(zone string) func(*scene) {
	return func(s *scene) {
		local(zone)(s)
		s.volumes[1].Spec.NodeAffinity.Required.NodeSelectorTerms[0].MatchExpressions[0].Key = corev1.LabelTopologyZone
	}
}

// waiting has web-1 wait for a node.
func waiting(s *scene) {
	pod(1, ststest.Pending)(s)
	s.pods[1].Spec.NodeName = ""
}

func availabilityRows() []row {
	never := findings{"warning: a drain of a node with a pod of web waits for ever: PodDisruptionBudget web wants all of them healthy"}
	crowded := findings{"info: when node node-0 fails, 2 of the 3 pods of web go together"}
	return []row{
		{"A1", "a budget", live, nil, nil},
		{"A1", "one pod", live, changes{replicas(1), unbudgeted}, nil},
		{"A1", "none", live, changes{unbudgeted}, findings{
			"info: drains of several nodes at a time can evict several pods of web at a time: no PodDisruptionBudget covers them",
		}},
		{"A2", "one at a time", both, nil, nil},
		{"A2", "none, as its controller counts", both, changes{budgeted(wantsAll)}, never},
		{"A2", "all, in percent", both, changes{budgeted(leastAvailable("100%"))}, never},
		{"A2", "as many as there are", both, changes{budgeted(leastAvailable("3"))}, never},
		{"A2", "fewer than an autoscaler can make", both, changes{budgeted(leastAvailable("3")), scaler(3, 5)}, nil},
		{"A2", "as many as the set has, of more", files, changes{budgeted(leastAvailable("3")), func(s *scene) {
			s.others = []map[string]string{{"app": "web"}}
		}}, nil},
		{"A2", "as many as there are so far", live, changes{budgeted(func(b *policyv1.PodDisruptionBudget) {
			leastAvailable("2")(b)
			b.Status = policyv1.PodDisruptionBudgetStatus{ExpectedPods: 2, DesiredHealthy: 2, CurrentHealthy: 2}
		})}, nil},
		{"A2", "for a set without pods", both, changes{budgeted(wantsAll), replicas(0)}, nil},
		{"A2", "one of an operator", both, changes{budgeted(func(b *policyv1.PodDisruptionBudget) {
			wantsAll(b)
			b.OwnerReferences = []metav1.OwnerReference{{Kind: "Cluster", Name: "pg", UID: "1", Controller: ptr.To(true)}}
		})}, findings{strings.Replace(never[0], "warning", "info", 1)}},
		{"A3", "one", both, nil, nil},
		{"A3", "two", both, changes{func(s *scene) { s.budgets = append(s.budgets, budget("other", 1)) }}, findings{
			"error: no pod of web can be evicted, and a drain of its node never ends: 2 PodDisruptionBudgets cover it, and the API " +
				"server takes only one",
		}},
		{"A4", "all healthy", live, nil, nil},
		{"A4", "one that is not", live, changes{budgeted(exhausted), pod(1, ststest.Unready)}, findings{
			"warning: a drain waits for ever for web-1 to get Ready: PodDisruptionBudget web lets no pod go while fewer than 3 are " +
				"healthy",
		}},
		{"A4", "one that may go all the " +
			"same", live, changes{budgeted(exhausted), pod(1, ststest.Unready), budgeted(ststest.AlwaysAllow)}, nil},
		{"A4", "one that has not begun", live, changes{budgeted(exhausted), pod(1, ststest.Pending)}, nil},
		{"A6", "one on each node", live, nil, nil},
		{"A6", "two on one", live, changes{crowd(0, 1)}, crowded},
		{"A6", "the only node", live, changes{crowd(0, 1, 2), func(s *scene) { s.nodes = s.nodes[:1] }}, nil},
		{"A6", "the only node that has no taint", live, changes{crowd(0, 1), taints(1, 2)}, nil},
		{"A6", "the others have taints that are tolerated", live, changes{crowd(0, 1), taints(1, 2), tolerating}, crowded},
		{"A6", "the others are cordoned or not Ready", live, changes{crowd(0, 1), func(s *scene) {
			s.nodes[1].Spec.Unschedulable, s.nodes[2].Status.Conditions[0].Status = true, corev1.ConditionFalse
		}}, nil},
		{"A6", "the only node that is selected", live, changes{crowd(0, 1), selects("pool", "db"), labelled(0, "pool", "db")}, nil},
		{"A6", "one of two that are selected", live, changes{
			crowd(0, 1), selects("pool", "db"), labelled(0, "pool", "db"), labelled(1, "pool", "db"),
		}, crowded},
		{"A6", "the only node of the affinity", live, changes{crowd(0, 1), requires("node-0")}, nil},
		{"A6", "one of two of the affinity", live, changes{crowd(0, 1), requires("node-0", "node-1")}, crowded},
		{"A6", "volumes that keep them there", live, changes{crowd(0, 1), bound(0, "node-0"), bound(1, "node-0")}, nil},
		{"A6", "a volume that keeps one of them there", live, changes{crowd(0, 1), bound(0, "node-0")}, crowded},
		{"A6", "pods that want to be together", live, changes{crowd(0, 1), func(s *scene) {
			s.set.Spec.Template.Spec.Affinity = &corev1.Affinity{PodAffinity: &corev1.PodAffinity{
				RequiredDuringSchedulingIgnoredDuringExecution: []corev1.PodAffinityTerm{{TopologyKey: corev1.LabelHostname}},
			}}
		}}, nil},
		{"A9", "a volume for any node", live, changes{pod(1, ststest.Unready)}, nil},
		{"A9", "a volume of a node that is there", live, changes{local("node-1"), pod(1, ststest.Unready)}, nil},
		{"A9", "a node that is not there", live, changes{local("node-9"), waiting}, findings{
			"error: pod web-1 can't start anywhere: its volume pv-web-1 can only be used on nodes that are not there",
		}},
		{"A9", "a node that is cordoned", live, changes{local("node-1"), waiting, func(s *scene) {
			s.nodes[1].Spec.Unschedulable = true
		}}, findings{"warning: pod web-1 does not start before node node-1 is back: its volume pv-web-1 can only be used there"}},
		{"A9", "one that is on its node, and not Ready for another reason", live, changes{
			local("node-1"), pod(1, ststest.Unready), func(s *scene) { s.nodes[1].Spec.Unschedulable = true },
		}, nil},
		{"A9", "a zone without nodes, which may come", live, changes{zoned("b"), waiting}, findings{
			"warning: pod web-1 waits for a node with topology.kubernetes.io/zone In [b], where its volume pv-web-1 can be used: " +
				"there is none now",
		}},
		{"A9", "a node that is not there, of a zone that is", live, changes{local("node-9"), waiting, func(s *scene) {
			term := &s.volumes[1].Spec.NodeAffinity.Required.NodeSelectorTerms[0]
			term.MatchExpressions = append(term.MatchExpressions, corev1.NodeSelectorRequirement{
				Key: corev1.LabelTopologyZone, Operator: corev1.NodeSelectorOpIn, Values: []string{"a"},
			})
		}}, findings{"error: pod web-1 can't start anywhere: its volume pv-web-1 can only be used on nodes that are not there"}},
		{"A9", "two nodes, of which one is only cordoned", live, changes{zoned("a"), waiting, func(s *scene) {
			s.nodes[0].Labels[corev1.LabelTopologyZone], s.nodes[1].Labels[corev1.LabelTopologyZone] = "a", "a"
			s.nodes[0].Status.Conditions[0].Status, s.nodes[1].Spec.Unschedulable = corev1.ConditionFalse, true
		}}, findings{"warning: pod web-1 does not start before node node-1 is back: its volume pv-web-1 can only be used on 2 nodes, " +
			"none of which takes pods"}},
		{"A9", "a pod that runs on it", live, changes{local("node-1"), func(s *scene) { s.nodes[1].Spec.Unschedulable = true }}, nil},
	}
}

func unbudgeted(s *scene) { s.budgets = nil }
