// Package restart writes the plans that restart the pods of a set: all of them, by
// another template, or some, by deleting them. It is pure.
package restart

import (
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/health"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/intent"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/refuse"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/rolling"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/podorder"
)

// Request is what a user wants of a restart.
type Request struct {
	intent.Run
	intent.Resume
	ID        string // a fresh one
	Soak      time.Duration
	SoakGiven bool           // on the command line
	Order     podorder.Order // for pods that the run deletes itself
	Force     bool           // go ahead with an unfinished rollout or unhealthy pods
	// Template is the set's, with another time of restart. Only a restart of every
	// pod has it.
	Template podtemplate.Template
	Exact    bool // it is what the server will store: then a stranger's change shows
}

// start is a restart of all its pods in one step.
func (r Request) start() intent.Start {
	return intent.Start{
		ID: r.ID, Steps: operation.AllAtOnce(), Soak: r.Soak, Given: intent.Given{Soak: r.SoakGiven}, Order: r.Order,
	}
}

// rollout is a restart that begins now.
func (r Request) rollout(s sts.Snapshot, now time.Time) rolling.Rollout {
	rollout := rolling.Rollout{Run: r.Run, Set: s, Force: r.Force}
	rollout.Record = rollout.NewRecord(operation.VerbRestart, r.start(), now)
	return rollout
}

// GoOn plans the rest of a restart in progress, and gives its record; nil when there is
// none. Another verb in progress is a refusal.
func GoOn(r Request, s sts.Snapshot, now time.Time) (*plan.Plan, *operation.Rollout, error) {
	rollout := rolling.Rollout{Run: r.Run, Set: s, Force: r.Force}
	return rollout.GoOn(operation.VerbRestart, r.Resume, r.start(), now)
}

// Plan plans a restart of every pod by another template: the pods are replaced as in
// any rollout.
func Plan(r Request, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	if no := refuse.Rollout(s); no != nil {
		return nil, no
	}
	if err := operation.Refuse("restart", s); err != nil {
		return nil, err
	}
	if no := refuse.Partition(s); no != nil {
		no.Try = append(no.Try, hint.Plugin("or restart pods as they are, by deleting them", "restart", s.Name(),
			"--ordinals", s.Ordinals().String()))
		return nil, no
	}
	rollout := r.rollout(s, now)
	if no := rollout.RefuseUnless(health.Unsettled(s, now)); no != nil {
		return nil, no
	}
	rollout.Template = r.Template
	return rollout.Open(r.Exact, "")
}
