package replace

import (
	"errors"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

// ChecksChangedFlag has other checks count than those that a rollout began with.
const ChecksChangedFlag = "--checks-changed"

// ResumeChecks makes the checks those of the rollout in progress, with the commands that
// were given again. Others than it began with are a refusal, unless they are meant: nobody
// should pass a step by leaving a check out.
func (r *Rollout) ResumeChecks() *plan.Refusal {
	checks, err := check.Resume(r.Record.Checks, r.Checks, r.ChecksChanged)
	if err != nil {
		no := &plan.Refusal{Why: err.Error()}
		var d *check.Difference
		if errors.As(err, &d) {
			no.Try = []hint.Hint{hint.Words("give the checks that it began with, or go on with exactly those that you give: add " + ChecksChangedFlag)}
		}
		return no
	}
	r.Checks, r.Record.Checks = checks, check.Record(checks)
	return nil
}
