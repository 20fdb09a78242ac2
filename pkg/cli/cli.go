// Package cli is the command line: the root command and the table of exit
// codes. Main is all that a program needs.
package cli

import (
	"context"
	"os"
	"runtime/debug"
	"slices"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/abort"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/completion"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/doctor"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/history"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/hold"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/lint"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/preset"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/promote"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/prunepvc"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/recreate"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/release"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/replace"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/resize"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/restart"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/restorepvc"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/scale"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/status"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/undo"
	versioncmd "github.com/kubectl-sts/kubectl-sts/pkg/cmd/version"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/watch"
	"github.com/kubectl-sts/kubectl-sts/pkg/complete"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/ci"
	"github.com/kubectl-sts/kubectl-sts/pkg/templates"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// The build sets these: see the Makefile and .goreleaser.yaml.
var (
	version = "dev"
	commit  = ""
)

// Main runs the command line and returns the exit code.
func Main(ctx context.Context, given genericiooptions.IOStreams, args []string) int {
	streams, unwritten := term.Of(given).Checked()
	env := &app.Env{
		Streams: streams,
		Config:  &app.Config{},
		Color:   term.ColorAuto,
		Memory:  limitMemory,
	}
	env.Version, env.Commit = build(version, commit, debug.ReadBuildInfo)
	if os.Getenv("GITHUB_ACTIONS") == "true" && !term.Live(streams.Err) {
		env.Actions = ci.NewActions(streams.Err)
		env.Streams.Err = report.NewGuard(streams.Err)
	}
	root := New(env)
	if asksForCompletion(args) { // cobra keeps completion functions for the life of the process
		complete.Register(root, env)
	}
	root.SetArgs(args)
	root.SetIn(streams.In)
	root.SetOut(streams.Out)
	root.SetErr(env.Streams.Err)
	cmd, err := root.ExecuteContextC(ctx)
	return end(env, cmd, args, err, unwritten).ExitCode()
}

var long = templates.LongDesc(`
	Take StatefulSets through canaries, and out of bad rollouts, without losing anything.

	Nothing is installed in the cluster. Every verb that writes prints what it would do with --dry-run, can be
	killed at any moment and gone on with from any machine, and ends in an exit code that a pipeline can act on:
	0 done, 1 error, 2 bad usage, 3 refused (nothing was written), 4 halted, 5 held, 124 timed out,
	130 interrupted.`)

// New builds the root command.
func New(env *app.Env) *cobra.Command {
	root := &cobra.Command{
		Use:               "kubectl-sts",
		Short:             "Canaries and rollouts of StatefulSets",
		Long:              long,
		Annotations:       map[string]string{cobra.CommandDisplayNameAnnotation: "kubectl sts"},
		SilenceErrors:     true,
		SilenceUsage:      true,
		Args:              unknownCommand,
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return begin(env, cmd, os.Getenv("GITHUB_STEP_SUMMARY")) },
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	env.Config.AddFlags(root.PersistentFlags())
	root.PersistentFlags().StringVar((*string)(&env.Color), "color", string(term.ColorAuto),
		`When to use colour: "auto", "always" or "never". NO_COLOR is honoured.`)
	options.TakesValues(root.PersistentFlags(), "color", string(term.ColorAuto), string(term.ColorAlways), string(term.ColorNever))
	const rollouts, storage, looking, other = "rollouts", "storage", "looking", "other"
	root.AddGroup(&cobra.Group{ID: rollouts, Title: "Rollouts:"}, &cobra.Group{ID: storage, Title: "Replicas, claims and volumes:"},
		&cobra.Group{ID: looking, Title: "Looking:"}, &cobra.Group{ID: other, Title: "Other:"})
	add := func(group string, verbs ...*cobra.Command) {
		for _, verb := range verbs {
			verb.GroupID = group
			root.AddCommand(verb)
		}
	}
	add(rollouts, canary.New(env, canary.Run), promote.New(env, promote.Run), abort.New(env, abort.Run))
	add(rollouts, undo.New(env, undo.Run), restart.New(env, restart.Run))
	add(rollouts, hold.New(env, hold.Run), release.New(env, release.Run))
	add(storage, scale.New(env, scale.Run), resize.New(env, resize.Run), replace.New(env, replace.Run),
		recreate.New(env, recreate.Run), prunepvc.New(env, prunepvc.Run), restorepvc.New(env, restorepvc.Run))
	add(looking, status.New(env, runStatus), watch.New(env, watch.Run), history.New(env, history.Run))
	add(looking, doctor.New(env, doctor.Run), lint.New(env, lint.Run), preset.New(env, preset.Run))
	add(other, completion.New(env), versioncmd.New(env, versioncmd.Run))
	root.AddCommand(newOptions())
	root.SetHelpFunc(help)
	root.SetUsageFunc(usage)
	root.SetFlagErrorFunc(unknownFlag)
	return root
}

// asksForCompletion reports whether a shell asks how a command line can go on.
func asksForCompletion(args []string) bool {
	return len(args) > 0 && slices.Contains([]string{cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd}, args[0])
}

func checkColor(mode term.ColorMode) error {
	if !slices.Contains([]term.ColorMode{term.ColorAuto, term.ColorAlways, term.ColorNever}, mode) {
		return options.Usage(`--color=%s: must be "auto", "always" or "never"`, mode)
	}
	return nil
}

// checkTimeout rejects what kubectl's own flag only trips over when a
// connection is to be made.
func checkTimeout(text string) error {
	d, err := clientcmd.ParseTimeout(text)
	switch {
	case err != nil:
		return options.Usage("--request-timeout=%s: give a time such as 10s or 2m, or 0 for none", text)
	case d < 0:
		return options.Usage("--request-timeout=%s: must not be negative", text)
	}
	return nil
}
