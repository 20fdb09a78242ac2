package canary

import (
	"fmt"
	"time"

	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/health"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/refuse"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// waiting is a change that the set has and that has not got to all of its pods.
type waiting struct {
	title   string // of the step that takes it up
	nothing string // why there is none, "" when there is one
	// unsettled is what speaks against going on with it, "" for nothing.
	unsettled string
}

// behindPartition is what the partition keeps back.
func behindPartition(s sts.Snapshot, now time.Time) waiting {
	w := waiting{title: "take up the change that waits behind the partition", unsettled: health.Unsettled(s, now)}
	switch {
	case s.UpdateRevision() == s.StableRevision():
		w.nothing = fmt.Sprintf("nothing to roll out for statefulset %q", s.Name())
	case s.Partition() == 0:
		w.nothing = fmt.Sprintf("statefulset %q is being updated without a partition: there is no gate to open step by step", s.Name())
	}
	return w
}

// forDeletions is what the pods of a set with OnDelete get when they are deleted: that
// some lack it is no reason against it.
func forDeletions(s sts.Snapshot, now time.Time) waiting {
	w := waiting{title: "take up the change that waits for pods to be deleted", unsettled: health.Unhealthy(s, nil, now)}
	if s.UpdateRevision() == s.StableRevision() {
		w.nothing = fmt.Sprintf("every pod of statefulset %q runs the current template: no change waits", s.Name())
	}
	return w
}

// takeUp plans a canary of a change that waits already.
func takeUp(r Request, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	if !s.Observed() {
		return nil, refuse.Unsettled(s, health.Unsettled(s, now)) // which change waits is not known yet
	}
	record := r.record(s, now)
	change := behindPartition(s, now)
	if s.OnDelete() {
		change = forDeletions(s, now)
		record.OwnTemplate = true // the only way back is the old template
	} else {
		record.Gate = ptr.To(s.Partition())
	}
	if change.nothing != "" {
		if err := operation.Refuse("canary", s); err != nil {
			return nil, err
		}
		return nil, &plan.Refusal{Why: change.nothing, Try: []hint.Hint{
			hint.Plugin("start one", "canary", s.Name(), "--image", "CONTAINER=IMAGE"),
		}}
	}
	rollout := r.rollout(s)
	if no := rollout.RefuseUnless(change.unsettled); no != nil {
		return nil, no
	}
	if no := refuse.Order(r.Order, s); no != nil {
		return nil, no
	}
	if err := record.RollsOut(s); err != nil {
		return nil, err
	}
	rollout.Record, rollout.From = record, s.Gate()
	return rollout.Begin(rollout.Note(change.title), record.Position(s).Begun)
}
