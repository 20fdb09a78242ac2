package runner

import (
	"cmp"
	"context"
	"errors"
	"reflect"
	"slices"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/permission"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// begin asks for the permissions while the watch starts. What is missing counts
// before what the watch met, which may be the same.
func (r *Runner) begin(ctx context.Context, p *plan.Plan, s sts.Snapshot) error {
	var missing error
	var asking sync.WaitGroup
	asking.Go(func() { missing = r.Permit(ctx, permission.Of(p, s)...) })
	err := r.watch(ctx, p, s)
	asking.Wait()
	return cmp.Or(missing, err)
}

// Permit is the error that names all of these permissions that are missing. One
// that was asked about is not asked about again, and in a dry run none is: what
// the server judges there, it judges itself.
func (r *Runner) Permit(ctx context.Context, needs ...permission.Permission) error {
	if r.DryRun() {
		return nil
	}
	needs = slices.DeleteFunc(slices.Clone(needs), func(p permission.Permission) bool { return slices.Contains(r.permitted, p) })
	if len(needs) == 0 {
		return nil
	}
	r.permitted = append(r.permitted, needs...)
	return r.Client.Permit(ctx, needs...)
}

// rehearse has the server judge the deletion of a pod before anything is
// written, where the plan is sure to come to one: who may not delete pods learns
// it now, and not half way. The same holds for a claim that is to be created.
func (r *Runner) rehearse(ctx context.Context, p *plan.Plan, s sts.Snapshot) error {
	for i := range p.Steps {
		create, ok := p.Steps[i].Change.(plan.CreateClaim)
		if !ok || i == 0 {
			continue
		}
		if _, err := r.Client.DryRun(ctx, create, s); apierrors.IsForbidden(err) { // a quota says no as well
			return err
		}
	}
	if err := r.rehearseRenewals(ctx, p, s); err != nil {
		return err
	}
	deletion, ok := p.Deletion(s)
	if !ok {
		return nil
	}
	if _, err := r.Client.DryRun(ctx, deletion, s); kube.Denied(err) {
		return err
	}
	return nil // whatever else it says is for when it comes to it
}

// rehearseRenewals has the server judge what becomes of claims before their pods go: one
// change of each kind. What has changed since it was read says nothing of that: it is looked
// at again before each write.
func (r *Runner) rehearseRenewals(ctx context.Context, p *plan.Plan, s sts.Snapshot) error {
	done := map[reflect.Type]bool{}
	for _, change := range p.Renewing(s) {
		kind := reflect.TypeOf(change)
		if done[kind] {
			continue
		}
		done[kind] = true
		if _, err := r.Client.DryRun(ctx, change, s); err != nil && !errors.Is(err, engine.ErrConflict) {
			return kube.Unwilling(err, change.String())
		}
	}
	return nil
}
