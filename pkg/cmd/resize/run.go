package resize

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/app/runner"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/recreate"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/resize"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Run resizes the claims, or goes on with what an earlier run has begun.
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
	if goesOn, err := v.goOn(ctx); goesOn || err != nil {
		return err
	}
	p, err := v.plan(ctx)
	if err != nil {
		return err
	}
	if p == nil {
		env.Nothing(resize.Already(v.resize, v.s))
		return nil
	}
	if err := v.judge(ctx, p); err != nil {
		return err
	}
	_, recreates := p.Gap()
	if (env.Streams.Interactive() || recreates >= 0 || p.Restarts()) && !r.Run.Yes && !runner.DryRun() { // no volume shrinks again
		if err := runner.Confirm(ctx, p, v.s, "Resize?"); err != nil {
			return err
		}
		if p, err = v.again(ctx, p); err != nil {
			return err
		}
	}
	return runner.RunToEnd(ctx, p, v.s)
}

// visit is one call of the verb.
type visit struct {
	env     *app.Env
	request Request
	runner  *runner.Runner
	s       sts.Snapshot
	of      runner.Recreated // the same, where the templates are to be changed
	resize  resize.Request
	fields  []recreate.Field
}

// load reads the set and its claims.
func (v *visit) load(ctx context.Context) error {
	var err error
	if v.request.ClaimsOnly { // what is written down of the set need not be readable
		v.of, err = v.runner.LoadWithClaims(ctx, v.request.Name)
	} else {
		v.of, err = v.runner.LoadRecreated(ctx, v.request.Name)
	}
	if err == nil && v.request.Restart {
		v.of, err = v.runner.WithBudgets(ctx, v.of, v.request.Drive.IgnorePDB)
	}
	if err != nil {
		return err
	}
	v.s = v.of.Set
	if !v.s.Exists() {
		return nil
	}
	// What names no claim of the set is bad usage: nothing else has to be read for that.
	if templates := v.s.ClaimTemplates(); len(templates) > 0 {
		_, err := v.request.Target.For(templates)
		_, err2 := v.request.Attributes.For(templates)
		if err = cmp.Or(err, err2); err != nil {
			return options.Usage("statefulset %q: %w", v.s.Name(), err)
		}
	}
	return nil
}

// goOn goes on with a recreate that this very resize has begun, and reports whether there
// is one.
func (v *visit) goOn(ctx context.Context) (bool, error) {
	kept := v.of.Kept
	if kept == nil || v.request.ClaimsOnly {
		return false, nil
	}
	wanted := asks(v.request.Target.Named(), v.request.Attributes.Named())
	// One that began where all of that was so already is about something else.
	same := kept.Grown != v.request.TemplateOnly && recreate.Resizes(kept.Manifest, wanted) && !recreate.Resizes(kept.Before, wanted)
	if v.request.Target.Percent || !same || len(kept.Added) > 0 {
		return true, recreate.InProgress(*kept)
	}
	p, err := v.runner.GoOnRecreating(v.of)
	if err != nil {
		return true, err
	}
	return true, v.runner.Recreate(ctx, p, v.of, "Resume?")
}

// judge has the API server judge every request before the first is made: what one of them
// would be refused for must not show half way.
func (v *visit) judge(ctx context.Context, p *plan.Plan) error {
	if v.request.Run.DryRun == report.DryRunClient {
		return nil
	}
	if err := v.runner.JudgeRecreate(ctx, p, v.of); err != nil {
		return err
	}
	for i := range p.Steps {
		change, resizes := p.Steps[i].Change.(plan.ResizeClaim)
		if !resizes {
			continue
		}
		err := v.runner.Client.Judge(ctx, change, v.s)
		switch {
		case errors.Is(err, kube.ErrUnwilling):
			return &plan.Refusal{Why: fmt.Sprintf("%s; claim %s: %s", v.resize.Nothing(), change.Name, err)}
		case err != nil:
			return err
		}
	}
	return nil
}

// again plans once more from what the claims are like after a question. What would come
// out otherwise than it was shown is refused.
func (v *visit) again(ctx context.Context, shown *plan.Plan) (*plan.Plan, error) {
	if _, err := v.runner.Again(ctx, v.s); err != nil {
		return nil, err
	}
	if err := v.load(ctx); err != nil {
		return nil, err
	}
	var p *plan.Plan
	if v.s.Exists() && v.of.Kept == nil {
		var err error
		if p, err = v.plan(ctx); err != nil {
			return nil, err
		}
	}
	if p == nil || !reflect.DeepEqual(fates(shown), fates(p)) {
		return nil, &plan.Refusal{
			Why: "the set or its claims have changed meanwhile: nothing was changed",
			Try: []hint.Hint{hint.Words("run the command again, to see what it would do now")},
		}
	}
	p.Warnings = shown.Warnings
	return p, nil
}

// fates are what happens to each claim, which is that very one and asks for what was shown.
func fates(p *plan.Plan) map[string]plan.SizeFate {
	out := map[string]plan.SizeFate{}
	for i := range p.Sizes {
		c := &p.Sizes[i]
		is := []string{c.Claim.Name, string(c.Claim.UID), c.Claim.Requested(), c.Wanted, c.Claim.Attributes, c.Attributes}
		out[strings.Join(is, " ")] = c.Fate
	}
	return out
}
