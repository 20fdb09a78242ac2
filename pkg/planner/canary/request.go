package canary

import (
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/intent"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/rolling"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Request is what a user wants of a canary.
type Request struct {
	intent.Run
	intent.Resume
	intent.Start
	// Template is the new pod template as the server would store it; nil
	// takes up the change that waits behind the partition.
	Template podtemplate.Template
	Exact    bool     // it is, without a doubt: then a stranger's change shows
	Details  []string // what the template changes
	Cause    string   // for kubernetes.io/change-cause
	Rollback bool
	Force    bool // go ahead with an unfinished rollout or unhealthy pods
	Replace  bool // put the template in the place of the canary's in progress
	// Change are the arguments of a canary that brings this template, none when they
	// can't be given again.
	Change []string
	Pace   intent.Pace
}

// rollout is the canary as far as the request tells.
func (r Request) rollout(s sts.Snapshot) rolling.Rollout {
	return rolling.Rollout{Run: r.Run, Set: s, Template: r.Template, Details: r.Details, Pace: r.Pace, Force: r.Force}
}

// rolloutOf is the canary in progress.
func (r Request) rolloutOf(record operation.Rollout, s sts.Snapshot) rolling.Rollout {
	rollout := r.rollout(s)
	rollout.Record = record
	return rollout
}
