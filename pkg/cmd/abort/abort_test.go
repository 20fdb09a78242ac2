package abort_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/cli-runtime/pkg/genericclioptions"

	plan "github.com/kubectl-sts/kubectl-sts/pkg/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/abort"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmdutil"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// parse is what the flags become. A request of nil means that nothing was run.
func parse(t *testing.T, args ...string) (*abort.Request, error) {
	t.Helper()
	var got *abort.Request
	env := &cmdutil.Env{Config: genericclioptions.NewConfigFlags(false)}
	cmd := abort.New(env, func(_ context.Context, given *cmdutil.Env, r abort.Request) error {
		require.Same(t, env, given)
		got = &r
		return nil
	})
	cmd.SetArgs(args)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	return got, cmd.ExecuteContext(t.Context())
}

func TestFlags(t *testing.T) {
	request := func(changes ...func(*abort.Request)) *abort.Request {
		r := &abort.Request{
			Run: cmdutil.RunFlags{
				Limits: plan.Limits{StepTimeout: 10 * time.Minute, Patience: 30 * time.Second}, DryRun: report.DryRunNone,
			},
			Name: "web",
		}
		for _, change := range changes {
			change(r)
		}
		return r
	}
	tests := []struct {
		name string
		args []string
		want *abort.Request
	}{
		{"a name alone", []string{"sts", "web"}, request()},
		{
			"the flags of every run",
			[]string{"web", "-y", "--timeout=1h", "--dry-run=client", "-o=yaml"},
			request(func(r *abort.Request) {
				r.Run.Yes, r.Run.Limits.Timeout, r.Run.DryRun, r.Run.Output = true, time.Hour, report.DryRunClient, report.YAML
			}),
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := parse(t, test.args...)
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
}

func TestBadUsage(t *testing.T) {
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"no name", nil, "which StatefulSet? give its name"},
		{"another kind", []string{"ds/web"}, `"ds/web" is not a StatefulSet`},
		{"an unknown dry run", []string{"web", "--dry-run=all"}, `--dry-run=all: must be "none", "client" or "server"`},
		{"an unknown format", []string{"web", "-owide"}, "-o wide: must be json or yaml"},
		{"a negative timeout", []string{"web", "--timeout=-1s"}, "--timeout=-1s: must not be negative"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := parse(t, test.args...)

			require.Nil(t, got, "nothing may run")
			require.EqualError(t, err, test.want)
			var usage *cmdutil.UsageError
			require.ErrorAs(t, err, &usage)
		})
	}
}
