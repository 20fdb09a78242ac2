package canary_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// However many pods the controller may replace at once, a step takes no more than
// are its own.
func TestAStepTakesItsOwnPodsOnly(t *testing.T) {
	three := ststest.MaxUnavailable(intstr.FromInt32(3))
	for name, set := range map[string]*appsv1.StatefulSet{
		"ordered":  rolling(ststest.Stable, ststest.Stable, three),
		"Parallel": rolling(ststest.Stable, ststest.Stable, three, ststest.Parallel),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, set, everyPod(ststest.Stable)...)
			var took [][]string
			for range 10 {
				before := len(w.gone)
				p := planned(t)(canaryOf("nginx:1.22")(request(), w.see(), w.now))
				if w.run(p, 1) == engine.Done {
					break
				}
				if more := w.gone[before:]; len(more) > 0 {
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
		do      planner
		want    []string
	}{
		{"of a canary", three, nil, canaryOf("nginx:1.23"), said},
		{"not where it is one", func(*appsv1.StatefulSet) {}, nil, canaryOf("nginx:1.23"), nil},
		{"not where a budget has a say: pod by pod", three, []*policyv1.PodDisruptionBudget{ststest.Budget()}, canaryOf("nginx:1.23"), nil},
		{"not of a restart: pod by pod", three, nil, restartAll, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, rolling(ststest.Update, ststest.Update, test.set), everyPod(ststest.Update)...)
			w.budgets = test.budgets

			p := planned(t)(test.do(request(), w.see(), w.now))

			require.Equal(t, test.want, p.Details)
		})
	}
}
