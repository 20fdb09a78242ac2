package advice_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice"
	"github.com/kubectl-sts/kubectl-sts/pkg/advice/world"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

type (
	changes  []func(*scene)
	findings []string // each as "severity: what it says"
)

// where a row looks.
const (
	live = 1 << iota
	files
	both = live | files
)

// row is what a rule says of a set that is good but for these changes.
type row struct {
	rule    string
	name    string
	where   int
	changes changes
	want    findings // nil where the rule has nothing to say
}

func rows() []row {
	return slices.Concat(dataRows(), volumeRows(), rolloutRows(), availabilityRows(), podRows(), identityRows())
}

// says is what one rule has found.
func says(a advice.Advice, rule string) findings {
	var out findings
	for _, f := range a.Findings {
		if f.Rule == rule {
			out = append(out, string(f.Severity)+": "+f.Says)
		}
	}
	return out
}

func TestRules(t *testing.T) {
	for _, r := range rows() {
		t.Run(r.rule+" "+r.name, func(t *testing.T) {
			rule, ok := advice.RuleOf(r.rule)
			require.True(t, ok)
			for where, isLive := range map[int]bool{live: true, files: false} {
				if r.where&where == 0 || isLive && !rule.Live || !isLive && !rule.Files {
					continue
				}
				s := good(isLive)
				for _, change := range r.changes {
					change(s)
				}
				a := s.look()
				require.Equal(t, r.want, says(a, r.rule), "live: %t", isLive)
				for _, f := range a.Findings {
					require.NotEmpty(t, f.Evidence, f.Says)
					require.NotZero(t, f.Fix, f.Says)
					require.False(t, rule.ID == f.Rule && !f.Severity.AtLeast(advice.Info), f.Says)
				}
			}
		})
	}
}

// A rule that is never shown to find something, or to keep still, has not been tried.
func TestEachRuleIsTried(t *testing.T) {
	type tried struct{ yes, no bool }
	inCluster, inFiles := map[string]tried{}, map[string]tried{}
	for _, r := range rows() {
		for where, seen := range map[int]map[string]tried{live: inCluster, files: inFiles} {
			if r.where&where != 0 {
				was := seen[r.rule]
				seen[r.rule] = tried{was.yes || r.want != nil, was.no || r.want == nil}
			}
		}
	}
	var ids []string
	for _, rule := range advice.Rules() {
		require.NotContains(t, ids, rule.ID)
		ids = append(ids, rule.ID)
		require.True(t, rule.Live || rule.Files, rule.ID)
		require.NotEmpty(t, rule.Title, rule.ID)
		require.NotEmpty(t, rule.Why, rule.ID)
		if rule.Live {
			require.Equal(t, tried{true, true}, inCluster[rule.ID], "rows of %s in a cluster", rule.ID)
		}
		if rule.Files {
			require.Equal(t, tried{true, true}, inFiles[rule.ID], "rows of %s in files", rule.ID)
		}
	}
	require.Equal(t, ids, advice.IDs())
}

func TestThereIsNothingToFindInWhatIsGood(t *testing.T) {
	for _, isLive := range []bool{true, false} {
		a := good(isLive).look()
		require.NotEmpty(t, a.Asked)
		a.Asked = nil
		require.Equal(t, advice.Advice{About: advice.Object{Kind: "StatefulSet", Namespace: "default", Name: "web"}}, a)
	}
}

func TestWhatNobodyLookedAtIsNotFine(t *testing.T) {
	s := good(true)
	s.budgets = []*policyv1.PodDisruptionBudget{budget("a", 0), budget("b", 0)}
	s.unseen = map[world.Part]string{world.PartBudgets: "forbidden", world.PartNodes: "gone"}
	a := s.look()
	require.Empty(t, a.Findings)
	require.Equal(t, []advice.Unseen{
		{Part: world.PartBudgets, Why: "forbidden", Rules: []string{"A1", "A2", "A3", "A4"}},
		{Part: world.PartNodes, Why: "gone", Rules: []string{"A6", "A9", "P3"}},
	}, a.Unseen)
	require.Equal(t, []advice.Unseen{
		{Part: world.PartNodes, Why: "gone", Rules: []string{"A6", "A9", "P3"}},
		{Part: world.PartBudgets, Why: "forbidden", Rules: []string{"A1", "A2", "A3", "A4", "X"}},
	}, advice.MergeUnseen(a.Unseen, []advice.Unseen{{Part: world.PartBudgets, Why: "forbidden", Rules: []string{"A1", "X"}}}))
}

// Of a set that is not there no rule can say anything but that.
func TestOfASetThatIsAwayOneRuleIsAsked(t *testing.T) {
	s := good(true)
	whenScaled(s)
	lost(nil)(s)
	a := s.look()
	require.Equal(t, []string{"R12"}, a.Asked)
	require.Len(t, a.Findings, 1)
	require.Equal(t, []advice.Evidence{{
		Object: advice.Object{Kind: "ConfigMap", Namespace: "default", Name: "kubectl-sts.web"}, Field: "data",
		Value: "serviceName a to b", Since: ststest.Start,
	}}, a.Findings[0].Evidence)
	require.Equal(t, []hint.Hint{hint.Plugin("create it again, and it adopts its pods", "recreate", "web")}, a.Findings[0].Fix.Commands)
}

// What would only make a rule surer is said to be missing, and the rule is asked all the same.
func TestWhatMakesARuleSurerIsMissed(t *testing.T) {
	s := good(true)
	whenScaled(s)
	scaler(1, 3)(s)
	s.noVolume, s.unseen = true, map[world.Part]string{world.PartVolumes: "forbidden"}
	a := s.look()
	require.Equal(t, unlessRetained(3), says(a, "D2"))
	require.Contains(t, a.Asked, "D2")
	require.Equal(t, []advice.Unseen{{Part: world.PartVolumes, Why: "forbidden", Rules: []string{"D1", "D2", "A6", "A9"}}}, a.Unseen)
}

func TestSilence(t *testing.T) {
	s := good(true)
	unprobed(s)
	deletesData(s)
	whenScaled(s)
	annotated("d1,R6 a cache, it fills\n\nA1 x\n")(s)
	a := s.look()
	require.Equal(t, findings{
		"warning: a rollout of web goes on to the next pod as soon as containers run, whether they work or not: none has a " +
			"readiness probe",
	}, says(a, "R3"))
	require.Len(t, a.Findings, 1)
	require.Len(t, a.Silenced, 1)
	require.Equal(t, "D1", a.Silenced[0].Rule)
	require.Equal(t, "a cache, it fills", a.Silenced[0].Reason)
	require.Equal(t, 1, a.Count(advice.Warning))
	require.Zero(t, a.Count(advice.Error))
}

func TestTheWorstComesFirst(t *testing.T) {
	s := good(true)
	deletesData(s)
	unprobed(s)
	s.set.Spec.Template.Spec.TerminationGracePeriodSeconds = new(int64)
	s.set.Spec.Template.Spec.SecurityContext = &corev1.PodSecurityContext{FSGroup: new(int64)}
	var ids []string
	for _, f := range s.look().Findings {
		ids = append(ids, f.Rule)
	}
	require.Equal(t, []string{"P1", "R3", "D1", "P5"}, ids)
}
