package runner

import (
	"context"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice/reconciler"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/recreate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// PreflightRecreate adds to a plan that changes these fields who deletes the set with its pods
// because of that, and warns of them or refuses the plan, as the flags say. A recreate that
// was begun is gone on with whatever they do: to leave it half-way would be worse.
func (r *Runner) PreflightRecreate(ctx context.Context, p *plan.Plan, s sts.Snapshot, fields []recreate.Field) error {
	if r.Flags.Preflight == options.PreflightOff {
		return nil
	}
	facts := reconciler.Facts{Set: s.Set}
	for _, f := range fields {
		facts.Writes = append(facts.Writes, reconciler.Immutable(f.Name, f.Before, f.After))
	}
	facts.Read = r.objects(ctx, reconciler.ForcedReads(facts))
	p.Reconcilers = reconciler.Forced(facts)
	unread := reconciler.Unread(facts.Read)
	if len(reconciler.Told(p.Reconcilers)) == 0 {
		const words = "whether the set is deleted with its pods because of the old fields in its source is not known: "
		for _, why := range unread {
			p.Warnings = append(p.Warnings, words+why)
		}
	}
	return r.tellReconcilers(p, unread)
}
