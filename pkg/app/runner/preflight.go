package runner

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice/reconciler"
	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/writeback"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/fieldmanager"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
)

// abortVerb is the way back, which nothing here may stand in the way of.
const abortVerb = "abort"

// Preflight adds to a plan who else writes the fields that it writes, and warns of them or
// refuses the plan, as the flags say. scalers are those of the set, where the verb has
// looked.
func (r *Runner) Preflight(ctx context.Context, p *plan.Plan, s sts.Snapshot, scalers ...claims.Autoscaler) error {
	facts := reconciler.Facts{
		Set: s.Set, Writes: reconciler.Writes(p, s), Scalers: scalers, Vertical: s.Vertical(), Managers: r.managers(s),
	}
	if r.Flags.Preflight != options.PreflightOff {
		facts.Read = r.objects(ctx, reconciler.Reads(facts))
	}
	p.Reconcilers = reconciler.Find(facts)
	if p.Verb == abortVerb { // it goes to where the source still is
		p.Reconcilers = writeback.Uncommitted(p.Reconcilers)
		return nil
	}
	if no := reconciler.RefuseOwner(p.Reconcilers, s.Set); no != nil && !r.Flags.IgnoreOwner {
		return no
	}
	if err := r.give(p, facts); err != nil {
		return err
	}
	switch {
	case r.Flags.Preflight == options.PreflightOff:
		p.Reconcilers = writeback.Uncommitted(p.Reconcilers) // it says nothing at the end, either
		return nil
	case r.Flags.Preflight == options.PreflightWarn && goesOn(s, facts):
		return nil
	}
	return r.tellReconcilers(p, reconciler.Unread(facts.Read))
}

// tellReconcilers warns of those that a plan names, or refuses it because of them.
func (r *Runner) tellReconcilers(p *plan.Plan, unread []string) error {
	all := slices.DeleteFunc(slices.Clone(p.Reconcilers), func(one writeback.Reconciler) bool {
		return one.Controls && r.Flags.IgnoreOwner && r.Flags.Preflight == options.PreflightRefuse
	})
	if no := reconciler.RefuseAny(all); no != nil && r.Flags.Preflight == options.PreflightRefuse {
		return no
	}
	all = slices.DeleteFunc(all, func(one writeback.Reconciler) bool {
		return p.Scales && one.Rule == writeback.RuleAutoscaler // a scale says more about them itself
	})
	for _, line := range reconciler.Lines(all, unread, r.Env.Caller()) {
		if !slices.Contains(p.Warnings, line) {
			p.Warnings = append(p.Warnings, line)
		}
	}
	return nil
}

// goesOn reports whether the run goes on with what was begun: who began it was told.
func goesOn(s sts.Snapshot, f reconciler.Facts) bool {
	_, begun := s.Annotation(note.RolloutAnnotation)
	return begun && !f.Sets()
}

// managers are the names under which the plugin has written to the set, besides its own.
func (r *Runner) managers(s sts.Snapshot) []string {
	out := note.ManagersOf(s.Set.Annotations[note.RolloutAnnotation])
	if name := r.Env.FieldManager; name != "" && !slices.Contains(out, name) {
		out = append(slices.Clip(out), name)
	}
	return out
}

// objects reads what the set names, each object once in a run.
func (r *Runner) objects(ctx context.Context, refs []reconciler.Ref) map[reconciler.Ref]reconciler.Object {
	if r.read == nil {
		r.read = map[reconciler.Ref]reconciler.Object{}
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	unknown := slices.DeleteFunc(slices.Clone(refs), func(ref reconciler.Ref) bool {
		_, known := r.read[ref]
		return known
	})
	for _, ref := range unknown {
		all.Go(func() {
			object := r.object(ctx, ref)
			mu.Lock()
			defer mu.Unlock()
			r.read[ref] = object
		})
	}
	all.Wait()
	return r.read
}

func (r *Runner) object(ctx context.Context, ref reconciler.Ref) reconciler.Object {
	of := schema.GroupVersionResource{Group: ref.Group, Version: ref.Version, Resource: ref.Resource}
	content, err := r.Client.Object(ctx, of, ref.Namespace, ref.Name)
	if err != nil {
		return reconciler.Object{Unread: err.Error()}
	}
	return reconciler.Object{Content: content}
}

// HandOver is the plan of what a run has left to do that has ended before it handed its
// fields over; nil where nobody is to be given any, or there are none.
func (r *Runner) HandOver(verb string, s sts.Snapshot) (*plan.Plan, error) {
	facts := reconciler.Facts{Set: s.Set, Writes: reconciler.Left(s), Managers: r.managers(s)}
	limits := r.Flags.Limits
	p := &plan.Plan{
		Verb: verb, Namespace: s.Set.Namespace, Name: s.Name(), UID: s.UID(), Watch: hint.Plugin("", "watch", s.Name()),
		Title:    fmt.Sprintf("hand over what earlier runs have written of statefulset %s", s.Name()),
		Success:  fmt.Sprintf("%s has the fields of statefulset %s that earlier runs have written", r.Flags.GiveTo, s.Name()),
		Patience: limits.Patience, Placing: limits.Placing, StepTimeout: limits.StepTimeout, Timeout: limits.Timeout,
	}
	if err := r.give(p, facts); err != nil || len(p.Steps) == 0 {
		return nil, err
	}
	if give, ok := p.Steps[0].Change.(plan.Give); ok && give.Done(s) {
		return nil, nil //nolint:nilnil // they are its own already
	}
	return p, nil
}

// give adds the last step, which hands the fields over.
func (r *Runner) give(p *plan.Plan, facts reconciler.Facts) error {
	to := r.Flags.GiveTo
	if to == "" {
		return nil
	}
	if writers := fieldmanager.Managers(facts.Set.ManagedFields); !slices.Contains(writers, to) {
		return &plan.Refusal{
			Why: fmt.Sprintf("no manager %q has written statefulset %q: there are %s", to, facts.Set.Name, strings.Join(writers, ", ")),
			Try: []hint.Hint{hint.Words("name one of them with --give-to")},
		}
	}
	fields := facts.Wanted(to)
	if len(fields) == 0 {
		p.Details = append(p.Details, fmt.Sprintf("nothing to hand to %s: it has none of the changed fields in its manifest", to))
		return nil
	}
	give := plan.Give{To: to, From: facts.Managers, Fields: fields}
	p.Steps = append(p.Steps, plan.Step{Title: give.String(), Change: give, Until: plan.Observed{}})
	return nil
}
