package undo

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/app/runner"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/intent"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/undo"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Run takes the set back, or goes on with an undo that was begun.
func Run(ctx context.Context, env *app.Env, r Request) error {
	ctx, cancel := r.Run.Context(ctx)
	defer cancel()
	runner, err := runner.New(env, "", r.Run)
	if err != nil {
		return err
	}
	runner.Measure(r.Checks)
	s, manifest, err := runner.Load(ctx, r.Name, r.Drive.IgnorePDB)
	if err != nil {
		return err
	}
	named, err := r.revision(s)
	if err != nil {
		return err
	}
	p, err := r.plan(ctx, env, runner, s, manifest, named)
	if err != nil || p == nil {
		return err
	}
	if err := runner.Confirm(ctx, p, s, "Go back?"); err != nil {
		return err
	}
	if s, err = runner.Again(ctx, s); err != nil {
		return err
	}
	if p, err = r.plan(ctx, env, runner, s, manifest, named); err != nil || p == nil {
		return err
	}
	return runner.RunCanary(ctx, p, s, false) // at a gate a person may want to abort it
}

// revision is the one that the user names, nil for none.
func (r Request) revision(s sts.Snapshot) (*appsv1.ControllerRevision, error) {
	if r.ToRevision == "" {
		return nil, nil //nolint:nilnil // the planner picks one
	}
	return s.FindRevision(r.ToRevision)
}

// plan is what there is to do, with who else writes the template; nil when there is
// nothing.
func (r Request) plan(ctx context.Context, env *app.Env, runner *runner.Runner, s sts.Snapshot, manifest kube.Manifest,
	named *appsv1.ControllerRevision,
) (*plan.Plan, error) {
	p, err := r.wayBack(ctx, env, runner, s, manifest, named)
	if err != nil || p == nil {
		return nil, err
	}
	return p, runner.Preflight(ctx, p, s)
}

// wayBack is the plan; nil when there is nothing to do.
func (r Request) wayBack(ctx context.Context, env *app.Env, runner *runner.Runner, s sts.Snapshot, manifest kube.Manifest,
	named *appsv1.ControllerRevision,
) (*plan.Plan, error) {
	request := undo.Request{
		Run:    runner.Planned(s),
		Resume: intent.Resume{Retry: r.Retry, TakeOver: r.TakeOver},
		Start:  intent.Start{ID: rand.Text()[:12], Steps: r.Steps, Soak: r.Soak, Given: r.Given, Order: r.Drive.Order},
	}
	if !r.Steps.Empty() && !r.Run.Yes {
		request.Pace = intent.Pace{Gate: plan.GateAsk}
	}
	now := runner.Client.Now()
	record, err := operation.FindRollout(s)
	if err != nil {
		return nil, err
	}
	if undo.GoesOn(record, named) {
		p, err := undo.GoOn(request, s, now)
		if p != nil || err != nil && (named == nil || record.Failure(s) != nil) {
			return p, err
		}
	}
	target, err := undo.FindTarget(s, named, now)
	if err != nil {
		return nil, err
	}
	if target.Already {
		return nil, nothing(ctx, env, runner, s, target, named != nil)
	}
	return newPlan(request, target, s, manifest, now)
}

// nothing is the end where every pod is where it should be. A run that was killed when all
// was done but for what it was to hand over has left that.
func nothing(ctx context.Context, env *app.Env, runner *runner.Runner, s sts.Snapshot, target *undo.Target, named bool) error {
	left, err := runner.HandOver("undo", s)
	switch {
	case err != nil:
		return err
	case left != nil:
		return runner.RunToEnd(ctx, left, s)
	}
	var try []hint.Hint
	if !named {
		try = append(try, intent.UndoTo(target.Why+"; to leave it, name another", "REVISION", s))
	}
	env.Nothing(fmt.Sprintf("every pod of statefulset %q runs revision %d (%s) and is Available: nothing was changed",
		s.Name(), target.Revision.Revision, target.Revision.Name), try...)
	return nil
}

func newPlan(request undo.Request, target *undo.Target, s sts.Snapshot, manifest kube.Manifest, now time.Time,
) (*plan.Plan, error) {
	if request.Steps.Empty() {
		request.Steps = operation.AllAtOnce()
	}
	if _, err := request.Steps.Counts(s.Replicas()); err != nil {
		return nil, options.Usage("--steps=%s: %w", request.Steps, err)
	}
	p, err := undo.Plan(request, target, s, now)
	if err != nil {
		return nil, err
	}
	current, err := podtemplate.Of(manifest)
	if err != nil {
		return nil, err
	}
	p.Diff, err = podtemplate.Unified(current, target.Template, "current",
		fmt.Sprintf("revision %d (%s)", target.Revision.Revision, target.Revision.Name))
	return p, err
}
