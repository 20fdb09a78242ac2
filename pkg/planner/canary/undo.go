package canary

import (
	"fmt"
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Undo plans the way of every pod back to a revision. The request's template
// is that revision's. It is nil when there is nothing to do.
func Undo(r Request, target *UndoTarget, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	if no := refuse(s); no != nil && s.Replicas() > 0 {
		return nil, no
	}
	if target.Already {
		return nil, nil //nolint:nilnil // every pod is there
	}
	if no := refuseOrder(r, s); no != nil {
		return nil, no
	}
	before, err := operation.FindRollout(s)
	if err != nil {
		return nil, err
	}
	record, err := undoRecord(r, target, before, s, now)
	if err != nil {
		return nil, err
	}
	counts, err := record.Steps.Counts(s.Replicas())
	if err != nil {
		return nil, err
	}
	gate := 0
	b := builder{r: r, record: record, s: s, counts: counts}
	switch {
	case b.stays():
		gate = s.Partition()
	case len(counts) > 1 || b.guarded():
		gate = s.Replicas()
	}
	p, err := r.plan(record, s, revert(record, target, s, gate), gate, 0)
	if err != nil {
		return nil, err
	}
	if b.stays() {
		p.Steps = append(p.Steps[:1], b.stay()...)
	} else if record.Partition > 0 {
		p.Details = append(p.Details, fmt.Sprintf(
			"partition %d is opened for this, so that every pod goes back, and is set again at the end", record.Partition))
	}
	p.Title = fmt.Sprintf("undo of statefulset %s: back to revision %d (%s)", s.Name(), target.Revision.Revision, target.Revision.Name)
	p.Details = slices.Concat(undoDetails(target, s, now), p.Details, givenUp(before))
	p.Warnings = append(p.Warnings, s.PutsBack("template and partition")...)
	if before != nil {
		p.Warnings = append(p.Warnings, beside(r, *before, s, now)...)
	}
	return p, nil
}

// stays reports whether nothing has to pass the gate of an undo: every pod is where it
// goes, and what is recreated meanwhile comes back there as well.
func (b builder) stays() bool {
	return b.record.Verb == operation.VerbUndo && b.s.Partition() > 0 && b.s.CurrentRevision() == b.record.Target &&
		len(b.elsewhere()) == 0
}

// stay are the steps of such an undo once the template is back: the gate is not opened,
// or whoever sets another template meanwhile has it rolled out.
func (b builder) stay() []plan.Step {
	return []plan.Step{
		{Title: returnTo(nil, ""), Until: plan.PodsGood{From: b.s.Start(), Gated: b.record.Target}},
		b.finish(),
	}
}

// undoRecord is the record of an undo, which takes the place of any before it.
func undoRecord(r Request, target *UndoTarget, before *operation.Rollout, s sts.Snapshot, now time.Time) (operation.Rollout, error) {
	record := r.record(operation.VerbUndo, s, now)
	if before != nil {
		record.Partition = before.Partition // as it was before what gives way now
	}
	record.Stable, record.Target = s.UpdateRevision(), target.Revision.Name
	if present, err := presentRevision(s); err == nil && present != nil {
		record.Stable = present.Name // also before the controller has seen the template
	}
	err := record.Owns(target.Template, true, s)
	record.Digest = "" // what an older server wrote into the revision, this one may fill up
	return record, err
}

// givenUp says which other run the undo does away with.
func givenUp(before *operation.Rollout) []string {
	var out []string
	if before != nil {
		out = append(out, fmt.Sprintf("the %s in progress since %s is given up",
			before.Verb.Name(), before.Started.UTC().Format(time.RFC3339)))
	}
	return out
}

// revert puts the template back. Unless it goes step by step, or a budget has
// a say, the gate opens for every pod in the same write.
func revert(record operation.Rollout, target *UndoTarget, s sts.Snapshot, gate int) plan.Step {
	annotations := map[string]*string{sts.RolloutAnnotation: record.Text(), operation.ChangeCause: nil}
	if cause, ok := target.Revision.Annotations[operation.ChangeCause]; ok {
		annotations[operation.ChangeCause] = &cause
	}
	edit := plan.Edit{Template: target.Template, Annotations: annotations, Says: "template, record"}
	if !s.OnDelete() {
		edit.Partition = &gate
		edit.Says = fmt.Sprintf("template, partition %d, record", gate)
	}
	return plan.Step{
		Title:  fmt.Sprintf("put the template of revision %d back", target.Revision.Revision),
		Change: edit, Until: plan.Observed{},
	}
}

// undoDetails says what a person wants to know before they agree.
func undoDetails(target *UndoTarget, s sts.Snapshot, now time.Time) []string {
	var out []string
	if target.Why != "" {
		out = append(out, fmt.Sprintf("revision %d: %s", target.Revision.Revision, target.Why))
	}
	var deletes, replaced, down []string
	blockers := blockersAfter(s, target.Revision.Name, now)
	for _, p := range slices.Backward(s.Pods) {
		switch {
		case p.Revision == target.Revision.Name || p.Ordinal >= s.End():
		case s.OnDelete():
			deletes = append(deletes, p.Name)
		case slices.Contains(blockers, p.UID):
			down = slices.Insert(down, 0, p.Name) // as they are deleted: the lowest is waited for first
		default:
			replaced = append(replaced, p.Name)
		}
	}
	if len(down) > 0 {
		is := map[bool]string{true: "is", false: "are"}[len(down) == 1]
		out = append(out, fmt.Sprintf("deletes %s, which %s not Ready and which the controller would wait for without end",
			strings.Join(down, ", "), is))
	}
	if len(deletes) > 0 {
		out = append(out, "deletes, one at a time: "+strings.Join(deletes, ", "))
	}
	if len(replaced) > 0 {
		out = append(out, "the controller replaces: "+strings.Join(replaced, ", "))
	}
	return out
}

// blockersAfter are the pods that the controller will wait for, one after another,
// once this revision is wanted everywhere: those that are not Ready, unless they
// have it.
func blockersAfter(s sts.Snapshot, revision string, now time.Time) []types.UID {
	if s.OnDelete() || !s.Ordered() {
		return nil
	}
	var out []types.UID
	for _, p := range s.Pods {
		if !p.Available(s.MinReady(), now) && !p.Ready && !p.Terminating && p.Revision != revision {
			out = append(out, p.UID)
		}
	}
	return out
}

// GoOn plans the rest of what this verb left in progress; nil when there is
// nothing. Another verb in progress is a refusal.
func GoOn(verb operation.Verb, r Request, s sts.Snapshot, now time.Time) (*plan.Plan, *operation.Rollout, error) {
	record, err := inProgress(verb, r, s)
	if err != nil || record == nil {
		return nil, nil, err
	}
	if no := refuse(s); no != nil && s.Replicas() > 0 {
		return nil, nil, no
	}
	if no := strangers(r, *record, s); no != nil {
		return nil, nil, no
	}
	if no := failed(r, *record, s); no != nil {
		return nil, nil, no
	}
	if no := elsewhere(r, *record, s); no != nil {
		return nil, nil, no
	}
	p, err := Resume(r, *record, s, now)
	return p, record, err
}

// GoesOn reports whether an undo is to go on with the one that is in progress.
// Any other verb gives way to it, and so does an undo to another revision.
func GoesOn(record *operation.Rollout, named *appsv1.ControllerRevision) bool {
	return record != nil && record.Verb == operation.VerbUndo && !record.Aborting && (named == nil || named.Name == record.Target)
}
