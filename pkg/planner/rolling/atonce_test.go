package rolling_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// However many pods the controller may replace at once, a step takes no more than
// are its own.
func TestAStepTakesItsOwnPodsOnly(t *testing.T) {
	three := ststest.MaxUnavailable(intstr.FromInt32(3))
	for name, set := range map[string]*appsv1.StatefulSet{
		"ordered":  verbtest.Rolling(ststest.Stable, ststest.Stable, three),
		"Parallel": verbtest.Rolling(ststest.Stable, ststest.Stable, three, ststest.Parallel),
	} {
		t.Run(name, func(t *testing.T) {
			w := verbtest.NewWorld(t, set, verbtest.EveryPod(ststest.Stable)...)
			var took [][]string
			for range 10 {
				before := len(w.Gone)
				p := verbtest.Planned(t)(verbtest.CanaryOf("nginx:1.22")(verbtest.Ask(), w.See(), w.Now))
				if w.Run(p, 1) == engine.Done {
					break
				}
				if more := w.Gone[before:]; len(more) > 0 {
					took = append(took, more)
				}
			}
			require.Equal(t, [][]string{{"web-4"}, {"web-3", "web-2"}, {"web-1", "web-0"}}, took)
		})
	}
}

func TestThatPodsAreReplacedAtOnceIsSaid(t *testing.T) {
	said := []string{"maxUnavailable 3: the controller replaces up to 3 pods of a step at once"}
	three := ststest.MaxUnavailable(intstr.FromInt32(3))
	for _, test := range []struct {
		name    string
		set     func(*appsv1.StatefulSet)
		budgets []*policyv1.PodDisruptionBudget
		do      verbtest.Planner
		want    []string
	}{
		{"of a canary", three, nil, verbtest.CanaryOf("nginx:1.23"), said},
		{"not where it is one", func(*appsv1.StatefulSet) {}, nil, verbtest.CanaryOf("nginx:1.23"), nil},
		{
			"not where a budget has a say: pod by pod", three,
			[]*policyv1.PodDisruptionBudget{ststest.Budget()},
			verbtest.CanaryOf("nginx:1.23"), nil,
		},
		{"not of a restart: pod by pod", three, nil, verbtest.RestartAll, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := verbtest.NewWorld(t, verbtest.Rolling(ststest.Update, ststest.Update, test.set), verbtest.EveryPod(ststest.Update)...)
			w.Budgets = test.budgets

			p := verbtest.Planned(t)(test.do(verbtest.Ask(), w.See(), w.Now))

			require.Equal(t, test.want, p.Details)
		})
	}
}
