package rolling

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"time"

	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/intent"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/refuse"
)

// GoOn plans the rest of what this verb left in progress; nil when there is
// nothing. Another verb in progress is a refusal. asked is how a new one would go.
func (r Rollout) GoOn(
	verb operation.Verb, resume intent.Resume, asked intent.Start, now time.Time,
) (*plan.Plan, *operation.Rollout, error) {
	record, err := operation.FindRollout(r.Set)
	if err != nil || record == nil {
		return nil, nil, err
	}
	r.Record = *record
	if no := r.RefuseOtherVerb(verb); no != nil {
		return nil, nil, no
	}
	if no := refuse.RolloutUnlessEmpty(r.Set); no != nil {
		return nil, nil, no
	}
	if no := r.RefuseResume(resume); no != nil {
		return nil, nil, no
	}
	if no := cmp.Or(r.ResumeChecks(), r.ResumeHooks()); no != nil {
		return nil, nil, no
	}
	return r.Resume(resume, asked, now), record, nil
}

// Resume plans the rest of a rollout in progress. The step that it is in is
// waited for again, and soaked for what its soak still lacks.
func (r Rollout) Resume(resume intent.Resume, asked intent.Start, now time.Time) *plan.Plan {
	p := r.Rest(r.Record.Verb.Name(), true, resume.Retry, now)
	p.Warnings = append(r.Overruled(asked), p.Warnings...)
	return p
}

// Rest plans what is left of a rollout in progress. gated has the step that it is in
// held at its gate once more; anew has it soak from the start.
func (r Rollout) Rest(verb string, gated, anew bool, now time.Time) *plan.Plan {
	at := r.Record.Position(r.Set)
	counts, blocked := r.unblocked(at.Counts)
	at.Begun, at.Counts = max(0, at.Begun-(len(at.Counts)-len(counts))), counts
	retries := r.Record.Failure(r.Set) != nil
	if r.Record.Failed = nil; r.Record.Gate != nil {
		r.Record.Gate = ptr.To(r.Set.Partition())
	}
	warnings := r.Beside(r.Record, r.Set, now)
	r.Record = r.Driven(r.Record)
	r.Counts, r.From = at.Counts, r.Set.Gate()
	p := r.Frame(verb)
	p.Warnings, p.Details = warnings, append(p.Details, blocked...)
	if retries {
		p.Steps = append(p.Steps, r.retry())
	}
	if at.Begun == 0 && r.Stays() {
		p.Steps = append(p.Steps, r.Stay()...)
		return p
	}
	p.Steps = append(p.Steps, r.check(at.Begun, gated, anew || retries, now))
	for i := at.Begun; i < len(at.Counts); i++ {
		p.Steps = append(p.Steps, r.Steps(i)...)
	}
	p.Steps = append(p.Steps, r.Finish())
	if !retries && r.takesTime(p.Steps[0], now) {
		p.Steps = slices.Insert(p.Steps, 0, r.Note("note who drives"))
	}
	return p
}

// check is the step that looks at what has been let through so far, of so many steps
// that are begun.
func (r Rollout) check(begun int, gated, anew bool, now time.Time) plan.Step {
	half, ok := r.replacer().half(begun)
	switch {
	case ok:
		return half
	case begun == 0:
		return plan.Step{Title: "wait for the controller", Until: plan.Observed{}}
	}
	last := begun - 1
	again := r.Whole(last)
	again.Title, again.Change, again.Disrupts = "check "+r.replacer().pods(last), nil, nil
	if !anew {
		again.Soak = r.Record.SoakLeft(again.Until, r.Set, now)
	}
	if !gated || r.replacer().beyond(last) {
		again.Gate = nil // somebody has let the next one go already
	}
	return again
}

// takesTime reports whether this first step takes its time before anything is written to
// the set: then others are told first who drives from now on. Where claims go with their
// pods nothing else is written to it before the end, and another run would go on beside.
func (r Rollout) takesTime(first plan.Step, now time.Time) bool {
	if r.Record.Driver != nil && r.Record.Claims != nil {
		return true
	}
	asks := first.Gate != nil && first.Gate.Kind == plan.GateAsk
	return r.Record.Driver != nil && (asks || first.Soak > 0 || !first.Until.Check(r.Set, now).Done)
}

// Overruled warns of flags that a rollout in progress does not follow: how it
// goes was settled when it was started.
func (r Rollout) Overruled(asked intent.Start) []string {
	var out []string
	record := r.Record
	if asked.Given.Steps && !asked.Steps.Same(record.Steps) {
		out = append(out, fmt.Sprintf("the %s in progress goes on with its own steps, %s", record.Verb.Name(), record.Steps))
	}
	if soak := record.Soak.Duration; asked.Given.Soak && asked.Soak != soak {
		out = append(out, fmt.Sprintf("the %s in progress goes on with its own soak, %s", record.Verb.Name(), soak))
	}
	if !asked.Order.IsZero() && !reflect.DeepEqual(asked.Order, record.Order) {
		out = append(out, fmt.Sprintf("the %s in progress goes on in its own order, %s", record.Verb.Name(), record.Order))
	}
	return out
}

// Stays reports whether nothing has to pass the gate of an undo: every pod is where it
// goes, and what is recreated meanwhile comes back there as well.
func (r Rollout) Stays() bool {
	return r.Record.Verb == operation.VerbUndo && r.Set.Partition() > 0 && r.Set.CurrentRevision() == r.Record.Target &&
		len(r.elsewhere()) == 0
}

// Stay are the steps of such an undo once the template is back: the gate is not opened,
// or whoever sets another template meanwhile has it rolled out.
func (r Rollout) Stay() []plan.Step {
	return []plan.Step{
		{Title: ReturnTo(nil, ""), Until: plan.PodsGood{From: r.Set.Ordinals().First(), Gated: r.Record.Target}},
		r.Finish(),
	}
}
