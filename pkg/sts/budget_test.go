package sts_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

type budget = policyv1.PodDisruptionBudget

// quorum is what a snapshot holds of ststest.Budget.
func quorum(changes ...func(*sts.Budget)) sts.Budget {
	b := sts.Budget{Name: "quorum", Current: true, Allowed: 1, Healthy: 5, Desired: 4}
	for _, change := range changes {
		change(&b)
	}
	return b
}

// selecting makes the budget one of these pods.
func selecting(s *metav1.LabelSelector) func(*budget) {
	return func(b *budget) { b.Spec.Selector = s }
}

func expression(key string, op metav1.LabelSelectorOperator, values ...string) func(*budget) {
	return selecting(&metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: key, Operator: op, Values: values}}})
}

func TestBudgetsThatCoverTheSet(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*budget)
		want   []sts.Budget
	}{
		{"one with the pods' labels", func(*budget) {}, []sts.Budget{quorum()}},
		{"one of every pod", selecting(&metav1.LabelSelector{}), []sts.Budget{quorum()}},
		{"one with an expression", expression("app", metav1.LabelSelectorOpIn, "db", "web"), []sts.Budget{quorum()}},
		{"one whose expression excludes the pods", expression("app", metav1.LabelSelectorOpNotIn, "web"), nil},
		{"one that wants a label that they lack", expression("tier", metav1.LabelSelectorOpExists), nil},
		{"one without a selector selects no pod", selecting(nil), nil},
		{"one whose selector can't be read", expression("app", "Like", "w*"), nil},
		{"one of other pods", selecting(&metav1.LabelSelector{MatchLabels: map[string]string{"app": "db"}}), nil},
		{"one of another namespace", func(b *budget) { b.Namespace = "other" }, nil},
		{
			"one whose spec is newer than its status", func(b *budget) { b.Generation = 2 },
			[]sts.Budget{quorum(func(b *sts.Budget) { b.Current = false })},
		},
		{
			"one that lets unhealthy pods go", ststest.AlwaysAllow,
			[]sts.Budget{quorum(func(b *sts.Budget) { b.AlwaysUnhealthy = true })},
		},
		{
			"one that says the default", func(b *budget) { b.Spec.UnhealthyPodEvictionPolicy = ptr.To(policyv1.IfHealthyBudget) },
			[]sts.Budget{quorum()},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := ststest.Snapshot(ststest.Set()).WithBudgets([]*budget{ststest.Budget(test.change)})
			require.Equal(t, test.want, s.Budgets)
		})
	}
}

func TestBudgetsOfNoSet(t *testing.T) {
	require.Equal(t, sts.Snapshot{}, sts.Snapshot{}.WithBudgets([]*budget{ststest.Budget()}))
}

// A feed's snapshot replaces what the one before knew.
func TestBudgetsThatAreGone(t *testing.T) {
	s := ststest.Snapshot(ststest.Set()).WithBudgets([]*budget{ststest.Budget()})
	require.Empty(t, s.WithBudgets(nil).Budgets)
}

func TestForbids(t *testing.T) {
	const (
		full    = "PodDisruptionBudget quorum to let web-4 go: it wants 4 healthy, and 4 are"
		tooFew  = "PodDisruptionBudget quorum to let web-4 go: it wants 4 healthy, and 3 are"
		notSeen = "PodDisruptionBudget quorum, whose controller has not seen its newest spec yet"
	)
	tight := ststest.Healthy(4, 4)
	short := ststest.Healthy(3, 4)
	all := func(changes ...func(*budget)) func(*budget) {
		return func(b *budget) {
			for _, change := range changes {
				change(b)
			}
		}
	}
	newer := func(b *budget) { b.Generation = 2 }
	for _, test := range []struct {
		name    string
		budgets []*budget
		pod     podOption
		want    string
	}{
		{"no budget forbids nothing", nil, nothing, ""},
		{"one that allows a disruption", []*budget{ststest.Budget()}, nothing, ""},
		{"one that allows none", []*budget{ststest.Budget(tight)}, nothing, full},
		{
			"one of zero",
			[]*budget{ststest.Budget(ststest.Healthy(0, 0))},
			nothing,
			"PodDisruptionBudget quorum to let web-4 go: it wants 0 healthy, and 0 are",
		},
		{"an unhealthy pod may go while the others are enough", []*budget{ststest.Budget(tight)}, ststest.Unready, ""},
		{"an unhealthy pod may not go while the others are too few", []*budget{ststest.Budget(short)}, ststest.Unready, tooFew},
		{"unless the budget always lets it", []*budget{ststest.Budget(short, ststest.AlwaysAllow)}, ststest.Unready, ""},
		{"which does not help a healthy one", []*budget{ststest.Budget(short, ststest.AlwaysAllow)}, nothing, tooFew},
		{
			"a budget that wants none healthy does not let an unhealthy pod go either, as the eviction API has it",
			[]*budget{ststest.Budget(ststest.Healthy(0, 0))},
			ststest.Unready,
			"PodDisruptionBudget quorum to let web-4 go: it wants 0 healthy, and 0 are",
		},
		{"a pod on its way out is gone anyway", []*budget{ststest.Budget(tight)}, ststest.Terminating, ""},
		{"a spec that nobody has seen forbids", []*budget{ststest.Budget(newer)}, nothing, notSeen},
		{"also what it would always let go", []*budget{ststest.Budget(all(newer, ststest.AlwaysAllow))}, ststest.Unready, notSeen},
		{"of several, one that forbids is enough", []*budget{ststest.Budget(), ststest.Budget(tight)}, nothing, full},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := ststest.Snapshot(ststest.Set(), ststest.Pods(0, 4), ststest.Pods(4, 5, test.pod)).WithBudgets(test.budgets)
			pod, ok := s.Pod(4)
			require.True(t, ok)
			require.Equal(t, test.want, s.Forbids(pod))
		})
	}
}
