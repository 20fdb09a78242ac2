// Package apptest tests what a verb makes of its flags.
package apptest

import (
	"context"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// Verb makes a verb's command; R is what its flags become.
type Verb[R any] func(*app.Env, func(context.Context, *app.Env, R) error) *cobra.Command

// Parse is what the verb's flags become; nil when nothing was run.
func Parse[R any](t *testing.T, verb Verb[R], args ...string) (*R, error) {
	t.Helper()
	return ParseIn(t, &app.Env{Config: &app.Config{}}, verb, args...)
}

// ParseIn is Parse with other streams, say.
func ParseIn[R any](t *testing.T, env *app.Env, verb Verb[R], args ...string) (*R, error) {
	t.Helper()
	var got *R
	cmd := verb(env, func(_ context.Context, given *app.Env, r R) error {
		require.Same(t, env, given)
		got = &r
		return nil
	})
	cmd.SetArgs(args)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	return got, cmd.ExecuteContext(t.Context())
}

// Use is a command line, and what its flags become. Its type has no name of its own,
// so that rows of a table need not name its fields.
type Use[R any] = struct {
	Name string // a sentence
	Args []string
	Want *R
}

// Accept checks what is run for each of these.
func Accept[R any](t *testing.T, parse func(*testing.T, ...string) (*R, error), rows []Use[R]) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.Name, func(t *testing.T) {
			got, err := parse(t, row.Args...)
			require.NoError(t, err)
			require.Equal(t, row.Want, got)
		})
	}
}

// Checks are what a verb gets where no flag is about checks.
func Checks() options.Checks { return options.Checks{Prom: options.Prom{Scrape: options.Scrape}} }

// EveryRun are flags of every run, each with another value than its own, and what they
// become.
func EveryRun() (args []string, want options.RunFlags) {
	want = Run()
	want.Yes, want.Limits.Timeout, want.DryRun, want.Output = true, time.Hour, report.DryRunClient, report.YAML
	return []string{"-y", "--timeout=1h", "--dry-run=client", "-o=yaml"}, want
}

// Misuse is a command line that is bad usage. Its type has no name of its own,
// so that rows of a table need not name its fields.
type Misuse = struct {
	Name string // a sentence
	Args []string
	Want string // what is said
}

// RefuseMisuse checks that nothing is run for any of these, and what is said.
func RefuseMisuse[R any](t *testing.T, parse func(*testing.T, ...string) (*R, error), rows []Misuse) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.Name, func(t *testing.T) {
			got, err := parse(t, row.Args...)
			RequireBadUsage(t, row.Want, got, err)
		})
	}
}

// RequireBadUsage checks that nothing was run, and why.
func RequireBadUsage[R any](t *testing.T, want string, got *R, err error) {
	t.Helper()
	require.Nil(t, got, "nothing may run")
	require.EqualError(t, err, want)
	var usage *options.UsageError
	require.ErrorAs(t, err, &usage)
}

// Run is what the flags of every run are by default.
func Run() options.RunFlags {
	return options.RunFlags{Limits: Limits(), DryRun: report.DryRunNone, Preflight: options.PreflightWarn}
}

// Limits are the waiting times by default.
func Limits() plan.Limits {
	return plan.Limits{StepTimeout: 10 * time.Minute, Patience: 30 * time.Second, Placing: 5 * time.Minute}
}
