package canary

import (
	"cmp"
	"fmt"
	"time"

	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/refuse"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/rolling"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
)

// otherTemplate refuses a template while the canary of another is in progress.
func otherTemplate(r Request, record operation.Rollout, s sts.Snapshot) *plan.Refusal {
	no := &plan.Refusal{
		Why: fmt.Sprintf("a canary of statefulset %q is in progress since %s, with another template",
			s.Name(), record.Started.UTC().Format(time.RFC3339)),
		Try: []hint.Hint{hint.Plugin("finish it", "promote", s.Name(), "--full"), hint.Plugin("or go back", "abort", s.Name())},
	}
	if record.Failure(s) != nil {
		no.Try = []hint.Hint{hint.Plugin("roll back", "abort", s.Name())}
	}
	if len(r.Change) > 0 && operation.Refuse("canary", s) == nil {
		put := hint.Plugin("or put this one in its place, on the same pods", "canary", r.Change...)
		no.Try = append(no.Try, put.With("--replace"))
	}
	no.Try = r.WatchFirst(s, no.Try...)
	return no
}

// inPlace plans the way forward from a canary that is no good: another template
// behind the same gate, with the same revision to go back to. The pods that were
// let through get it, the others don't; all steps are measured again.
func inPlace(r Request, record operation.Rollout, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	if err := operation.Refuse("canary", s); err != nil {
		return nil, err
	}
	if no := refuseReplace(r, record, s); no != nil {
		return nil, no
	}
	rollout := r.rolloutOf(record, s)
	if no := cmp.Or(rollout.ResumeChecks(), rollout.ResumeHooks()); no != nil {
		return nil, no
	}
	if err := r.replaceRecord(&rollout, now); err != nil {
		return nil, err
	}
	rollout.Counts = record.Steps.UsableCounts(s.Replicas())
	rollout.InPlace, rollout.From = true, s.Partition()
	if rollout.PodByPod() {
		rollout.From = s.PartitionFor(0) // by itself the controller would not ask the budget
	}
	if !s.OnDelete() {
		rollout.Record.Gate = ptr.To(rollout.From)
	}
	p := rollout.Frame(operation.VerbCanary.Name())
	p.Warnings = rollout.Overruled(r.Start)
	p.Steps = append(p.Steps, swap(r, rollout))
	if again, ok := letThroughAgain(rollout); ok {
		p.Steps = append(p.Steps, again)
	}
	rest := rollout
	rest.InPlace = rollout.PodByPod() || s.OnDelete() // else the pods of the other steps are not the canary's
	for i, n := range rollout.Counts {
		if s.PartitionFor(n) >= rollout.From && !s.OnDelete() {
			continue // among those that are let through at once
		}
		p.Steps = append(p.Steps, rest.Steps(i)...)
	}
	p.Steps = append(p.Steps, rollout.Finish())
	return p, nil
}

// replaceRecord makes the record that of the other template.
func (r Request) replaceRecord(rollout *rolling.Rollout, now time.Time) error {
	record := rollout.Driven(rollout.Record)
	record.Failed, record.Run, record.Started = nil, r.ID, now.UTC().Truncate(time.Second)
	owned, cause := record.OwnTemplate, record.Cause
	record.Template, record.Digest = "", ""
	if err := record.Owns(r.Template, r.Exact, rollout.Set); err != nil {
		return err
	}
	if owned {
		record.Cause = cause // of before the canary, not of what it set itself
	}
	rollout.Record = record
	return nil
}

// swap is the write that puts the template in the place of the canary's.
func swap(r Request, rollout rolling.Rollout) plan.Step {
	edit := plan.Edit{
		Template: r.Template, Annotations: map[string]*string{note.RolloutAnnotation: rollout.Record.Text()}, Says: "template, record",
	}
	if r.Cause != "" {
		edit.Annotations[operation.ChangeCause] = &r.Cause
	}
	if rollout.From != rollout.Set.Partition() {
		edit = rollout.Hold(edit, rollout.From)
	}
	return plan.Step{Title: "replace the template of the canary", Change: edit, Until: plan.Observed{}}
}

// letThroughAgain is the step of the pods that the gate lets through already.
func letThroughAgain(rollout rolling.Rollout) (plan.Step, bool) {
	s := rollout.Set
	at, through := -1, s.Opens(rollout.From)
	for i, n := range rollout.Counts {
		if n <= through.Len() {
			at = i
		}
	}
	if s.OnDelete() || through.Len() == 0 {
		return plan.Step{}, false
	}
	title := "update " + s.PodNames(through)
	if at < 0 || rollout.Counts[at] < through.Len() { // between two steps: they are part of the next one
		next := rollout.Whole(min(at+1, len(rollout.Counts)-1))
		return plan.Step{
			Title: title, Number: next.Number, Of: next.Of, Part: true,
			Until: plan.PodsGood{From: through.First()}, Replace: rollout.Blocker(),
		}, true
	}
	step := rollout.Whole(at)
	step.Title, step.Change = title, nil
	return step, true
}

// refuseReplace checks what can't be replaced, or should not.
func refuseReplace(r Request, record operation.Rollout, s sts.Snapshot) *plan.Refusal {
	if !s.Observed() {
		return refuse.Unsettled(s, "waiting for the StatefulSet controller to see the change")
	}
	stable, ok := s.Revision(record.Stable)
	if !ok {
		return nil
	}
	template, err := podtemplate.RevisionTemplate(stable)
	if err != nil {
		return nil //nolint:nilerr // what can't be read is not known to be the same
	}
	typed, err := template.Typed()
	wanted, errWanted := r.Template.Typed()
	if err != nil || errWanted != nil || !podtemplate.SameTemplate(typed, wanted) {
		return nil //nolint:nilerr // what can't be decoded is not known to be the same
	}
	return &plan.Refusal{
		Why: fmt.Sprintf("that is the template of revision %s, which the canary of statefulset %q began from", record.Stable, s.Name()),
		Try: []hint.Hint{hint.Plugin("roll back", "abort", s.Name())},
	}
}
