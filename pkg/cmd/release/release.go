// Package release is the verb that ends a hold.
package release

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/app/runner"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/hold"
	"github.com/kubectl-sts/kubectl-sts/pkg/templates"
)

// Request is what the flags say.
type Request struct {
	Run  options.RunFlags
	Name string
}

var (
	long = templates.LongDesc(`
		End a hold: the partition goes back to what it was before, and the controller rolls out what waits.

		Where pods are to be updated it asks first, and then waits for them; it ends with exit code 4 at the first that
		does not come back. To take what waits through step by step there is no need to release the set: "kubectl sts
		canary" opens the gate and closes it again.`)

	example = templates.Examples(`
		# End the hold
		kubectl sts release web

		# See which pods would be updated
		kubectl sts release web --dry-run=client

		# In a pipeline
		kubectl sts release web --yes --timeout 15m`)
)

// New is the verb. run is what it does with the request; tests pass their own.
func New(env *app.Env, run func(context.Context, *app.Env, Request) error) *cobra.Command {
	r := &Request{}
	cmd := options.SetCommand(&r.Name, r.Run.Check, func(ctx context.Context) error { return run(ctx, env, *r) })
	cmd.Use, cmd.Short, cmd.Long, cmd.Example = "release NAME", "End a hold, and let what waits roll out", long, example
	options.AddRunFlags(cmd.Flags(), &r.Run, "Don't ask.")
	options.AddPreflight(cmd.Flags(), &r.Run.Preflight)
	return cmd
}

// Run releases the set.
func Run(ctx context.Context, env *app.Env, r Request) error {
	ctx, cancel := r.Run.Context(ctx)
	defer cancel()
	runner, err := runner.New(env, "", r.Run)
	if err != nil {
		return err
	}
	s, _, err := runner.Load(ctx, r.Name, true) // which pods wait, only the controller knows; it deletes them itself
	if err != nil {
		return err
	}
	request := hold.Request{Limits: r.Run.Limits, Caller: env.Caller(), Manager: env.FieldManager}
	plan, err := hold.Release(request, s)
	if err != nil {
		return err
	}
	if plan == nil {
		env.Nothing(fmt.Sprintf("statefulset %q is not held: nothing was changed", s.Name()))
		return nil
	}
	if err := runner.Preflight(ctx, plan, s); err != nil {
		return err
	}
	if hold.Rolls(plan) {
		if err := runner.Confirm(ctx, plan, s, "Let them be updated?"); err != nil {
			return err
		}
		if s, err = runner.Again(ctx, s); err != nil {
			return err
		}
		if plan, err = hold.Release(request, s); err != nil {
			return err
		}
		if err := runner.Preflight(ctx, plan, s); err != nil {
			return err
		}
	}
	return runner.RunToEnd(ctx, plan, s)
}
