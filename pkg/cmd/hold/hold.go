// Package hold is the verb that keeps template changes from rolling out.
package hold

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/app/runner"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/hold"
	"github.com/kubectl-sts/kubectl-sts/pkg/templates"
)

// Request is what the flags say.
type Request struct {
	Run    options.RunFlags
	Name   string
	Reason string
}

// mostReason is how long a reason may be, in characters: status shows it in a line.
const mostReason = 200

var (
	long = templates.LongDesc(`
		Close the gate of a StatefulSet, so that no change of its template rolls out until "kubectl sts release".

		The partition is set to the largest number that there is, and what it was is remembered in an annotation, with
		who holds the set, since when and why. Whoever applies another template meanwhile changes no pod: also new
		pods of a scale-up, and pods that are recreated, come at the revision from before. A rollout that is on its
		way stops where it is. Status shows a set that is held, and ends with exit code 5.

		A bare "kubectl sts canary" takes the change that waits through step by step and closes the gate again; so does
		"kubectl sts undo", which goes to any revision. What else would set another template is refused. Pods can be
		restarted as they are, and the set scaled; with 0 replicas there is nothing that a partition could hold back.`)

	example = templates.Examples(`
		# Let nothing roll out during a migration
		kubectl sts hold web --reason 'reindexing until Friday'

		# Stop a rollout that somebody has applied
		kubectl sts hold web

		# See what would happen
		kubectl sts hold web --dry-run=client`)
)

// New is the verb. run is what it does with the request; tests pass their own.
func New(env *app.Env, run func(context.Context, *app.Env, Request) error) *cobra.Command {
	r := &Request{}
	var cmd *cobra.Command
	cmd = options.SetCommand(&r.Name, func() error {
		if err := options.NotEmpty(cmd.Flags(), "reason"); err != nil {
			return err
		}
		return r.check()
	}, func(ctx context.Context) error { return run(ctx, env, *r) })
	cmd.Use, cmd.Short, cmd.Long, cmd.Example = "hold NAME", "Let no template change of a StatefulSet roll out", long, example
	cmd.Flags().StringVar(&r.Reason, "reason", "", "Why it is held, for whoever comes upon it. Everybody who may read the set can read it.")
	options.AddRunFlags(cmd.Flags(), &r.Run, "Accepted for pipelines; hold never asks.")
	options.AddPreflight(cmd.Flags(), &r.Run.Preflight)
	return cmd
}

func (r *Request) check() error {
	switch {
	case len([]rune(r.Reason)) > mostReason:
		return options.Usage("--reason: must be at most %d characters long, got %d", mostReason, len([]rune(r.Reason)))
	case strings.ContainsFunc(r.Reason, unicode.IsControl):
		return options.Usage("--reason=%q: must be one line of text", r.Reason)
	}
	return r.Run.Check()
}

// Run holds the set.
func Run(ctx context.Context, env *app.Env, r Request) error {
	ctx, cancel := r.Run.Context(ctx)
	defer cancel()
	runner, err := runner.New(env, "", r.Run)
	if err != nil {
		return err
	}
	s, err := runner.LoadAtOnce(ctx, r.Name, true) // it deletes no pod
	if err != nil {
		return err
	}
	request := hold.Request{
		Reason: r.Reason, Limits: r.Run.Limits, Caller: env.Caller(), Driver: env.Driver(), Manager: env.FieldManager,
	}
	plan, err := hold.Plan(request, s, runner.Client.Now())
	if err != nil {
		return err
	}
	if plan == nil {
		env.Nothing(fmt.Sprintf("statefulset %q is held already: nothing was changed", s.Name()))
		return nil
	}
	if err := runner.Preflight(ctx, plan, s); err != nil {
		return err
	}
	return runner.RunToEnd(ctx, plan, s)
}
