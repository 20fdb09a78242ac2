package scale

import (
	"context"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/permission"
)

// scalers reads the autoscalers of the set. Not being allowed to is told by
// visit.unscaled; any other error ends the verb, for there may be one.
func (v *visit) scalers(ctx context.Context) error {
	scalers, err := v.runner.Client.Scalers(ctx, v.s.Name())
	if err != nil && !kube.Denied(err) {
		return err
	}
	v.scale.World.Scalers, v.unscaled = scalers, err
	return nil
}

// wanters reads what else can want the set's claims: sets and pods.
func (v *visit) wanters(ctx context.Context) error {
	if len(v.s.Claims) == 0 {
		return nil
	}
	world, err := v.runner.ClaimWorld(ctx)
	if err != nil {
		return err
	}
	world.Scalers = v.scale.World.Scalers
	v.scale.World = world
	return nil
}

// permit asks whether the user may do all that the plan is sure to do. Where claims go
// together with their ordinals, autoscalers are part of it: what one may want again is
// kept, and not knowing of one is not the same as there being none.
func (v *visit) permit(ctx context.Context, p *plan.Plan) error {
	needs := permission.Of(p, v.s)
	if v.unscaled == nil || !takesClaims(p) {
		return v.runner.Permit(ctx, needs...)
	}
	needs = append(needs, permission.Permission{Verb: "list", Group: "autoscaling", Resource: "horizontalpodautoscalers"})
	err := v.runner.Permit(ctx, needs...)
	if err == nil {
		err = v.unscaled // the API server can't say who may do what
	}
	return &hint.Error{Err: err, Hints: []hint.Hint{{
		Words: "to go on without autoscalers, scale with --pvc=keep, and then delete the claims",
		Kind:  hint.Sts, Verb: "prune-pvc", Args: []string{v.s.Name(), "--ignore-hpa"},
	}}}
}

// takesClaims reports whether claims are deleted because their ordinals go.
func takesClaims(p *plan.Plan) bool {
	for _, o := range p.Ordinals {
		for _, c := range o.Claims {
			if c.Fate.Deletes() && c.Fate != plan.FateReplaced {
				return true
			}
		}
	}
	return false
}
