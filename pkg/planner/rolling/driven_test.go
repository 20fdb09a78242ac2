package rolling_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/podorder"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// The plans that are made of what a canary left behind after so many writes.
func TestACanaryOfAnOnDeleteSet(t *testing.T) {
	const (
		a       = ststest.Stable
		last    = "3/3 update web-1, web-0; updated 5; free each after 0s; soak 1m0s"
		over    = "end the canary; no annotation kubectl-sts.github.io/canary; observed"
		back    = "put the template of revision web-stable back; template, annotation kubectl-sts.github.io/canary, " + verbtest.NoCause
		backEnd = "end the canary; no annotation kubectl-sts.github.io/canary, annotation kubectl-sts.github.io/undone; good from 0"
	)
	for _, test := range []struct {
		name   string
		writes int
		do     verbtest.Planner
		want   []string
	}{
		{"begins", 0, verbtest.CanaryOf("nginx:1.22"), []string{
			"set the template; template, annotation kubectl-sts.github.io/canary; observed",
			"1/3 update web-4; updated 1; free each after 0s; soak 1m0s; ask (wanted false) before web-3, web-2",
			"2/3 update web-3, web-2; updated 3; free each after 0s; soak 1m0s; ask (wanted false) before web-1, web-0", last, over,
		}},
		{"goes on before the first pod", 1, verbtest.CanaryOf("nginx:1.22"), []string{
			"wait for the controller; observed",
			"1/3 update web-4; updated 1; free each after 0s; soak 1m0s; ask (wanted false) before web-3, web-2",
			"2/3 update web-3, web-2; updated 3; free each after 0s; soak 1m0s; ask (wanted false) before web-1, web-0", last, over,
		}},
		{"goes on at its first gate", 2, verbtest.CanaryOf("nginx:1.22"), []string{
			"1/3 check 1 pod; updated 1; free each after 0s; soak 1m0s; ask (wanted false) before web-3, web-2",
			"2/3 update web-3, web-2; updated 3; free each after 0s; soak 1m0s; ask (wanted false) before web-1, web-0", last, over,
		}},
		{"goes on within a step, and asks no second time for it", 3, verbtest.CanaryOf("nginx:1.22"), []string{
			"1/3 check 1 pod; updated 1; free each after 0s; soak 1m0s",
			"2/3 update web-2; updated 3; free each after 0s; soak 1m0s; ask (wanted false) before web-1, web-0", last, over,
		}},
		{"is promoted", 2, verbtest.NextStep, []string{
			"1/3 check 1 pod; updated 1; free each after 0s; soak 1m0s",
			"2/3 update web-3, web-2; updated 3; free each after 0s; soak 1m0s; hold (wanted true) before web-1, web-0", last, over,
		}},
		{"is aborted before the first pod", 1, verbtest.Abort, []string{
			back, "wait until every pod is Available; good from 0; free each after 0s", backEnd,
		}},
		{"is aborted", 3, verbtest.Abort, []string{
			back, "return web-4, web-3 to revision web-stable; good from 0; free each after 0s", backEnd,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := verbtest.NewWorld(t, verbtest.Rolling(a, a, ststest.OnDelete), a, a, a, a, a)
			w.Run(verbtest.Planned(t)(verbtest.CanaryOf("nginx:1.22")(verbtest.Ask(), w.See(), w.Now)), test.writes)
			require.Equal(
				t,
				test.want,
				verbtest.Outline(verbtest.Planned(t)(test.do(verbtest.Ask(verbtest.Asking), w.See(), ststest.Start))),
			)
		})
	}
}

func TestAChangeThatWaitsForPodsToBeDeletedIsTakenUp(t *testing.T) {
	const a, b = ststest.Stable, ststest.Update
	s := verbtest.On(verbtest.Rolling(a, b, ststest.OnDelete), "", a, b, a, a, a)
	p := verbtest.Planned(
		t,
	)(
		plantest.Saved(canary.Plan(verbtest.Ask(verbtest.Ordered(podorder.Order{First: []int{2}})).Canary(), s, ststest.Start)),
	)
	require.Equal(t, []string{
		"take up the change that waits for pods to be deleted; annotation kubectl-sts.github.io/canary; observed",
		"2/3 update web-2, web-4; updated 3; free each after 0s 2 first; soak 1m0s",
		"3/3 update web-3, web-0; updated 5; free each after 0s 2 first; soak 1m0s",
		"end the canary; no annotation kubectl-sts.github.io/canary; observed",
	}, verbtest.Outline(p))
	record := verbtest.Written(t, verbtest.Write(t, p.Steps[0]))
	require.True(t, record.OwnTemplate, "the only way back is the old template")
	require.Equal(t, a, record.Stable)
}

func TestNothingIsTakenUpOnAnOnDeleteSet(t *testing.T) {
	const a, b = ststest.Stable, ststest.Update
	p, err := plantest.Saved(
		canary.Plan(verbtest.Ask().Canary(), verbtest.On(verbtest.Rolling(a, b, ststest.OnDelete), "", b, b, b, b, b), ststest.Start),
	)
	verbtest.RequireRefusal(t, &plan.Refusal{
		Why: `every pod of statefulset "web" runs the current template: no change waits`,
		Try: hinttest.List("start one: kubectl sts canary web --image CONTAINER=IMAGE"),
	}, p, err)
	p, err = plantest.Saved(
		canary.Plan(verbtest.Ask().Canary(), verbtest.On(verbtest.Rolling(a, b, ststest.OnDelete), "", a, "!"+a, b, b, b), ststest.Start),
	)
	verbtest.RequireRefusal(t, &plan.Refusal{
		Why: `statefulset "web" is not settled: web-1 is running, not Ready`,
		Try: hinttest.List("see what is the matter: kubectl sts status web", "go ahead all the same with --force"),
	}, p, err)
}

// What most of the pods run is what a canary of such a set can go back to.
func TestTheStableRevisionOfAnOnDeleteSet(t *testing.T) {
	const a, b = ststest.Stable, ststest.Update
	for want, s := range map[string]sts.Snapshot{
		a: verbtest.On(verbtest.Rolling(a, b, ststest.OnDelete), "", a, b, a, b, a),
		b: verbtest.On(verbtest.Rolling(a, b, ststest.OnDelete), "", b, b, a, b, a),
	} {
		p := verbtest.Planned(t)(verbtest.CanaryOf("nginx:1.23")(verbtest.Ask(verbtest.Force), s, ststest.Start))
		require.Equal(t, want, verbtest.Written(t, verbtest.Write(t, p.Steps[0])).Stable)
	}
}
