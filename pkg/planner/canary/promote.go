package canary

import (
	"cmp"
	"fmt"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/intent"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/refuse"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/rolling"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Promotion is what a user wants of a canary in progress.
type Promotion struct {
	intent.Run
	intent.Resume
	Full  bool // all steps that are left, not the next one alone
	Force bool // go ahead with unhealthy pods
}

// Promote plans the next step of a canary in progress, or all that are left. The gate
// that it was held at counts as passed.
func Promote(r Promotion, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	record, err := operation.FindRollout(s)
	if err != nil {
		return nil, err
	}
	if record == nil {
		return nil, &plan.Refusal{
			Why: fmt.Sprintf("no canary of statefulset %q is in progress", s.Name()),
			Try: []hint.Hint{
				hint.Plugin("start one", "canary", s.Name(), "--image", "CONTAINER=IMAGE"), hint.Plugin("or look", "status", s.Name()),
			},
		}
	}
	rollout := rolling.Rollout{Run: r.Run, Record: *record, Set: s, Force: r.Force}
	if !r.Full {
		rollout.Pace = intent.Pace{Gate: plan.GateHold, Wanted: true}
	}
	if no := rollout.RefuseOtherVerb(record.Verb); no != nil { // another verb's steps are promoted as well
		return nil, no
	}
	if no := cmp.Or(refuse.Rollout(s), noGate(*record, s)); no != nil {
		return nil, no
	}
	if no := rollout.RefuseResume(r.Resume); no != nil {
		return nil, no
	}
	if no := cmp.Or(rollout.ResumeChecks(), rollout.ResumeHooks()); no != nil {
		return nil, no
	}
	// Of what failed, the very step is measured once more, and its gate holds.
	return rollout.Rest("promote", record.Failure(s) != nil, r.Retry, now), nil
}

// noGate refuses a replace, which is held at no gate. What a promotion reads of the set
// does not tell of its claims.
func noGate(record operation.Rollout, s sts.Snapshot) *plan.Refusal {
	if record.Verb != operation.VerbReplace {
		return nil
	}
	finish := hint.Plugin("finish it", record.Verb.Name(), s.Name())
	if record.Failure(s) != nil {
		finish = finish.With(plan.RetryFlag)
	}
	return &plan.Refusal{
		Why: fmt.Sprintf("%s of statefulset %q is in progress, which has no steps to promote", record.Verb.Noun(), s.Name()),
		Try: []hint.Hint{finish, hint.Plugin("or give it up", "abort", s.Name())},
	}
}
