package undo_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestAnUndoWithCommandsOpensTheGatePodByPod(t *testing.T) {
	p := verbtest.Planned(t)(verbtest.ToRevision(ststest.Stable)(
		verbtest.Ask(verbtest.Hooked, verbtest.AllAtOnce), verbtest.OnThird(), ststest.Start))
	require.Equal(t, []string{
		puts + "partition 5, " + undoNotes,
		"return web-4; partition 4; good from 4; free blocker after 0s, unhealthy ones always,; part",
		"return web-3; partition 3; good from 3; free blocker after 0s, unhealthy ones always,; part",
		"return web-2; partition 2; good from 2; free blocker after 0s, unhealthy ones always,; part",
		"return web-1; partition 1; good from 1; free blocker after 0s, unhealthy ones always,; part",
		"return web-0; partition 0; good from 0; free blocker after 0s, unhealthy ones always,; soak 1m0s",
		"end the undo; partition 0, " + undoEnds,
	}, verbtest.Outline(p), "none asks a budget")
	require.Equal(t, []string{
		"return web-4: before ready web-4; after ready web-4; goes [4]; leader",
		"return web-3: before ready web-3; after ready web-3; goes [3]; leader",
		"return web-2: before ready web-2; after ready web-2; goes [2]; leader",
		"return web-1: before ready web-1; after ready web-1; goes [1]; leader",
		"return web-0: before ready web-0; after ready web-0; goes [0]; leader",
	}, verbtest.HookOutline(p), "the other pods need not be Available")
	require.Equal(t, []string{"before-exec", "after-cmd", "last-exec", "step-down-exec"},
		verbtest.Written(t, verbtest.Write(t, p.Steps[0])).Hooks)
	require.Equal(t,
		"kubectl sts undo web --before-exec drain --after-cmd ask --last-exec leads --step-down-exec down --container db",
		hint.Caller{}.Command(p.Resume))
}

func TestAnUndoRunsNothingForPodsThatAreThere(t *testing.T) {
	const a, b = ststest.Stable, ststest.Update
	p := verbtest.Planned(t)(verbtest.ToRevision(a)(verbtest.Ask(verbtest.Hooked, verbtest.AllAtOnce),
		verbtest.On(verbtest.Rolling(a, b), "", a, a, a, b, b), ststest.Start))
	require.Equal(t, "open the gate for the other pods, which are there already", p.Steps[3].Title)
	require.Equal(t, []string{
		"return web-4: before ready web-4; after ready web-4; goes [4]; leader",
		"return web-3: before ready web-3; after ready web-3; goes [3]; leader",
	}, verbtest.HookOutline(p))

	p = verbtest.Planned(t)(verbtest.ToRevision(a)(verbtest.Ask(verbtest.Hooked, verbtest.AllAtOnce),
		verbtest.On(verbtest.Rolling(a, b, ststest.OnDelete), "", a, b, a, b, a), ststest.Start))
	require.Equal(t, []string{
		"return web-3, web-1: before ready each; after each; leader; stay [web-0-web-stable web-2-web-stable web-4-web-stable]",
	}, verbtest.HookOutline(p))
}

func TestAnUndoThatGoesOnNeedsItsCommands(t *testing.T) {
	const a, b = ststest.Stable, ststest.Update
	record := verbtest.Record(verbtest.Of(operation.VerbUndo), func(r *operation.Rollout) {
		r.Stable, r.Target, r.Hooks, r.Steps = b, a, []string{"before-exec"}, operation.AllAtOnce()
	})
	set := verbtest.CanarySet(record, 3)
	set.Spec.Template = ststest.Template("nginx:1.21")
	set.Status.CurrentRevision, set.Status.UpdateRevision = b, a
	s := verbtest.On(set, a, b, b, b, a, a)

	_, err := verbtest.GoOn(operation.VerbUndo)(verbtest.Ask(), s, ststest.Start)
	require.Equal(t, "this undo was begun with --before-exec, and the other pods would go without", verbtest.Refusal(t, err).Why)

	p := verbtest.Planned(t)(verbtest.GoOn(operation.VerbUndo)(verbtest.Ask(verbtest.Hooked), s, ststest.Start))
	require.Equal(t, []string{
		"check web-4, web-3: after ready web-3",
		"return web-2: before ready web-2; after ready web-2; goes [2]; leader",
		"return web-1: before ready web-1; after ready web-1; goes [1]; leader",
		"return web-0: before ready web-0; after ready web-0; goes [0]; leader",
	}, verbtest.HookOutline(p))
}
