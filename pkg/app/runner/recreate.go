package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/recreate"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// Recreated is a set that is, or is to be, recreated.
type Recreated struct {
	Name string
	Set  sts.Snapshot  // with its claims; without a set while that is away
	Live kube.Manifest // nil while it is away
	Kept *saved.Set    // what is written down of it, nil for nothing
}

// LoadRecreated reads a set with its claims, and what is written down of it. That it is not
// there is no error where something is.
func (r *Runner) LoadRecreated(ctx context.Context, name string) (Recreated, error) {
	out, err := r.LoadWithClaims(ctx, name)
	away := apierrors.IsNotFound(err)
	if err != nil && !away {
		return out, err
	}
	kept, unread := r.Client.Saved(ctx, name)
	if unread != nil {
		return out, unreadable(name, unread)
	}
	if out.Kept = kept; away && kept == nil {
		return out, err
	}
	return out, nil
}

// unreadable says what can be done about a ConfigMap that nobody understands.
func unreadable(set string, err error) error {
	if kube.Denied(err) || kube.Transient(err) {
		return err
	}
	name := saved.ConfigMap(set)
	return &hint.Error{Err: err, Hints: []hint.Hint{
		hint.Kube("see it", "get", "configmap", name, "-o", "yaml"),
		hint.Kube("if nobody needs it, drop it", "delete", "configmap", name),
	}}
}

// LoadWithClaims reads a set with its claims alone.
func (r *Runner) LoadWithClaims(ctx context.Context, name string) (Recreated, error) {
	r.Env.About(r.Client.Namespace, name)
	out := Recreated{Name: name}
	s, live, err := r.Client.LoadObserved(ctx, name, Observation)
	if err != nil {
		return out, err
	}
	all, err := r.Client.ClaimsAlone(ctx)
	out.Set, out.Live = s.WithClaims(all), live
	return out, err
}

// WithBudgets adds the disruption budgets that cover the set to what was read of it, unless
// they are to be ignored.
func (r *Runner) WithBudgets(ctx context.Context, of Recreated, ignorePDB bool) (Recreated, error) {
	s := of.Set
	if r.ignorePDB = ignorePDB; ignorePDB || !s.Exists() && of.Kept == nil {
		return of, nil
	}
	if !s.Exists() {
		var err error
		if s.Set, err = r.toBe(of.Kept); err != nil {
			return of, err
		}
	}
	s, err := r.budgets(ctx, s)
	of.Set.Budgets = s.Budgets
	return of, err
}

// RecreateRequest is what the flags say to the planner.
func (r *Runner) RecreateRequest() recreate.Request {
	return recreate.Request{
		Limits: r.Flags.Limits, Caller: r.Env.Caller(), Driver: r.Env.Driver(), Manager: r.Env.FieldManager,
		IgnoreOwner: r.Flags.IgnoreOwner, Secret: r.Flags.SaveInSecret,
	}
}

// GoOnRecreating plans the rest of a recreate that was begun; nil where none was.
func (r *Runner) GoOnRecreating(of Recreated) (*plan.Plan, error) {
	return r.Named(recreate.GoOn(r.RecreateRequest(), of.Kept, of.Set, r.Client.Now()))
}

// Named fills in the namespace of a plan: a set that is away does not tell it.
func (r *Runner) Named(p *plan.Plan, err error) (*plan.Plan, error) {
	if p != nil {
		p.Namespace = r.Client.Namespace
	}
	return p, err
}

// Recreate runs a plan that recreates a set: the API server judges all of it first, for
// what it would refuse must not show in the gap.
func (r *Runner) Recreate(ctx context.Context, p *plan.Plan, of Recreated, question string) error {
	if err := r.JudgeRecreate(ctx, p, of); err != nil {
		return err
	}
	if err := r.Confirm(ctx, p, of.Set, question); err != nil {
		return err
	}
	s := of.Set
	if s.Exists() {
		var err error
		if s, err = r.Again(ctx, s); err != nil {
			return err
		}
	} else if err := r.stillAway(ctx, of); err != nil {
		return err
	} else if err := r.followAway(p, of); err != nil {
		return err
	}
	return r.RunToEnd(ctx, p, s)
}

// stillAway refuses to create a set after a question where that has been answered otherwise
// meanwhile: somebody has created it, or nothing of it is written down any more.
func (r *Runner) stillAway(ctx context.Context, of Recreated) error {
	if !r.shown {
		return nil
	}
	now, err := r.LoadRecreated(ctx, of.Name)
	switch {
	case err != nil:
		return err
	case now.Set.Exists() || now.Kept.ID != of.Kept.ID:
		return &plan.Refusal{
			Why: fmt.Sprintf("statefulset %q was created while the question was open: nothing was changed", of.Name),
			Try: []hint.Hint{hint.Words("run the command again, to see what it would do now")},
		}
	}
	return nil
}

// JudgeRecreate has the API server judge what recreates the set.
func (r *Runner) JudgeRecreate(ctx context.Context, p *plan.Plan, of Recreated) error {
	if r.Flags.DryRun == report.DryRunClient {
		return nil
	}
	for i := range p.Steps {
		change := p.Steps[i].Change
		switch change.(type) {
		case plan.SaveSet, plan.DeleteSet, plan.CreateSet:
		default:
			continue
		}
		err := app.RetryOnConflict(func() error { // its controller writes the status meanwhile
			_, err := r.Client.DryRun(ctx, change, of.Set)
			return err
		})
		switch {
		case err == nil:
		case errors.Is(err, engine.ErrConflict):
			return &plan.Refusal{
				Why: fmt.Sprintf("statefulset %q has changed meanwhile: nothing was changed", of.Name),
				Try: []hint.Hint{hint.Words("run the command again, to see what it would do now")},
			}
		case kube.Denied(err), kube.Transient(err), ctx.Err() != nil:
			return err
		default:
			no := &plan.Refusal{Why: fmt.Sprintf("nothing was changed: %s: %s", change, sts.CleanError(err))}
			if of.Kept != nil && !of.Kept.Back && of.Set.Exists() && of.Set.UID() == of.Kept.UID {
				no.Try = []hint.Hint{hint.Plugin("cancel this recreate and start another", "recreate", of.Name).With("--cancel")}
			}
			return no
		}
	}
	return nil
}

// followAway has the run watch the set that is away, as it will be.
func (r *Runner) followAway(p *plan.Plan, of Recreated) error {
	set, err := r.toBe(of.Kept)
	if err != nil {
		return err
	}
	needs := needs(p, of.Set)
	r.Follow(func(ctx context.Context) <-chan engine.Update {
		updates, err := r.Client.Watch(ctx, set, needs...)
		if err == nil {
			return updates
		}
		failed := make(chan engine.Update, 1)
		failed <- engine.Update{Err: err}
		return failed
	})
	return nil
}

// toBe is a set that is away as it will be.
func (r *Runner) toBe(kept *saved.Set) (*workload.Set, error) {
	object := &appsv1.StatefulSet{}
	if err := json.Unmarshal(kept.Manifest, object); err != nil {
		return nil, fmt.Errorf("configmap %s: %w", saved.ConfigMap(kept.Name), err)
	}
	if object.Namespace == "" {
		object.Namespace = r.Client.Namespace
	}
	return workload.FromApps(object), nil
}
