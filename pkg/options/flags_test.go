package options

import (
	"testing"
	"time"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

func TestSetName(t *testing.T) {
	tests := []struct {
		name string
		args []string
		want string
		err  string
	}{
		{name: "a name", args: []string{"web"}, want: "web"},
		{name: "a name that is a type", args: []string{"sts"}, want: "sts"},
		{name: "the short type and a name", args: []string{"sts/web"}, want: "web"},
		{name: "the long type", args: []string{"statefulset/web"}, want: "web"},
		{name: "the plural", args: []string{"statefulsets/web"}, want: "web"},
		{name: "with its group", args: []string{"statefulset.apps/web"}, want: "web"},
		{name: "with its group and version", args: []string{"statefulsets.v1.apps/web"}, want: "web"},
		{name: "as the API spells it", args: []string{"StatefulSet/web"}, want: "web"},
		{name: "type and name apart", args: []string{"sts", "web"}, want: "web"},
		{name: "a name with dots and digits", args: []string{"web-0.x"}, want: "web-0.x"},
		{name: "nothing", err: "which StatefulSet? give its name"},
		{name: "an empty name", args: []string{""}, err: `"" is no name of a StatefulSet`},
		{name: "a type without a name", args: []string{"sts/"}, err: `"sts/" is no name of a StatefulSet`},
		{name: "another type", args: []string{"deployment/web"}, err: `"deployment/web" is not a StatefulSet`},
		{name: "no type before the slash", args: []string{"/web"}, err: `"/web" is not a StatefulSet`},
		{name: "too many slashes", args: []string{"sts/default/web"}, err: `"sts/default/web" is no name of a StatefulSet`},
		{name: "a space", args: []string{"web api"}, err: `"web api" is no name of a StatefulSet`},
		{name: "two names", args: []string{"web", "api"}, err: "one StatefulSet at a time, not 2: web api"},
		{name: "a type and two names", args: []string{"sts", "web", "api"}, err: "one StatefulSet at a time, not 3: sts web api"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := SetName(test.args)
			if test.err != "" {
				requireUsage(t, err, test.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
}

// requireUsage checks that an error is bad usage, in these words.
func requireUsage(t *testing.T, err error, words string) {
	t.Helper()
	var usage *UsageError
	require.ErrorAs(t, err, &usage)
	require.EqualError(t, err, words)
}

func TestRunFlags(t *testing.T) {
	defaults := RunFlags{
		Limits: plan.Limits{StepTimeout: 10 * time.Minute, Patience: 30 * time.Second, Placing: 5 * time.Minute},
		DryRun: report.DryRunNone, Preflight: PreflightWarn,
	}
	with := func(change func(*RunFlags)) RunFlags {
		f := defaults
		change(&f)
		return f
	}
	tests := []struct {
		name string
		args []string
		want RunFlags
		err  string
	}{
		{name: "the defaults", want: defaults},
		{
			name: "everything",
			args: []string{
				"--timeout=1h", "--step-timeout=5m", "--patience=1m", "-y", "--dry-run=client", "-o", "json", "--preflight=refuse",
			},
			want: RunFlags{
				Limits: plan.Limits{Timeout: time.Hour, StepTimeout: 5 * time.Minute, Patience: time.Minute, Placing: time.Minute},
				Yes:    true, DryRun: report.DryRunClient, Output: report.JSON, Preflight: PreflightRefuse,
			},
		},
		{
			name: "a server dry run in YAML", args: []string{"--dry-run", "server", "--output=yaml"},
			want: with(func(f *RunFlags) { f.DryRun, f.Output = report.DryRunServer, report.YAML }),
		},
		{
			name: "no time limits and no patience", args: []string{"--timeout=0", "--step-timeout=0", "--patience=0"},
			want: with(func(f *RunFlags) { f.Limits = plan.Limits{} }),
		},
		{name: "a dry run of an unknown kind", args: []string{"--dry-run=yes"}, err: `--dry-run=yes: must be "none", "client" or "server"`},
		{name: "an unknown format", args: []string{"-o", "wide"}, err: "-o wide: must be json or yaml"},
		{name: "an unknown preflight", args: []string{"--preflight=no"}, err: `--preflight=no: must be "warn", "refuse" or "off"`},
		{name: "a negative timeout", args: []string{"--timeout=-1s"}, err: "--timeout=-1s: must not be negative"},
		{name: "a negative step timeout", args: []string{"--step-timeout=-1m"}, err: "--step-timeout=-1m0s: must not be negative"},
		{name: "negative patience", args: []string{"--patience=-1ms"}, err: "--patience=-1ms: must not be negative"},
		{
			name: "of several, the first is named", args: []string{"--patience=-1s", "--step-timeout=-1s", "--timeout=-1s"},
			err: "--timeout=-1s: must not be negative",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := RunFlags{}
			flags := pflag.NewFlagSet("verb", pflag.ContinueOnError)
			AddRunFlags(flags, &f, "yes")
			AddPreflight(flags, &f.Preflight)
			require.NoError(t, flags.Parse(test.args))

			err := f.Check()
			if test.err != "" {
				requireUsage(t, err, test.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want, f)
		})
	}
}
