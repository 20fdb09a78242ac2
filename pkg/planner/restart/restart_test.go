package restart_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/podorder"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

const notes = "note which pods are to be restarted; annotation kubectl-sts.github.io/canary; observed"

func TestARestartOfEveryPodIsARollout(t *testing.T) {
	const c = verbtest.Third
	for _, test := range []struct {
		name   string
		s      sts.Snapshot
		change func(*verbtest.Request)
		want   []string
	}{
		{
			"the controller replaces them", verbtest.On(verbtest.Rolling(c, c), "", c, c, c, c, c), verbtest.AllAtOnce,
			[]string{
				"set the template, rollout paused; template, partition 5, annotation kubectl-sts.github.io/canary; observed",
				"restart web-4; partition 4; good from 4; part",
				"restart web-3; partition 3; good from 3; part",
				"restart web-2; partition 2; good from 2; part",
				"restart web-1; partition 1; good from 1; part",
				"restart web-0; partition 0; good from 0; soak 1m0s",
				"end the restart; partition 0, " + verbtest.NoRecord,
			},
		},
		{
			"within a budget one at a time", verbtest.Within(verbtest.On(verbtest.Rolling(c, c, ststest.Replicas(2)), "", c, c)),
			verbtest.AllAtOnce,
			[]string{
				"set the template, rollout paused; template, partition 2, annotation kubectl-sts.github.io/canary; observed",
				"restart web-1; partition 1; good from 1; disrupts [1]; part",
				"restart web-0; partition 0; good from 0; disrupts [0]; soak 1m0s",
				"end the restart; partition 0, " + verbtest.NoRecord,
			},
		},
		{
			"with OnDelete the run deletes them", verbtest.On(verbtest.Rolling(c, c, ststest.OnDelete), "", c, c, c, c, c),
			verbtest.Ordered(podorder.Order{Last: "app=web"}),
			[]string{
				"set the template; template, annotation kubectl-sts.github.io/canary; observed",
				"restart web-4 … web-0 (5 pods); updated 5; free each after 0s highest ordinal first, " +
					"pods with app=web last; soak 1m0s",
				"end the restart; " + verbtest.NoRecord,
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := verbtest.Planned(t)(verbtest.RestartAll(verbtest.Ask(verbtest.AllAtOnce, test.change), test.s, ststest.Start))
			require.Equal(t, test.want, verbtest.Outline(p))
			require.Equal(t, operation.VerbRestart, verbtest.Written(t, verbtest.Write(t, p.Steps[0])).Verb)
		})
	}
}

func TestARestartOfEveryPodIsRefused(t *testing.T) {
	const a, b, c = ststest.Stable, ststest.Update, verbtest.Third
	for _, test := range []struct {
		name string
		s    sts.Snapshot
		want *plan.Refusal
	}{
		{
			"behind a partition, which holds its pods", verbtest.On(verbtest.Rolling(a, b, ststest.Partition(3)), "", a, a, a, b, b),
			&plan.Refusal{
				Why: `statefulset "web" has partition 3, which holds its pods already`,
				Try: hinttest.List(
					"roll out the change that waits behind it: kubectl sts canary web",
					"or restart pods as they are, by deleting them: kubectl sts restart web --ordinals 0-4",
				),
			},
		},
		{
			"while a pod is not Ready", verbtest.On(verbtest.Rolling(c, c), "", c, c, c, c, "!"+c),
			&plan.Refusal{
				Why: `statefulset "web" is not settled: web-4 is running, not Ready`,
				Try: hinttest.List("see what is the matter: kubectl sts status web", "go ahead all the same with --force"),
			},
		},
		{
			"while a change waits for pods to be deleted", verbtest.On(verbtest.Rolling(a, b, ststest.OnDelete), "", a, b),
			&plan.Refusal{
				Why: `statefulset "web" is not settled: web-2 is not created yet (and 3 more)`,
				Try: hinttest.List("see what is the matter: kubectl sts status web", "go ahead all the same with --force"),
			},
		},
		{
			"of a set without replicas", verbtest.On(verbtest.Rolling(c, c, ststest.Replicas(0)), ""),
			verbtest.UnsupportedSets()["it has no replicas"].Want,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, err := verbtest.RestartAll(verbtest.Ask(verbtest.AllAtOnce), test.s, ststest.Start)
			verbtest.RequireRefusal(t, test.want, p, err)
		})
	}
}
