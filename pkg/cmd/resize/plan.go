package resize

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/recreate"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/resize"
)

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
