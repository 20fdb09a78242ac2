package restart_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestARestartRunsCommandsForEachPod(t *testing.T) {
	p := verbtest.Planned(t)(verbtest.RestartAll(verbtest.Ask(verbtest.Hooked), verbtest.Settled(), ststest.Start))
	require.Equal(t, []string{
		"restart web-4: before ready web-4; after ready web-4; goes [4]; leader; others but [4] heal true",
		"restart web-3: before ready web-3; after ready web-3; goes [3]; leader; others but [3] heal true",
		"restart web-2: before ready web-2; after ready web-2; goes [2]; leader; others but [2] heal true",
		"restart web-1: before ready web-1; after ready web-1; goes [1]; leader; others but [1] heal true",
		"restart web-0: before ready web-0; after ready web-0; goes [0]; leader; others but [0] heal true",
	}, verbtest.HookOutline(p))
	require.Equal(t, []string{"before-exec", "after-cmd", "last-exec", "step-down-exec"},
		verbtest.Written(t, verbtest.Write(t, p.Steps[0])).Hooks)

	p = verbtest.Planned(t)(verbtest.RestartAll(verbtest.Ask(verbtest.Hooked, verbtest.Force), verbtest.Settled(), ststest.Start))
	require.Equal(t, "restart web-4: before ready web-4; after ready web-4; goes [4]; leader", verbtest.HookOutline(p)[0])
}

func TestARestartOfSomePodsRunsCommandsForEachThatItDeletes(t *testing.T) {
	p := verbtest.Planned(t)(verbtest.RestartSome(1, 3)(verbtest.Ask(verbtest.Hooked), verbtest.Settled(), ststest.Start))
	require.Equal(t, []string{"restart web-3, web-1: before ready each; after each; leader"}, verbtest.HookOutline(p))
}

func TestARestartThatGoesOnNeedsItsCommands(t *testing.T) {
	record := verbtest.Record(verbtest.Of(operation.VerbRestart), func(r *operation.Rollout) {
		r.Pods, r.Hooks = map[int]types.UID{1: "web-1-uid", 3: "web-3-before"}, []string{"after-exec"}
		r.Steps, r.OwnTemplate, r.Target = operation.AllAtOnce(), false, ""
	})
	s := verbtest.Settled(func(set *appsv1.StatefulSet) { set.Annotations = verbtest.CanarySet(record, 0).Annotations })
	_, err := verbtest.GoOn(operation.VerbRestart)(verbtest.Ask(), s, ststest.Start)
	require.Equal(t, "this restart was begun with --after-exec, and the other pods would go without", verbtest.Refusal(t, err).Why)

	p := verbtest.Planned(t)(verbtest.GoOn(operation.VerbRestart)(verbtest.Ask(verbtest.Hooked), s, ststest.Start))
	require.Equal(t, []string{"restart web-1: before ready each; after each; leader"}, verbtest.HookOutline(p))
}
