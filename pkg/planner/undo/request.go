package undo

import (
	"time"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/intent"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/rolling"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Request is what a user wants of an undo.
type Request struct {
	intent.Run
	intent.Resume
	intent.Start
	Pace intent.Pace
}

// rollout is the undo as far as the request tells.
func (r Request) rollout(s sts.Snapshot) rolling.Rollout {
	return rolling.Rollout{Run: r.Run, Set: s, Pace: r.Pace}
}

// GoOn plans the rest of an undo in progress; nil when there is none. Another verb in
// progress is a refusal.
func GoOn(r Request, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	p, _, err := r.rollout(s).GoOn(operation.VerbUndo, r.Resume, r.Start, now)
	return p, err
}

// GoesOn reports whether an undo is to go on with the one that is in progress.
// Any other verb gives way to it, and so does an undo to another revision.
func GoesOn(record *operation.Rollout, named *appsv1.ControllerRevision) bool {
	return record != nil && record.Verb == operation.VerbUndo && !record.Aborting && (named == nil || named.Name == record.Target)
}
