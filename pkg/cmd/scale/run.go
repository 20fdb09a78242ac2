package scale

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/app/runner"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/permission"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/scale"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
)

// Run scales the set, or goes on with a scale that was begun.
func Run(ctx context.Context, env *app.Env, r Request) error {
	ctx, cancel := r.Run.Context(ctx)
	defer cancel()
	runner, err := runner.New(env, "", r.Run)
	if err != nil {
		return err
	}
	runner.Measure(r.Checks)
	v := &visit{env: env, request: r, runner: runner}
	if err := v.load(ctx); err != nil {
		return err
	}
	p, err := v.plan(ctx)
	if err != nil {
		return err
	}
	if p, err = v.again(ctx, p); err != nil {
		return err
	}
	return v.run(ctx, p)
}

// visit is one call of the verb.
type visit struct {
	env     *app.Env
	request Request
	runner  *runner.Runner
	s       sts.Snapshot
	scale   scale.Request
	// unscaled is why nobody knows the autoscalers of the set, nil when they are known.
	unscaled error
}

// load reads the set, its claims, and who else has to do with either.
func (v *visit) load(ctx context.Context) error {
	r, client := v.request, v.runner.Client
	var err error
	v.env.About(client.Namespace, r.Name)
	if v.s, _, err = client.LoadObserved(ctx, r.Name, runner.Observation); err != nil {
		return err
	}
	with, volumes, err := client.SetClaims(ctx, v.s)
	switch {
	case err == nil:
		v.s = with
	case apierrors.IsForbidden(err) && v.harmless():
		v.runner.Warn("what happens to the claims is not shown: " + err.Error())
	default:
		return err
	}
	if volumes != nil {
		v.runner.Warn("what happens to the volumes is not known: " + volumes.Error())
	}
	v.scale = scale.Request{
		Checks: r.Checks.All,
		To:     r.Replicas, Current: r.Current, Step: r.Step, Answer: r.Claims, Hooks: r.Checks.Hooks, Force: r.Force, Retry: r.Retry,
		Limits: r.Run.Limits, RecordDir: r.RecordDir, Caller: v.env.Caller(), TakeOver: r.TakeOver,
		Driver: v.env.Driver(), Manager: v.env.FieldManager,
	}
	if err := v.scalers(ctx); err != nil {
		return err
	}
	if v.unscaled != nil {
		v.runner.Warn("nobody knows whether an autoscaler would scale the set again: " + v.unscaled.Error())
	}
	if first := operation.Find(v.s).First(); first != nil {
		v.scale.Other = v.runner.Other(v.s, first)
	}
	v.scale.Left = v.left(ctx)
	if err := v.wanters(ctx); err != nil {
		return err
	}
	return v.direction()
}

// harmless reports whether the run leaves every claim alone, whichever there are.
func (v *visit) harmless() bool {
	_, open := v.s.Annotation(note.ScaleAnnotation)
	keeps := v.request.Claims == scale.Keep || v.request.Claims == scale.Reuse
	return keeps && !open && v.s.WhenScaled() == "Retain"
}

// direction rejects an answer to the other question.
func (v *visit) direction() error {
	a, to, now := v.scale.Answer, v.scale.To, v.s.Replicas()
	switch {
	case to <= now && len(v.scale.Checks) > 0:
		return options.Usage("checks are measured on pods that come, and %d to %d adds none", now, to)
	case a == "":
	case to > now && !a.ForUp():
		return options.Usage(`--pvc=%s is for scaling down; %d to %d is up, which takes "reuse", "fresh" or "fail"`, a, now, to)
	case to < now && !a.ForDown():
		return options.Usage(`--pvc=%s is for scaling up; %d to %d is down, which takes "keep", "delete" or "retain-volume"`, a, now, to)
	case to == now && !a.ForDown():
		v.scale.Answer = ""
	}
	return nil
}

// plan plans, and asks what nobody has answered.
func (v *visit) plan(ctx context.Context) (*plan.Plan, error) {
	p, err := v.planned(ctx)
	if err != nil {
		return nil, err
	}
	open := v.undecided(p)
	switch {
	case open && v.env.Streams.Interactive() && v.runner.DryRun():
		p.Warnings = append(p.Warnings, "without --dry-run you are asked what happens to the claims; --pvc answers")
		return p, nil
	case open && v.env.Streams.Interactive():
		if err := v.runner.Permit(ctx, permission.Of(p, v.s)...); err != nil {
			return nil, err
		}
		if err := v.ask(ctx, p); err != nil {
			return nil, err
		}
		return v.planned(ctx)
	case open:
		v.scale.Answer = scale.Keep
		if v.scale.To > v.s.Replicas() {
			v.scale.Answer = scale.Fail
		}
		if p, err = v.planned(ctx); err != nil {
			return nil, err
		}
	}
	if v.unscaled != nil && takesClaims(p) { // before a question
		return nil, v.permit(ctx, p)
	}
	// What the plan warns of, such as empty disks where there was data, a person
	// reads before the pods come.
	if v.takesAway(p) || v.env.Streams.Interactive() && len(p.Warnings) > 0 {
		err = v.runner.Confirm(ctx, p, v.s, "Scale?")
	}
	return p, err
}

// again plans once more from what the set is like after a question, which may have
// been open for long. What would come out otherwise than it was shown is refused,
// and so is a scale whose pods have got worse meanwhile.
func (v *visit) again(ctx context.Context, shown *plan.Plan) (*plan.Plan, error) {
	s, err := v.runner.Again(ctx, v.s)
	if err != nil {
		return nil, err
	}
	now := v.runner.Client.Now()
	if what := engine.Regressed(v.s, s, now); what != "" && !v.scale.Force {
		return nil, &plan.Refusal{
			Why: fmt.Sprintf("while the question was open, %s: nothing was changed", what),
			Try: []hint.Hint{
				hint.Plugin("see what is the matter", "status", s.Name()), hint.Words("go ahead all the same with --force"),
			},
		}
	}
	v.s = s
	if takesClaims(shown) {
		if err := v.scalers(ctx); err != nil {
			return nil, err
		}
	}
	if err := v.wanters(ctx); err != nil {
		return nil, err
	}
	p, err := v.planned(ctx)
	if err != nil {
		return nil, err
	}
	if otherwise(shown, p) {
		return nil, &plan.Refusal{
			Why: "while the question was open, the claims have changed: nothing was changed",
			Try: []hint.Hint{hint.Words("run the command again, to see what it would do now")},
		}
	}
	p.Warnings = shown.Warnings
	return p, nil
}

// planned is the plan as things are, with who else writes the replicas.
func (v *visit) planned(ctx context.Context) (*plan.Plan, error) {
	p, err := scale.Plan(v.scale, v.s, v.runner.Client.Now())
	if err != nil {
		return nil, err
	}
	return p, v.runner.Preflight(ctx, p, v.s, v.scale.Autoscalers(v.s)...)
}

// undecided reports whether it is for a person to say what happens to claims.
func (v *visit) undecided(p *plan.Plan) bool {
	_, goesOn := v.s.Annotation(note.ScaleAnnotation)
	if v.scale.Answer != "" || goesOn && v.scale.To <= v.s.Replicas() {
		return false
	}
	if v.scale.To > v.s.Replicas() {
		return len(scale.Stale(p.Ordinals)) > 0
	}
	for _, o := range p.Ordinals {
		for _, c := range o.Claims {
			if c.Fate != plan.FateGoing {
				return true
			}
		}
	}
	return false
}

// takesAway reports whether the run takes replicas or claims away: then nobody
// must be surprised by it. Pods that only come are no reason to ask.
func (v *visit) takesAway(p *plan.Plan) bool {
	for i := range p.Steps {
		c := p.Steps[i].Change
		if c == nil || c.Done(v.s) {
			continue
		}
		if _, deletes := c.(plan.DeleteClaim); deletes || v.scale.To <= v.s.Replicas() {
			return true
		}
	}
	return false
}

// rehearse has the server judge one change of each kind that comes late in the
// run: what is not allowed must show before any pod goes.
func (v *visit) rehearse(ctx context.Context, p *plan.Plan) error {
	if v.request.Run.DryRun == report.DryRunClient || v.runner.DryRun() {
		return nil
	}
	done := map[string]bool{}
	for i := range p.Steps {
		change := p.Steps[i].Change
		kind := fmt.Sprintf("%T", change)
		switch change.(type) {
		case plan.DeleteClaim, plan.RetainVolume:
		default:
			continue
		}
		if done[kind] || change.Done(v.s) {
			continue
		}
		done[kind] = true
		if _, err := v.runner.Client.DryRun(ctx, change, v.s); err != nil {
			return kube.Unwilling(err, change.String())
		}
	}
	return nil
}
