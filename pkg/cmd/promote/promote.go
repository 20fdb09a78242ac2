// Package promote is the verb that goes on with a canary.
package promote

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/app/runner"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/intent"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/templates"
)

// Request is what the flags say.
type Request struct {
	Run       options.RunFlags
	Name      string
	Full      bool
	OnFailure options.OnFailure
	Force     bool
	Retry     bool
	TakeOver  bool
	IgnorePDB bool
	Checks    options.Checks
}

var (
	long = templates.LongDesc(`
		Run the next step of a canary, or with --full all that are left.

		First the step that the canary is held at is checked again: its pods must still be Available. Then the
		gate opens for the next pods, which are waited for and soaked like those before. It works from any
		machine: what the canary needs is kept in an annotation of the StatefulSet.

		Commands can run for each pod: before it goes (--before-exec, --before-cmd) and once it is back (--after-exec,
		--after-cmd), in the pod's container or on this machine. Those that the canary began with are given
		again.

		A canary that failed is not promoted: "kubectl sts abort" takes it back. With --retry the step that failed is
		measured once more, for its whole soak, and held again.`)

	example = templates.Examples(`
		# Run the next step and hold again
		kubectl sts promote web

		# Run all steps that are left
		kubectl sts promote web --full`)
)

// New is the verb. run is what it does with the request; tests pass their own.
func New(env *app.Env, run func(context.Context, *app.Env, Request) error) *cobra.Command {
	r, checks := &Request{}, (*options.CheckFlags)(nil)
	cmd := options.SetCommand(
		&r.Name,
		func() error { return r.check(checks, env.Streams.In) },
		func(ctx context.Context) error { return run(ctx, env, *r) },
	)
	cmd.Use, cmd.Long, cmd.Example = "promote NAME [--full]", long, example
	cmd.Short = "Run the next step of a canary, or all that are left"
	cmd.Flags().BoolVar(&r.Full, "full", false, "Run all steps that are left, without holding between them.")
	options.AddOnFailure(cmd.Flags(), &r.OnFailure)
	cmd.Flags().BoolVar(&r.Force, "force", false, "Delete a pod that keeps the controller from going on.")
	options.AddRetry(cmd.Flags(), &r.Retry)
	options.AddTakeOver(cmd.Flags(), &r.TakeOver)
	options.AddIgnorePDB(cmd.Flags(), &r.IgnorePDB)
	checks = options.AddCheckFlags(cmd.Flags())
	checks.AddChecksChanged()
	options.AddGiveTo(cmd.Flags(), &r.Run)
	options.AddRunFlags(cmd.Flags(), &r.Run, "Accepted for pipelines; promote never asks.")
	options.AddPreflight(cmd.Flags(), &r.Run.Preflight)
	return cmd
}

func (r *Request) check(checks *options.CheckFlags, stdin io.Reader) error {
	var err error
	if r.Checks, err = checks.Read(stdin); err != nil {
		return err
	}
	if err := r.OnFailure.Check(); err != nil {
		return err
	}
	return r.Run.Check()
}

// Run goes on with the canary in progress.
func Run(ctx context.Context, env *app.Env, r Request) error {
	ctx, cancel := r.Run.Context(ctx)
	defer cancel()
	runner, err := runner.New(env, "", r.Run)
	if err != nil {
		return err
	}
	runner.Measure(r.Checks)
	s, _, err := runner.Load(ctx, r.Name, r.IgnorePDB)
	if err != nil {
		return err
	}
	plan, err := canary.Promote(canary.Promotion{
		Run: runner.Planned(s), Resume: intent.Resume{Retry: r.Retry, TakeOver: r.TakeOver}, Full: r.Full, Force: r.Force,
	}, s, runner.Client.Now())
	if err != nil {
		return over(ctx, runner, s, err)
	}
	if err := runner.Preflight(ctx, plan, s); err != nil {
		return err
	}
	return runner.RunCanary(ctx, plan, s, r.OnFailure.Rollback(s))
}

// over is the end where there is nothing to go on with. A run that was killed when all was
// done but for what it was to hand over has left that.
func over(ctx context.Context, runner *runner.Runner, s sts.Snapshot, why error) error {
	found := operation.Find(s)
	if found.First() != nil || len(found.Unreadable) > 0 {
		return why
	}
	left, err := runner.HandOver("promote", s)
	if err != nil || left == nil {
		return why
	}
	return runner.RunToEnd(ctx, left, s)
}
