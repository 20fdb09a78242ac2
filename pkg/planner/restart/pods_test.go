package restart_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/abort"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/restart"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/podorder"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestARestartOfSomePods(t *testing.T) {
	const a, b, c = ststest.Stable, ststest.Update, verbtest.Third
	for _, test := range []struct {
		name     string
		s        sts.Snapshot
		ordinals []int
		change   func(*verbtest.Request)
		pods     map[int]types.UID
		details  []string
		want     string
	}{
		{
			"highest first", verbtest.On(verbtest.Rolling(c, c), "", c, c, c, c, c),
			[]int{1, 3},
			verbtest.AllAtOnce,
			map[int]types.UID{1: "web-1-web-third", 3: "web-3-web-third"},
			nil,
			"restart web-3, web-1; restarted [1 3] alone false; free restart after 0s; soak 1m0s",
		},
		{
			"in another order, within a budget, behind a partition",
			verbtest.Within(verbtest.On(verbtest.Rolling(a, b, ststest.Partition(3)), "", a, a, a, b, b)),
			[]int{1, 4},
			verbtest.Ordered(podorder.Order{Ascending: true}),
			map[int]types.UID{1: "web-1-web-stable", 4: "web-4-web-update"},
			nil,
			"restart web-1, web-4; restarted [1 4] alone false; free restart after 0s lowest ordinal first within budgets; soak 1m0s",
		},
		{
			"one that is missing is on its way already", verbtest.On(verbtest.Rolling(c, c), "", c, c, c, c),
			[]int{1, 4},
			verbtest.AllAtOnce,
			map[int]types.UID{1: "web-1-web-third"},
			nil,
			"restart web-1; restarted [1] alone false; free restart after 0s; soak 1m0s",
		},
		{
			"one that is not Ready is a reason for it", verbtest.On(verbtest.Rolling(c, c), "", c, "!"+c, c, c, c),
			[]int{1},
			verbtest.AllAtOnce,
			map[int]types.UID{1: "web-1-web-third"},
			nil,
			"restart web-1; restarted [1] alone false; free restart after 0s; soak 1m0s",
		},
		{
			"with force whatever the others do, but not without a word about it",
			verbtest.On(verbtest.Rolling(c, c), "", c, "!"+c, c, c, c),
			[]int{0, 3},
			verbtest.Force,
			map[int]types.UID{0: "web-0-web-third", 3: "web-3-web-third"},
			[]string{"web-1 is running, not Ready: the controller recreates no pod above it before it is Available"},
			"restart web-3, web-0; restarted [0 3] alone true; free restart after 0s; soak 1m0s",
		},
		{
			"one that is not Ready above all of them holds up none", verbtest.On(verbtest.Rolling(c, c), "", c, c, c, c, "!"+c),
			[]int{0, 3},
			verbtest.Force,
			map[int]types.UID{0: "web-0-web-third", 3: "web-3-web-third"},
			nil,
			"restart web-3, web-0; restarted [0 3] alone true; free restart after 0s; soak 1m0s",
		},
		{
			"a Parallel controller is held up by none", verbtest.On(verbtest.Rolling(c, c, ststest.Parallel), "", c, "!"+c, c, c, c),
			[]int{3},
			verbtest.Force,
			map[int]types.UID{3: "web-3-web-third"},
			nil,
			"restart web-3; restarted [3] alone true; free restart after 0s; soak 1m0s",
		},
		{
			"with a word about those that come back at a revision which waits",
			verbtest.On(verbtest.Rolling(a, b, ststest.OnDelete), "", a, a, b),
			[]int{1, 2},
			func(r *verbtest.Request) { r.Force = true },
			map[int]types.UID{1: "web-1-web-stable", 2: "web-2-web-update"},
			[]string{"web-1 is on revision web-stable and comes back at web-update"},
			"restart web-2, web-1; restarted [1 2] alone true; free restart after 0s; soak 1m0s",
		},
		{
			"ordinals that start later", verbtest.On(verbtest.Rolling(c, c, ststest.From(1), ststest.Replicas(4)), "", c, c, c, c, c),
			[]int{1, 4},
			verbtest.AllAtOnce,
			map[int]types.UID{1: "web-1-web-third", 4: "web-4-web-third"},
			nil, "",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.s.Ordinals().First() > 0 {
				test.s.Pods = test.s.Pods[test.s.Ordinals().First():]
				test.want = "restart web-4, web-1; restarted [1 4] alone false; free restart after 0s; soak 1m0s"
			}
			p := verbtest.Planned(
				t,
			)(
				plantest.Saved(
					restart.Pods(verbtest.Ask(verbtest.AllAtOnce, test.change).Restart(), test.ordinals, test.s, ststest.Start),
				),
			)
			require.Equal(t, []string{notes, test.want, "end the restart; " + verbtest.NoRecord}, verbtest.Outline(p))
			require.Equal(t, test.details, p.Details)
			require.Equal(t, test.pods, verbtest.Written(t, verbtest.Write(t, p.Steps[0])).Pods)
		})
	}
}

func TestARestartOfSomePodsIsRefused(t *testing.T) {
	const c = verbtest.Third
	outside := func(o string) *plan.Refusal {
		return &plan.Refusal{Why: `statefulset "web" has no ordinal ` + o + `: it has 1 to 4`}
	}
	from := verbtest.On(verbtest.Rolling(c, c, ststest.From(1), ststest.Replicas(4)), "", c, c, c, c, c, c)
	for _, test := range []struct {
		name     string
		s        sts.Snapshot
		ordinals []int
		want     *plan.Refusal
	}{
		{"below the first ordinal, even if there is a pod", from, []int{1, 0}, outside("0")},
		{"above the last ordinal, even if there is a pod", from, []int{5}, outside("5")},
		{
			"while another pod is not Ready", verbtest.On(verbtest.Rolling(c, c), "", c, c, c, c, "!"+c),
			[]int{1},
			&plan.Refusal{
				Why: `statefulset "web" is not settled: web-4 is running, not Ready`,
				Try: hinttest.List("see what is the matter: kubectl sts status web", "go ahead all the same with --force"),
			},
		},
		{
			"when none of them is there", verbtest.On(verbtest.Rolling(c, c), "", c, c, c),
			[]int{3, 4},
			&plan.Refusal{
				Why: `statefulset "web" is not settled: none of these pods is there: there is nothing to restart`,
				Try: hinttest.List("see what is the matter: kubectl sts status web"),
			},
		},
		{
			"of a set without replicas", verbtest.On(verbtest.Rolling(c, c, ststest.Replicas(0)), ""),
			[]int{0},
			verbtest.UnsupportedSets()["it has no replicas"].Want,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := plantest.Saved(restart.Pods(verbtest.Ask(verbtest.AllAtOnce).Restart(), test.ordinals, test.s, ststest.Start))
			verbtest.RequireRefusal(t, test.want, p, err)
		})
	}
}

// Nobody is asked, and no other pod goes: those that went are what they were.
func TestAbortStopsARestartOfSomePods(t *testing.T) {
	w := verbtest.NewWorld(t, verbtest.Rolling(verbtest.Third, verbtest.Third), verbtest.EveryPod(verbtest.Third)...)
	w.Run(verbtest.Planned(t)(verbtest.RestartSome(1, 3)(verbtest.Ask(verbtest.AllAtOnce), w.See(), w.Now)), 2)

	p := verbtest.Planned(t)(plantest.Saved(abort.Plan(verbtest.Ask().Abort(), w.See())))
	require.Equal(t, []string{"end the restart; " + verbtest.NoRecord}, verbtest.Outline(p))
	require.Equal(t, "stop the restart of statefulset web: no other pod is deleted", p.Title)
	require.Equal(t, []hint.Hint{{}, {}, hint.Plugin("", "abort", "web")}, []hint.Hint{p.Promote, p.Resume, p.Abort})

	p = verbtest.Planned(t)(verbtest.RestartSome(2)(verbtest.Ask(verbtest.AllAtOnce), w.See(), w.Now))
	require.Equal(t, "restart of statefulset web: web-1, soaked for 1m0s", p.Title, "it goes on with its own pods")
	require.Equal(t, "2 pods of web restarted and Available", p.Success)
}

func TestARestartSurvivesOtherReplicas(t *testing.T) {
	w := verbtest.NewWorld(t, verbtest.Rolling(verbtest.Third, verbtest.Third), verbtest.EveryPod(verbtest.Third)...)
	w.Run(verbtest.Planned(t)(verbtest.RestartSome(1, 3)(verbtest.Ask(verbtest.AllAtOnce), w.See(), w.Now)), 1)
	w.Set.Spec.Ordinals = w.Set.Spec.Ordinals.Resized(2)
	delete(w.Pods, 2)
	delete(w.Pods, 3)
	delete(w.Pods, 4)

	p := verbtest.Planned(t)(verbtest.RestartSome(1, 3)(verbtest.Ask(verbtest.AllAtOnce), w.See(), w.Now))
	require.Equal(t, engine.Done, w.Run(p, -1))
	require.Equal(t, []string{"web-1"}, w.Gone)
	require.NotContains(t, w.Set.Annotations, note.RolloutAnnotation)
}
