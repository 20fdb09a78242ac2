// Package abort is the verb that takes a canary back.
package abort

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/app/runner"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/abort"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/templates"
)

// Request is what the flags say.
type Request struct {
	Run       options.RunFlags
	Name      string
	IgnorePDB bool
	Checks    options.Checks
}

var (
	long = templates.LongDesc(`
		Take the pods of a canary back to the stable revision, one by one, the highest ordinal first, each
		Available before the next.

		The template goes back too, if it was the canary that set it, and so does the partition. A pod that is
		not Ready, and that the controller would wait for without end, is deleted so that it comes back at the
		stable revision. Without a canary in progress nothing is changed. A restart is stopped where it is. An undo
		is not aborted, for that would go forward again: name the revision to "undo" instead.

		Commands can run for each pod: before it goes (--before-exec, --before-cmd) and once it is back (--after-exec,
		--after-cmd), in the pod's container or on this machine. An abort runs only those that it is
		given itself.`)

	example = templates.Examples(`
		# Go back
		kubectl sts abort web

		# See what would happen
		kubectl sts abort web --dry-run=client

		# In a pipeline
		kubectl sts abort web --yes --timeout 15m`)
)

// New is the verb. run is what it does with the request; tests pass their own.
func New(env *app.Env, run func(context.Context, *app.Env, Request) error) *cobra.Command {
	r, checks := &Request{}, (*options.CheckFlags)(nil)
	cmd := options.SetCommand(
		&r.Name,
		func() error { return r.check(checks, env.Streams.In) },
		func(ctx context.Context) error { return run(ctx, env, *r) },
	)
	cmd.Use, cmd.Short, cmd.Long, cmd.Example = "abort NAME", "Take a canary back to the stable revision", long, example
	options.AddIgnorePDB(cmd.Flags(), &r.IgnorePDB)
	checks = options.AddCheckFlags(cmd.Flags())
	options.AddRunFlags(cmd.Flags(), &r.Run, "Don't ask.")
	options.AddPreflight(cmd.Flags(), &r.Run.Preflight)
	return cmd
}

func (r *Request) check(checks *options.CheckFlags, stdin io.Reader) error {
	var err error
	if r.Checks, err = checks.Read(stdin); err != nil {
		return err
	}
	return r.Run.Check()
}

// Run takes the canary in progress back.
func Run(ctx context.Context, env *app.Env, r Request) error {
	ctx, cancel := r.Run.Context(ctx)
	defer cancel()
	runner, err := runner.New(env, "", r.Run)
	if err != nil {
		return err
	}
	runner.Measure(r.Checks)
	s, err := runner.LoadAtOnce(ctx, r.Name, r.IgnorePDB)
	if err != nil {
		return err
	}
	if s, err = claims(ctx, runner, s); err != nil {
		return err
	}
	request := abort.Request{Run: runner.Planned(s), Now: runner.Client.Now()}
	plan, err := abort.Plan(request, s)
	if err != nil {
		return err
	}
	if plan == nil {
		env.Nothing(fmt.Sprintf("no canary of statefulset %q is in progress: nothing was changed", s.Name()))
		return nil
	}
	if err := runner.Preflight(ctx, plan, s); err != nil {
		return err
	}
	if err := runner.Confirm(ctx, plan, s, question(s)); err != nil {
		return err
	}
	if s, err = runner.Again(ctx, s); err != nil {
		return err
	}
	if plan, err = abort.Plan(request, s); err != nil {
		return err
	}
	if err := runner.Preflight(ctx, plan, s); err != nil {
		return err
	}
	return runner.RunToEnd(ctx, plan, s)
}

// claims adds the claims where a replace is in progress: one of them may be on its way out
// already. Who may not read them is not told so, and can give it up all the same.
func claims(ctx context.Context, runner *runner.Runner, s sts.Snapshot) (sts.Snapshot, error) {
	record, err := operation.FindRollout(s)
	if err != nil || record == nil || record.Verb != operation.VerbReplace {
		return s, nil //nolint:nilerr // the planner says so
	}
	with, _, err := runner.Client.SetClaims(ctx, s)
	if kube.Denied(err) {
		runner.Warn("whether a claim is being deleted already is not known: " + err.Error())
		return s, nil
	}
	return with, err
}

// question names what is given up: by now it may be another verb's run than
// the one that the person has in mind.
func question(s sts.Snapshot) string {
	if record, err := operation.FindRollout(s); err == nil && record != nil && record.Verb != operation.VerbCanary {
		return fmt.Sprintf("Give the %s up?", record.Verb.Name())
	}
	return "Take the canary back?"
}
