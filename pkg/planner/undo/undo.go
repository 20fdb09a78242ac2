package undo

import (
	"fmt"
	"slices"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/refuse"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/rolling"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
)

// Plan plans the way of every pod back to a revision. It is nil when there is
// nothing to do.
func Plan(r Request, target *Target, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	if no := refuse.RolloutUnlessEmpty(s); no != nil {
		return nil, no
	}
	if target.Already {
		return nil, nil //nolint:nilnil // every pod is there
	}
	if no := refuse.Order(r.Order, s); no != nil {
		return nil, no
	}
	before, err := operation.FindRollout(s)
	if err != nil {
		return nil, err
	}
	rollout := r.rollout(s)
	if rollout.Record, err = r.record(target, before, s, now); err != nil {
		return nil, err
	}
	if rollout.From, err = gate(rollout); err != nil {
		return nil, err
	}
	p, err := rollout.Begin(revert(rollout, target), 0)
	if err != nil {
		return nil, err
	}
	if rollout.Stays() {
		p.Steps = append(p.Steps[:1], rollout.Stay()...)
	} else if rollout.Record.Partition > 0 {
		p.Details = append(p.Details, fmt.Sprintf(
			"%s is opened for this, so that every pod goes back, and is set again at the end",
			sts.PartitionWords(rollout.Record.Partition, "the closed gate")))
	}
	p.Title = fmt.Sprintf("undo of statefulset %s: back to revision %d (%s)", s.Name(), target.Revision.Revision, target.Revision.Name)
	p.Details = slices.Concat(details(target, s, now), p.Details, givenUp(before))
	if before != nil {
		p.Warnings = append(p.Warnings, r.Beside(*before, s, now)...)
	}
	return p, nil
}

// gate is where the partition goes together with the template. Unless it goes step by
// step, or a budget has a say, it opens for every pod in the same write.
func gate(rollout rolling.Rollout) (int, error) {
	counts, err := rollout.Record.Steps.Counts(rollout.Set.Replicas())
	switch {
	case err != nil:
		return 0, err
	case rollout.Stays():
		return rollout.Set.Partition(), nil
	case len(counts) > 1 || rollout.PodByPod():
		return rollout.Set.PartitionFor(0), nil
	}
	return rollout.Set.PartitionFor(rollout.Set.Replicas()), nil
}

// record is that of an undo, which takes the place of any before it.
func (r Request) record(target *Target, before *operation.Rollout, s sts.Snapshot, now time.Time) (operation.Rollout, error) {
	record := r.rollout(s).NewRecord(operation.VerbUndo, r.Start, now)
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

// revert puts the template back.
func revert(rollout rolling.Rollout, target *Target) plan.Step {
	annotations := map[string]*string{note.RolloutAnnotation: rollout.Record.Text(), operation.ChangeCause: nil}
	if cause, ok := target.Revision.Annotations[operation.ChangeCause]; ok {
		annotations[operation.ChangeCause] = &cause
	}
	return plan.Step{
		Title:  fmt.Sprintf("put the template of revision %d back", target.Revision.Revision),
		Change: rollout.Hold(plan.Edit{Template: target.Template, Annotations: annotations}, rollout.From),
		Until:  plan.Observed{},
	}
}
