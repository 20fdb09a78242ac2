package canary_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	policyv1 "k8s.io/api/policy/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// Where a budget has a say a step is as many parts as pods. These are the
// plans of what a canary left behind after so many writes.
func TestACanaryWithinABudget(t *testing.T) {
	const (
		a       = ststest.Stable
		closing = "put the template of revision web-stable back, rollout paused; template, partition 5, " +
			"annotation kubectl-sts.github.io/canary, " + noCause
		allWell = "wait until every pod is Available; good from 0; free blocker after 0s, unhealthy ones always, within budgets"
	)
	third := []string{
		"3/3 update web-1; partition 1; good from 1; disrupts [1]; part",
		"3/3 update web-0; partition 0; good from 0; disrupts [0]; soak 1m0s",
		"end the canary; partition 0, " + noRecord,
	}
	second := append([]string{
		"2/3 update web-2; partition 2; good from 2; disrupts [2]; soak 1m0s; ask (wanted false) before web-1, web-0",
	}, third...)
	both := append([]string{"2/3 update web-3; partition 3; good from 3; disrupts [3]; part"}, second...)
	for _, test := range []struct {
		name   string
		writes int
		do     planner
		want   []string
	}{
		{"begins", 0, canaryOf("nginx:1.22"), append([]string{
			"set the template, rollout paused; template, partition 5, annotation kubectl-sts.github.io/canary; observed",
			"1/3 update web-4; partition 4; good from 4; disrupts [4]; soak 1m0s; ask (wanted false) before web-3, web-2",
		}, both...)},
		{"goes on with its gate closed", 1, canaryOf("nginx:1.22"), append([]string{
			"wait for the controller; observed",
			"1/3 update web-4; partition 4; good from 4; disrupts [4]; soak 1m0s; ask (wanted false) before web-3, web-2",
		}, both...)},
		{"goes on at its first gate", 2, canaryOf("nginx:1.22"), append([]string{
			"1/3 check web-4; good from 4; soak 1m0s; ask (wanted false) before web-3, web-2",
		}, both...)},
		{"goes on within a step: the next pod waits for the one before", 3, canaryOf("nginx:1.22"), append([]string{
			"2/3 check web-3; good from 3; part",
		}, second...)},
		{"goes on at its second gate", 4, canaryOf("nginx:1.22"), append([]string{
			"2/3 check web-3, web-2; good from 2; soak 1m0s; ask (wanted false) before web-1, web-0",
		}, third...)},
		{"is aborted before the first pod", 1, abortIt, []string{
			closing, allWell, abortEnded,
		}},
		{"is aborted within a step", 3, abortIt, []string{
			closing,
			"return web-4; partition 4; good from 4; free blocker after 0s, unhealthy ones always, within budgets; disrupts [4]",
			"return web-3; partition 3; good from 3; free blocker after 0s, unhealthy ones always, within budgets; disrupts [3]",
			allWell, abortEnded,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, rolling(a, a), a, a, a, a, a)
			w.budgets = []*policyv1.PodDisruptionBudget{ststest.Budget()}
			w.run(planned(t)(canaryOf("nginx:1.22")(request(), w.see(), w.now)), test.writes)
			require.Equal(t, test.want, outline(planned(t)(test.do(request(asking), w.see(), ststest.Start))))
		})
	}
}

// What is on its way back is not let go a second time.
func TestAnAbortWithinABudgetGoesOn(t *testing.T) {
	const (
		a    = ststest.Stable
		back = "; template, annotation kubectl-sts.github.io/canary, " + noCause
		over = abortEnded
	)
	for _, test := range []struct {
		name   string
		change func(*canary.Request)
		want   []string
	}{
		{"where it had the gate", func(*canary.Request) {}, []string{
			"put the template of revision web-stable back" + back,
			"check web-4; good from 4; free blocker after 0s, unhealthy ones always, within budgets",
			"return web-3; partition 3; good from 3; free blocker after 0s, unhealthy ones always, within budgets; disrupts [3]",
			"wait until every pod is Available; good from 0; free blocker after 0s, unhealthy ones always, within budgets", over,
		}},
		{"and opens the gate when the budget is to be ignored", func(r *canary.Request) { r.IgnorePDB = true }, []string{
			"put the template of revision web-stable back and open the gate; template, partition 3, " +
				"annotation kubectl-sts.github.io/canary, " + noCause,
			"return web-3 to revision web-stable; good from 0; free blocker after 0s", over,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, rolling(a, a), a, a, a, a, a)
			w.budgets = []*policyv1.PodDisruptionBudget{ststest.Budget()}
			w.run(planned(t)(canaryOf("nginx:1.22")(request(), w.see(), w.now)), 3)
			w.run(planned(t)(plantest.Saved(canary.Abort(request(), w.see()))), 2)
			require.Equal(t, test.want, outline(planned(t)(plantest.Saved(canary.Abort(request(test.change), w.see())))))
		})
	}
}

// The wish to ignore budgets is part of the record: whoever promotes need not
// know of it.
func TestACanaryThatIgnoresBudgetsGoesOnIgnoringThem(t *testing.T) {
	const a = ststest.Stable
	w := newWorld(t, rolling(a, a), a, a, a, a, a)
	w.budgets = []*policyv1.PodDisruptionBudget{ststest.Budget()}
	ignoring := request(func(r *canary.Request) { r.IgnorePDB = true })
	w.run(planned(t)(canaryOf("nginx:1.22")(ignoring, w.see(), w.now)), 2)
	require.Equal(t, []string{
		"1/3 check web-4; good from 4; soak 1m0s",
		"2/3 update web-3, web-2; partition 2; good from 2; soak 1m0s; hold (wanted true) before web-1, web-0",
		"3/3 update web-1, web-0; partition 0; good from 0; soak 1m0s",
		"end the canary; partition 0, " + noRecord,
	}, outline(planned(t)(nextStep(request(), w.see(), ststest.Start))))
}
