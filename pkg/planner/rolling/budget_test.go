package rolling_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	policyv1 "k8s.io/api/policy/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/abort"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// Where a budget has a say a step is as many parts as pods. These are the
// plans of what a canary left behind after so many writes.
func TestACanaryWithinABudget(t *testing.T) {
	const (
		a       = ststest.Stable
		closing = "put the template of revision web-stable back, rollout paused; template, partition 5, " +
			"annotation kubectl-sts.github.io/canary, " + verbtest.NoCause
		allWell = "wait until every pod is Available; good from 0; free blocker after 0s, unhealthy ones always, within budgets"
	)
	third := []string{
		"3/3 update web-1; partition 1; good from 1; disrupts [1]; part",
		"3/3 update web-0; partition 0; good from 0; disrupts [0]; soak 1m0s",
		"end the canary; partition 0, " + verbtest.NoRecord,
	}
	second := append([]string{
		"2/3 update web-2; partition 2; good from 2; disrupts [2]; soak 1m0s; ask (wanted false) before web-1, web-0",
	}, third...)
	both := append([]string{"2/3 update web-3; partition 3; good from 3; disrupts [3]; part"}, second...)
	for _, test := range []struct {
		name   string
		writes int
		do     verbtest.Planner
		want   []string
	}{
		{"begins", 0, verbtest.CanaryOf("nginx:1.22"), append([]string{
			"set the template, rollout paused; template, partition 5, annotation kubectl-sts.github.io/canary; observed",
			"1/3 update web-4; partition 4; good from 4; disrupts [4]; soak 1m0s; ask (wanted false) before web-3, web-2",
		}, both...)},
		{"goes on with its gate closed", 1, verbtest.CanaryOf("nginx:1.22"), append([]string{
			"wait for the controller; observed",
			"1/3 update web-4; partition 4; good from 4; disrupts [4]; soak 1m0s; ask (wanted false) before web-3, web-2",
		}, both...)},
		{"goes on at its first gate", 2, verbtest.CanaryOf("nginx:1.22"), append([]string{
			"1/3 check web-4; good from 4; soak 1m0s; ask (wanted false) before web-3, web-2",
		}, both...)},
		{"goes on within a step: the next pod waits for the one before", 3, verbtest.CanaryOf("nginx:1.22"), append([]string{
			"2/3 check web-3; good from 3; part",
		}, second...)},
		{"goes on at its second gate", 4, verbtest.CanaryOf("nginx:1.22"), append([]string{
			"2/3 check web-3, web-2; good from 2; soak 1m0s; ask (wanted false) before web-1, web-0",
		}, third...)},
		{"is aborted before the first pod", 1, verbtest.Abort, []string{
			closing, allWell, verbtest.AbortEnded,
		}},
		{"is aborted within a step", 3, verbtest.Abort, []string{
			closing,
			"return web-4; partition 4; good from 4; free blocker after 0s, unhealthy ones always, within budgets; disrupts [4]",
			"return web-3; partition 3; good from 3; free blocker after 0s, unhealthy ones always, within budgets; disrupts [3]",
			allWell, verbtest.AbortEnded,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := verbtest.NewWorld(t, verbtest.Rolling(a, a), a, a, a, a, a)
			w.Budgets = []*policyv1.PodDisruptionBudget{ststest.Budget()}
			w.Run(verbtest.Planned(t)(verbtest.CanaryOf("nginx:1.22")(verbtest.Ask(), w.See(), w.Now)), test.writes)
			require.Equal(
				t,
				test.want,
				verbtest.Outline(verbtest.Planned(t)(test.do(verbtest.Ask(verbtest.Asking), w.See(), ststest.Start))),
			)
		})
	}
}

// What is on its way back is not let go a second time.
func TestAnAbortWithinABudgetGoesOn(t *testing.T) {
	const (
		a    = ststest.Stable
		back = "; template, annotation kubectl-sts.github.io/canary, " + verbtest.NoCause
		over = verbtest.AbortEnded
	)
	for _, test := range []struct {
		name   string
		change func(*verbtest.Request)
		want   []string
	}{
		{"where it had the gate", func(*verbtest.Request) {}, []string{
			"put the template of revision web-stable back" + back,
			"check web-4; good from 4; free blocker after 0s, unhealthy ones always, within budgets",
			"return web-3; partition 3; good from 3; free blocker after 0s, unhealthy ones always, within budgets; disrupts [3]",
			"wait until every pod is Available; good from 0; free blocker after 0s, unhealthy ones always, within budgets", over,
		}},
		{"and opens the gate when the budget is to be ignored", func(r *verbtest.Request) { r.IgnorePDB = true }, []string{
			"put the template of revision web-stable back and open the gate; template, partition 3, " +
				"annotation kubectl-sts.github.io/canary, " + verbtest.NoCause,
			"return web-3 to revision web-stable; good from 0; free blocker after 0s", over,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := verbtest.NewWorld(t, verbtest.Rolling(a, a), a, a, a, a, a)
			w.Budgets = []*policyv1.PodDisruptionBudget{ststest.Budget()}
			w.Run(verbtest.Planned(t)(verbtest.CanaryOf("nginx:1.22")(verbtest.Ask(), w.See(), w.Now)), 3)
			w.Run(verbtest.Planned(t)(plantest.Saved(abort.Plan(verbtest.Ask().Abort(), w.See()))), 2)
			require.Equal(
				t,
				test.want,
				verbtest.Outline(verbtest.Planned(t)(plantest.Saved(abort.Plan(verbtest.Ask(test.change).Abort(), w.See())))),
			)
		})
	}
}

// The wish to ignore budgets is part of the record: whoever promotes need not
// know of it.
func TestACanaryThatIgnoresBudgetsGoesOnIgnoringThem(t *testing.T) {
	const a = ststest.Stable
	w := verbtest.NewWorld(t, verbtest.Rolling(a, a), a, a, a, a, a)
	w.Budgets = []*policyv1.PodDisruptionBudget{ststest.Budget()}
	ignoring := verbtest.Ask(func(r *verbtest.Request) { r.IgnorePDB = true })
	w.Run(verbtest.Planned(t)(verbtest.CanaryOf("nginx:1.22")(ignoring, w.See(), w.Now)), 2)
	require.Equal(t, []string{
		"1/3 check web-4; good from 4; soak 1m0s",
		"2/3 update web-3, web-2; partition 2; good from 2; soak 1m0s; hold (wanted true) before web-1, web-0",
		"3/3 update web-1, web-0; partition 0; good from 0; soak 1m0s",
		"end the canary; partition 0, " + verbtest.NoRecord,
	}, verbtest.Outline(verbtest.Planned(t)(verbtest.NextStep(verbtest.Ask(), w.See(), ststest.Start))))
}
