package options

import (
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

// readHooks are the hooks of a command line, in this container.
func readHooks(t *testing.T, container string, args ...string) (plan.Hooks, error) {
	t.Helper()
	flags := pflag.NewFlagSet("verb", pflag.ContinueOnError)
	f := AddHookFlags(flags)
	require.NoError(t, flags.Parse(args))
	return f.Read(container)
}

func TestHookFlags(t *testing.T) {
	find := plan.Hook{Moment: plan.Leads, Exec: true, Command: "leads", Container: "db"}
	down := plan.Hook{Moment: plan.StepDown, Exec: true, Command: "down", Container: "db"}
	for _, test := range []struct {
		name  string
		args  []string
		want  plan.Hooks
		execs bool
	}{
		{name: "none"},
		{
			"before, in the pod",
			[]string{"--before-exec=drain"},
			plan.Hooks{Before: []plan.Hook{{Exec: true, Command: "drain", Container: "db"}}},
			true,
		},
		{"before, here", []string{"--before-cmd=drain"}, plan.Hooks{Before: []plan.Hook{{Command: "drain"}}}, false},
		{
			"after, in the pod",
			[]string{"--after-exec=ask"},
			plan.Hooks{After: []plan.Hook{{Moment: plan.AfterPod, Exec: true, Command: "ask", Container: "db"}}},
			true,
		},
		{
			"after, here",
			[]string{"--after-cmd=ask"},
			plan.Hooks{After: []plan.Hook{{Moment: plan.AfterPod, Command: "ask"}}},
			false,
		},
		{"who leads", []string{"--last-exec=leads"}, plan.Hooks{Leader: &plan.Leader{Find: find}}, true},
		{
			"who leads, and how it steps down",
			[]string{"--last-exec=leads", "--step-down-exec=down"},
			plan.Hooks{Leader: &plan.Leader{Find: find, StepDown: &down}},
			true,
		},
		{
			"all, of both kinds",
			[]string{"--before-exec=drain", "--after-cmd=ask", "--last-exec=leads", "--step-down-exec=down"},
			plan.Hooks{
				Before: []plan.Hook{{Exec: true, Command: "drain", Container: "db"}},
				After:  []plan.Hook{{Moment: plan.AfterPod, Command: "ask"}},
				Leader: &plan.Leader{Find: find, StepDown: &down},
			},
			true,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := readHooks(t, "db", test.args...)
			require.NoError(t, err)
			require.Equal(t, test.want, got)
			require.Equal(t, len(test.args) == 0, got.IsZero())
			require.Equal(t, test.execs, got.Exec())
		})
	}
}

func TestHooksInThePodsDefaultContainer(t *testing.T) {
	got, err := readHooks(t, "", "--before-exec=drain")
	require.NoError(t, err)
	require.Equal(t, plan.Hooks{Before: []plan.Hook{{Exec: true, Command: "drain"}}}, got)
}

func TestHooksThatCannotBeRun(t *testing.T) {
	for _, test := range []struct {
		name string
		args []string
		why  string
	}{
		{"two before", []string{"--before-exec=a", "--before-cmd=b"}, "give one of --before-exec and --before-cmd"},
		{"two after", []string{"--after-exec=a", "--after-cmd=b"}, "give one of --after-exec and --after-cmd"},
		{"nobody to step down", []string{"--step-down-exec=a"}, "--step-down-exec needs --last-exec: which pod leads?"},
		{"before-exec without a command", []string{"--before-exec="}, "--before-exec is empty"},
		{"before-cmd without a command", []string{"--before-cmd="}, "--before-cmd is empty"},
		{"after-exec without a command", []string{"--after-exec="}, "--after-exec is empty"},
		{"after-cmd without a command", []string{"--after-cmd="}, "--after-cmd is empty"},
		{"last-exec without a command", []string{"--last-exec="}, "--last-exec is empty"},
		{"step-down-exec without a command", []string{"--last-exec=a", "--step-down-exec="}, "--step-down-exec is empty"},
		{
			"a password",
			[]string{"--last-exec=redis-cli -a secret ROLE"},
			"--last-exec: the command has a password in it, behind -a: let it come from the environment, such as \"$PASSWORD\"",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := readHooks(t, "db", test.args...)
			requireUsage(t, err, test.why)
		})
	}
}
