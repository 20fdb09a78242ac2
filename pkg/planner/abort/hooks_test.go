package abort_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// began has the record name the commands that the canary was begun with.
func began(r *operation.Rollout) { r.Hooks = []string{"before-cmd"} }

func TestAnAbortWithCommandsTakesThePodsBackOneByOne(t *testing.T) {
	s := ststest.Snapshot(verbtest.CanarySet(verbtest.Record(began), 3), verbtest.Updated(3, time.Hour))
	p := verbtest.Planned(t)(verbtest.Abort(verbtest.Ask(verbtest.Hooked), s, ststest.Start))
	require.Equal(t, []string{
		"put the template of revision web-stable back, rollout paused; template, partition 5, " +
			"annotation kubectl-sts.github.io/canary, no annotation kubernetes.io/change-cause; observed",
		"return web-4; partition 4; good from 4; free blocker after 0s, unhealthy ones always,",
		"return web-3; partition 3; good from 3; free blocker after 0s, unhealthy ones always,",
		"wait until every pod is Available; good from 0; free blocker after 0s, unhealthy ones always,",
		verbtest.AbortEnded,
	}, verbtest.Outline(p), "none asks a budget")
	require.Equal(t, []string{
		"return web-4: before ready web-4; after ready web-4; goes [4]; leader",
		"return web-3: before ready web-3; after ready web-3; goes [3]; leader",
	}, verbtest.HookOutline(p), "the other pods need not be Available")
	require.Equal(t, []string{"before-exec", "after-cmd", "last-exec", "step-down-exec"},
		verbtest.Written(t, verbtest.Write(t, p.Steps[0])).Hooks)
	require.Equal(t,
		"kubectl sts abort web --before-exec drain --after-cmd ask --last-exec leads --step-down-exec down --container db",
		hint.Caller{}.Command(p.Abort))
}

func TestTheWayBackDoesNotWaitForTheCommandsOfTheWayThere(t *testing.T) {
	s := ststest.Snapshot(verbtest.CanarySet(verbtest.Record(began), 3), verbtest.Updated(3, time.Hour))
	p := verbtest.Planned(t)(verbtest.Abort(verbtest.Ask(), s, ststest.Start))
	require.Empty(t, verbtest.HookOutline(p))
	require.Empty(t, verbtest.Written(t, verbtest.Write(t, p.Steps[0])).Hooks)
}

func TestAnAbortThatGoesOnRunsTheCommandAfterItsLastPod(t *testing.T) {
	const a, b = ststest.Stable, ststest.Update
	set := verbtest.CanarySet(verbtest.Record(verbtest.Aborting, verbtest.Left), 3)
	set.Spec.Template = ststest.Template("nginx:1.21")
	set.Status.UpdateRevision = a
	p := verbtest.Planned(t)(verbtest.Abort(verbtest.Ask(verbtest.Hooked), verbtest.On(set, a, a, a, b, a, a), ststest.Start))
	require.Equal(t, []string{
		"check web-4, web-3: after ready web-3",
		"return web-2: before ready web-2; after ready web-2; goes [2]; leader",
	}, verbtest.HookOutline(p))
}

func TestAnAbortRunsCommandsForEachPodThatItDeletes(t *testing.T) {
	const a, b = ststest.Stable, ststest.Update
	deletes := verbtest.On(verbtest.CanarySet(verbtest.Record(), 0, ststest.OnDelete), "", a, a, a, b, b)
	p := verbtest.Planned(t)(verbtest.Abort(verbtest.Ask(verbtest.Hooked), deletes, ststest.Start))
	require.Equal(t, []string{
		"return web-4, web-3 to revision web-stable: before ready each; after each; leader; " +
			"stay [web-0-web-stable web-1-web-stable web-2-web-stable]",
	}, verbtest.HookOutline(p), "nothing is run after pods that never left")

	again := verbtest.On(verbtest.CanarySet(verbtest.Record(verbtest.Aborting), 0, ststest.OnDelete), "", a, a, a, b, a)
	p = verbtest.Planned(t)(verbtest.Abort(verbtest.Ask(verbtest.Hooked), again, ststest.Start))
	require.Equal(t, []string{"return web-3 to revision web-stable: before ready each; after each; leader"},
		verbtest.HookOutline(p), "the run before may not have got to it")

	taken := ststest.Snapshot(verbtest.CanarySet(verbtest.Record(verbtest.TakenUp(4)), 3), verbtest.Updated(3, time.Hour))
	p = verbtest.Planned(t)(verbtest.Abort(verbtest.Ask(verbtest.Hooked), taken, ststest.Start))
	require.Equal(t, []string{
		"return web-3 to revision web-stable: before ready each; after each; leader; stay [web-0-uid web-1-uid web-2-uid web-4-web-update]",
	}, verbtest.HookOutline(p), "nothing is run after pods that stay updated")
}

func TestAStoppedRestartRunsNoCommands(t *testing.T) {
	record := verbtest.Record(verbtest.Of(operation.VerbRestart), func(r *operation.Rollout) {
		r.Pods, r.Hooks = map[int]types.UID{3: "web-3"}, []string{"before-exec"}
	})
	s := ststest.Snapshot(verbtest.CanarySet(record, 0), ststest.Pods(0, 5))
	p := verbtest.Planned(t)(verbtest.Abort(verbtest.Ask(verbtest.Hooked), s, ststest.Start))
	require.Empty(t, verbtest.HookOutline(p))
}
