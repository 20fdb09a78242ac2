package resize

import (
	"slices"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Sizes are those that the request comes to, by claim template. A percentage comes
// to none for a template without claims, and is an error where there is no claim at all.
func Sizes(r Request, s sts.Snapshot) (map[string]string, error) {
	if err := r.read(s.ClaimTemplates()); err != nil || !r.Target.Percent {
		return r.wanted, err
	}
	b := &builder{r: r, s: s}
	err := b.find()
	return b.wanted, err
}

// Then is a plan that resizes claims, nil for none to resize, and then recreates the set
// with the sizes in its claim templates.
func Then(claims, recreates *plan.Plan, r Request, s sts.Snapshot, sizes map[string]string) (*plan.Plan, error) {
	out := *recreates
	if err := r.read(s.ClaimTemplates()); err != nil {
		return nil, err
	}
	out.Verb, out.Resume = "resize", r.again(s, sizes)
	if claims == nil {
		return &out, nil
	}
	out.Title, out.Sizes, out.Claims, out.Warnings = claims.Title+", and its claim templates", claims.Sizes, true, claims.Warnings
	out.Details = slices.Concat(claims.Details, recreates.Details)
	out.Success = claims.Success + "; " + recreates.Success
	out.Steps = slices.Concat(claims.Steps, recreates.Steps)
	before := claims.Steps[len(claims.Steps)-1].Of
	all := before + recreates.Steps[len(recreates.Steps)-1].Of
	for i := range out.Steps {
		if step := &out.Steps[i]; step.Number > 0 {
			if i >= len(claims.Steps) {
				step.Number += before
			}
			step.Of = all
		}
	}
	return &out, nil
}
