package rolling

import (
	"fmt"
	"slices"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/intent"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/preset"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
)

// Rollout is one that a plan is made of.
type Rollout struct {
	intent.Run
	Record operation.Rollout
	Set    sts.Snapshot
	Counts []int // pods that are updated after each step
	From   int   // the partition that the steps begin at
	// Template is what the request brings; nil takes what the set has.
	Template podtemplate.Template
	Details  []string // what the template changes
	Pace     intent.Pace
	Force    bool // go ahead with an unfinished rollout or unhealthy pods
	// InPlace says that the template is put in the place of the canary's: no pod
	// has it yet, and one that is broken is in the way.
	InPlace bool
	fresh   bool // it begins with this plan
}

// Frame is the plan without its steps.
func (r Rollout) Frame(verb string) *plan.Plan {
	images := r.images()
	details := slices.Clone(r.Details)
	if r.Record.Verb == operation.VerbCanary && len(details) == 0 && (r.begun() || r.Template == nil) { // nothing else says it
		details = append(details, ImageDetail(images)...)
	}
	if r.Record.Verb == operation.VerbCanary {
		details = append(details, r.known()...)
	}
	if hold, err := operation.FindHold(r.Set); err == nil && hold != nil {
		details = append(details, "the set is held, and stays so: "+sts.Clean(hold.Who()))
	}
	return &plan.Plan{
		Verb:        verb,
		Namespace:   r.Set.Set.Namespace,
		Name:        r.Set.Name(),
		UID:         r.Set.UID(),
		Title:       r.title(verb),
		Details:     slices.Concat(details, r.AtOnce(), intent.HookDetails(r.Hooks)),
		Images:      images,
		Stable:      r.stable(),
		Record:      note.RolloutAnnotation,
		Claims:      r.Record.Verb == operation.VerbReplace,
		Patience:    r.Limits.Patience,
		Placing:     r.Limits.Placing,
		StepTimeout: r.Limits.StepTimeout,
		Timeout:     r.Limits.Timeout,
		Promote:     intent.WithHooks(r.MeasuredAgain(hint.Plugin("", "promote", r.Set.Name())), r.Hooks),
		Resume:      intent.WithHooks(r.MeasuredAgain(hint.Plugin("", r.Record.Verb.Name(), r.Set.Name())), r.Hooks),
		Abort:       r.backCommand(),
		Instead:     r.instead(),
		Watch:       operation.Watch("", r.Set),
		Success:     r.success(),
	}
}

// stable is the revision of the pods that others are measured beside. An undo leaves the
// one that it began from.
func (r Rollout) stable() string {
	if r.Record.Verb == operation.VerbUndo {
		return ""
	}
	return r.Record.Stable
}

// known says which preset there is for the set's images, where nothing is asked of the
// pods.
func (r Rollout) known() []string {
	if !r.Hooks.IsZero() || len(r.Checks) > 0 || r.begun() {
		return nil
	}
	p, ok := preset.For(r.Set.Set.Spec.Template.Spec.Containers)
	if !ok {
		return nil
	}
	return []string{fmt.Sprintf("preset %s is for this image (--preset %s): %s", p.Name, p.Name, p.Title)}
}

// Begin lists the steps of a new rollout: this first one, each that is not begun
// yet, and the end.
func (r Rollout) Begin(first plan.Step, begun int) (*plan.Plan, error) {
	var err error
	if r.Counts, err = r.Record.Steps.Counts(r.Set.Replicas()); err != nil {
		return nil, err
	}
	counts, blocked := r.unblocked(r.Counts)
	r.Counts, r.fresh = counts, true
	p := r.Frame(r.Record.Verb.Name())
	p.Details = append(p.Details, blocked...)
	p.Steps = append(p.Steps, first)
	for i := begun; i < len(r.Counts); i++ {
		p.Steps = append(p.Steps, r.Steps(i)...)
	}
	p.Steps = append(p.Steps, r.Finish())
	return p, nil
}

// Finish takes the record off the set, and puts the partition back.
func (r Rollout) Finish() plan.Step {
	edit := plan.Edit{Annotations: map[string]*string{note.RolloutAnnotation: nil}}
	if r.Record.Verb == operation.VerbUndo && !r.Record.Aborting {
		edit.Annotations[UndoneAnnotation] = Undone{From: r.Record.Stable, To: r.Record.Target, At: r.Record.Started}.Text()
	}
	until := r.replacer().end(&edit)
	return plan.Step{Title: "end the " + r.Record.Verb.Name(), Change: edit, Until: until}
}

// backCommand is the way back to stable; an undo and a restart have none that
// anybody would want.
func (r Rollout) backCommand() hint.Hint {
	if r.Record.Verb != operation.VerbCanary {
		return hint.Hint{}
	}
	return hint.Plugin("", "abort", r.Set.Name())
}

// Guarded reports whether a PodDisruptionBudget has a say.
func (r Rollout) Guarded() bool {
	return len(r.Set.Budgets) > 0 && !r.Record.IgnorePDB && !r.IgnorePDB
}

// begun reports whether an operation was in progress already when the set was read.
func (r Rollout) begun() bool {
	_, begun := r.Set.Annotation(note.RolloutAnnotation)
	return begun
}

// before is how many pods the steps before step i update.
func (r Rollout) before(i int) int {
	if i == 0 {
		return 0
	}
	return r.Counts[i-1]
}

// images are what the plan does to which container's image, as far as the revisions
// tell.
func (r Rollout) images() []podtemplate.ImageChange {
	from, to := r.Set.RevisionImages(r.Record.Stable), r.Set.RevisionImages(r.Set.UpdateRevision())
	switch {
	case r.Template != nil:
		if typed, err := r.Template.Typed(); err == nil {
			to = podtemplate.SpecImages(&typed.Spec)
		}
	case r.Record.Verb == operation.VerbUndo:
		to = r.Set.RevisionImages(r.Record.Target)
	}
	if from == nil || to == nil {
		return nil
	}
	return podtemplate.ImageChanges(from, to)
}

// ImageDetail says in the plan's head which image goes where, for whoever decides;
// nil where the change that the plan brings says so already.
func ImageDetail(changes []podtemplate.ImageChange) []string {
	if len(changes) == 0 {
		return nil
	}
	return []string{"image " + podtemplate.ImageLine(changes)}
}
