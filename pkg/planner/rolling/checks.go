package rolling

import (
	"errors"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

// ChecksChangedFlag has other checks count than those that a rollout began with.
const ChecksChangedFlag = "--checks-changed"

// MeasuredAgain has a command that goes on give the commands again which the record
// does not keep. Those of a file are in a file that only the user knows.
func (r Rollout) MeasuredAgain(h hint.Hint) hint.Hint {
	file, preset := false, false
	for _, c := range r.Checks {
		switch {
		case c.Preset != "" && r.Hooks.Preset() == "" && !preset: // it brings no commands that would have it given again
			h, preset = h.With("--preset", c.Preset), true
		case c.Command == "", c.Preset != "":
		case c.Flagged():
			h = h.With("--"+c.Kind.Flag(), c.Command)
		case !file:
			h, file = h.With("--checks", "FILE"), true
		}
	}
	return h
}

// ResumeChecks makes the checks those of the rollout in progress, with the commands that
// were given again. Others than it began with are a refusal, unless they are meant: nobody
// should pass a step by leaving a check out.
func (r *Rollout) ResumeChecks() *plan.Refusal {
	checks, err := check.Resume(r.Record.Checks, r.Checks, r.ChecksChanged)
	if err != nil {
		no := &plan.Refusal{Why: err.Error()}
		var d *check.Difference
		if errors.As(err, &d) {
			no.Try = []hint.Hint{
				hint.Words("give the checks that it began with, or go on with exactly those that you give: add " + ChecksChangedFlag),
			}
		}
		return no
	}
	r.Checks, r.Record.Checks = checks, check.Record(checks)
	return nil
}
