// Package undo is the verb that takes a StatefulSet back to an earlier
// revision, whatever state its pods are in.
package undo

import (
	"context"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/intent"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/templates"
)

// Request is what the flags say.
type Request struct {
	Run        options.RunFlags
	Drive      options.DriveFlags
	Name       string
	ToRevision string          // a number, a name or a hash; empty for the last good one
	Steps      operation.Steps // none for all pods at once
	Soak       time.Duration
	Given      intent.Given
	Retry      bool
	Checks     options.Checks
	TakeOver   bool

	steps string
}

var (
	long = templates.LongDesc(`
		Take a StatefulSet back to an earlier revision, and really get there.

		The template of that revision is set again, and the controller takes the pods back, the highest ordinal
		first. After a bad update there is often one pod that is not Ready and that the controller would wait
		for without end; it is deleted once it has been so for --patience, so that it comes back at the revision
		wanted. Then every pod must be Available, and stay so for --soak.

		Without --to-revision it goes to the last revision that is not the current one. Where a rollout is not
		over, that is the one that the rollout began from. It is shown, with what changes, before you are asked.
		"kubectl sts history" lists the revisions. A partition is opened for it and set again at the end. A
		canary, a restart or an abort in progress gives way to it.

		Commands can run for each pod: before it goes (--before-exec, --before-cmd) and once it is back (--after-exec,
		--after-cmd), in the pod's container or on this machine. With them the pods go back one by one.

		Killed at any moment, the same command goes on.`)

	example = templates.Examples(`
		# Go back, after a look at what changes
		kubectl sts undo web

		# See what would happen, and which pods would be deleted
		kubectl sts undo web --dry-run=client

		# To a revision of the history, one pod first, then the others
		kubectl sts undo web --to-revision 3 --steps 1,100%

		# In a pipeline
		kubectl sts undo web --yes --timeout 15m

		# An OnDelete set whose leader goes last
		kubectl sts undo web --last role=primary`)
)

// New is the verb. run is what it does with the request; tests pass their own.
func New(env *app.Env, run func(context.Context, *app.Env, Request) error) *cobra.Command {
	r, checks := &Request{}, (*options.CheckFlags)(nil)
	cmd := options.SetCommand(
		&r.Name,
		func() error { return r.check(checks, env.Streams.In) },
		func(ctx context.Context) error { return run(ctx, env, *r) },
	)
	cmd.Use, cmd.Long, cmd.Example = "undo NAME [--to-revision REVISION]", long, example
	cmd.Short = "Take a StatefulSet back to an earlier revision, and get there"
	fs := cmd.Flags()
	cmd.PreRunE = func(*cobra.Command, []string) error {
		r.Given = intent.Given{Steps: fs.Changed("steps"), Soak: fs.Changed("soak")}
		return options.NotEmpty(fs, "to-revision", "steps", "order", "last")
	}
	fs.StringVar(&r.ToRevision, "to-revision", "",
		"The revision to go back to: its number, its name, or the hash at the end of its name. The default is the last one that "+
			"is not the current one.")
	fs.StringVar(&r.steps, "steps", "",
		"Go step by step, as a canary does: counts or percentages of the replicas, going up. The default is all at once.")
	fs.DurationVar(&r.Soak, "soak", operation.DefaultSoak, "How long the pods must stay Available without a restart.")
	options.AddRetry(fs, &r.Retry)
	options.AddTakeOver(fs, &r.TakeOver)
	options.AddDriveFlags(fs, &r.Drive)
	checks = options.AddCheckFlags(fs)
	checks.AddChecksChanged()
	options.AddIgnoreOwner(fs, &r.Run)
	options.AddGiveTo(fs, &r.Run)
	options.AddRunFlags(fs, &r.Run, "Don't ask.")
	options.AddPreflight(fs, &r.Run.Preflight)
	return cmd
}

func (r *Request) check(checks *options.CheckFlags, stdin io.Reader) error {
	if r.ToRevision != "" && !sts.IsRevisionWord(r.ToRevision) {
		return options.Usage("--to-revision=%s: give a revision's number, its name, or the hash at the end of its name", r.ToRevision)
	}
	if r.Soak < 0 {
		return options.Usage("--soak=%s: must not be negative", r.Soak)
	}
	if r.steps != "" {
		var err error
		if r.Steps, err = operation.ParseSteps(r.steps); err != nil {
			return options.Usage("--steps=%s: %w", r.steps, err)
		}
	}
	if err := r.Drive.Check(); err != nil {
		return err
	}
	var err error
	if r.Checks, err = checks.Read(stdin); err != nil {
		return err
	}
	return r.Run.Check()
}
