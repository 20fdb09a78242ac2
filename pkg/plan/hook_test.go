package plan_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestWhatAHookSays(t *testing.T) {
	for _, test := range []struct {
		name string
		hook plan.Hook
		says string
		why  string
	}{
		{
			"before, in the pod", plan.Hook{Exec: true, Command: "drain"}, `run "drain" in web-4`, "the command before web-4 goes",
		},
		{"before, here", plan.Hook{Command: "drain"}, `run "drain" for web-4`, "the command before web-4 goes"},
		{
			"after",
			plan.Hook{Moment: plan.AfterPod, Command: "ask"},
			`run "ask" for web-4, which is back`,
			"the command after web-4 has come back",
		},
		{
			"stepping down",
			plan.Hook{Moment: plan.StepDown, Exec: true, Command: "down"},
			`run "down" in web-4, which leads`,
			"the command by which web-4 steps down",
		},
		{
			"leading",
			plan.Hook{Moment: plan.Leads, Exec: true, Command: "leads"},
			`run "leads" in web-4`,
			"the command that says whether web-4 leads",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			hook := test.hook.For(ststest.Settled(), 4)
			require.Equal(t, test.says, hook.String())
			require.Equal(t, test.why, hook.Why())
		})
	}
	require.Equal(t, `run "ask" for each pod, which is back`, plan.Hook{Moment: plan.AfterPod, Command: "ask"}.String())
	require.Equal(t, `run "drain" in each pod`, plan.Hook{Exec: true, Command: "drain"}.String())
}

func TestWhatAHookFindsInItsEnvironment(t *testing.T) {
	hook := plan.Hook{Command: "drain"}.For(ststest.Settled(), 4).Now(ststest.Settled())
	want := []string{
		"STS_NAME=web", "STS_NAMESPACE=default", "STS_ORDINAL=4", "STS_POD=web-4",
		"STS_REPLICAS=5", "STS_PEERS=web-0 web-1 web-2 web-3",
	}
	require.Equal(t, want, hook.Env())
	hook.Role = plan.RoleLeader
	require.Equal(t, append(want, "STS_ROLE=leader"), hook.Env())
	hook.Role = plan.RoleMember
	require.Equal(t, append(want, "STS_ROLE=member"), hook.Env())
}
