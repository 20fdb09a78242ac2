package resize

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"reflect"
	"slices"
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
	if v.request.Target.Percent || !same {
		return true, recreate.InProgress(*kept)
	}
	p, err := v.runner.GoOnRecreating(v.of)
	if err != nil {
		return true, err
	}
	return true, v.runner.Recreate(ctx, p, v.of, "Resume?")
}

// plan reads what decides about the claims, and plans.
func (v *visit) plan(ctx context.Context) (*plan.Plan, error) {
	r := v.request
	v.resize = resize.Request{
		Target: r.Target, Attributes: r.Attributes, Ordinals: r.Ordinals, AtOnce: r.Concurrency, Limits: r.Run.Limits,
		Templates: !r.ClaimsOnly, NoClaims: r.TemplateOnly,
	}
	if r.Restart {
		v.resize.Restarts = &resize.Restarts{Run: v.runner.Planned(v.s), Order: r.Drive.Order, Soak: r.Soak}
	}
	if no := resize.Begin(v.s); no != nil {
		return nil, no
	}
	if err := v.readClasses(ctx); err != nil {
		return nil, err
	}
	if r.ClaimsOnly {
		return v.claims(ctx)
	}
	if err := resize.RefuseTemplates(v.resize, v.s); err != nil {
		return nil, err
	}
	sizes, err := resize.Sizes(v.resize, v.s)
	if err != nil {
		return nil, err
	}
	recreates, err := v.templates(ctx, sizes)
	if err != nil {
		return nil, err
	}
	var claims *plan.Plan
	if !r.TemplateOnly && len(v.s.Claims) > 0 {
		if claims, err = v.claims(ctx); err != nil {
			return nil, err
		}
	}
	if recreates == nil {
		return claims, nil
	}
	p, err := resize.Then(claims, recreates, v.resize, v.s, sizes)
	if err != nil {
		return nil, err
	}
	return p, v.runner.PreflightRecreate(ctx, p, v.s, v.fields)
}

// asks are the sizes and the VolumeAttributesClasses by claim template.
func asks(sizes, attributes map[string]string) map[string]recreate.Asks {
	out := map[string]recreate.Asks{}
	for template, size := range sizes {
		out[template] = recreate.Asks{Size: size}
	}
	for template, class := range attributes {
		out[template] = recreate.Asks{Size: out[template].Size, Attributes: class}
	}
	return out
}

// templates plans the recreate that gives the claim templates these sizes, and their
// VolumeAttributesClasses; nil where they have them.
func (v *visit) templates(ctx context.Context, sizes map[string]string) (*plan.Plan, error) {
	n := recreate.New{
		ID: rand.Text()[:12], Live: v.of.Live, Grown: !v.request.TemplateOnly,
		Restarting: v.request.Restart && resize.UnderWay(v.s, sizes),
	}
	attributes, err := v.request.Attributes.For(v.s.ClaimTemplates())
	if err != nil {
		return nil, err
	}
	if n.Manifest, err = recreate.Resized(v.of.Live, asks(sizes, attributes)); err != nil {
		return nil, fmt.Errorf("statefulset %q: %w", v.s.Name(), err)
	}
	if n.Default, err = v.runner.Client.Defaults(ctx, n.Manifest); err != nil {
		return nil, err
	}
	v.fields = n.Fields()
	p, err := recreate.Plan(v.runner.RecreateRequest(), n, v.s, v.runner.Client.Now())
	var no *plan.Refusal
	if errors.As(err, &no) {
		no.Try = append(no.Try, hint.Words("or resize only the existing claims, with --claims-only"))
	}
	return p, err
}

// claims plans what happens to the claims that there are.
func (v *visit) claims(ctx context.Context) (*plan.Plan, error) {
	client := v.runner.Client
	if len(v.s.Claims) == 0 {
		return resize.Plan(v.resize, v.s, client.Now())
	}
	var err error
	if v.resize.World, err = v.runner.ClaimWorld(ctx); err != nil {
		return nil, err
	}
	v.resize.Quotas, err = client.Quotas(ctx)
	if err := v.runner.Optional(err, "whether quotas leave enough for all of it is not known before: "); err != nil {
		return nil, err
	}
	return resize.Plan(v.resize, v.s, client.Now())
}

// readClasses reads the classes that claims have, and are to have.
func (v *visit) readClasses(ctx context.Context) error {
	client := v.runner.Client
	attributes := v.request.Attributes.Values()
	if len(v.s.Claims) > 0 && !v.request.TemplateOnly || len(attributes) > 0 {
		var err error
		v.resize.Classes, err = client.Classes(ctx, v.classes())
		if err := v.runner.Optional(err, "whether the StorageClasses allow it is not known before: "); err != nil {
			return err
		}
	}
	if len(attributes) == 0 {
		return nil
	}
	var err error
	v.resize.AttributesClasses, err = client.AttributesClasses(ctx, attributes)
	return v.runner.Optional(err, "whether the VolumeAttributesClass can be had is not known before: ")
}

// classes are the names of the StorageClasses of claims and, where attributes are asked for, of
// templates.
func (v *visit) classes() []string {
	var out []string
	for i := range v.s.Claims {
		out = append(out, v.s.Claims[i].Class)
	}
	if !v.request.Attributes.IsZero() {
		for _, template := range v.s.ClaimTemplates() {
			out = append(out, v.s.TemplateClass(template))
		}
	}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(class string) bool { return class == "" })
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
