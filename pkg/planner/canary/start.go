package canary

import (
	"cmp"
	"fmt"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/health"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/refuse"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Plan plans a canary: a new one, or the one in progress when the request
// brings no change or the very same change. It is nil when every pod runs that
// template already. A *plan.Refusal as the error says why there is none; any other error is about the record or the steps.
func Plan(r Request, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	record, err := operation.FindRollout(s)
	if err != nil {
		return nil, err
	}
	if no := refuse.Rollout(s); no != nil {
		return nil, no
	}
	switch {
	case record != nil:
		return goOn(r, *record, s, now)
	case r.Template == nil:
		return takeUp(r, s, now)
	}
	return start(r, s, now)
}

// goOn goes on with the canary in progress, unless the request wants another.
func goOn(r Request, record operation.Rollout, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	rollout := r.rolloutOf(record, s)
	if no := rollout.RefuseOtherVerb(operation.VerbCanary); no != nil {
		return nil, no
	}
	if r.Template != nil && !r.Template.Is(s.Set) {
		if r.Replace {
			return inPlace(r, record, s, now)
		}
		return nil, otherTemplate(r, record, s)
	}
	if no := rollout.RefuseResume(r.Resume); no != nil {
		return nil, no
	}
	if no := cmp.Or(rollout.ResumeChecks(), rollout.ResumeHooks()); no != nil {
		return nil, no
	}
	return rollout.Resume(r.Resume, r.Start, now), nil
}

// start plans a canary of a new template.
func start(r Request, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	if r.Replace {
		return nil, &plan.Refusal{
			Why: fmt.Sprintf("no canary of statefulset %q is in progress whose template could be replaced", s.Name()),
			Try: []hint.Hint{hint.Words("start one: leave --replace out")},
		}
	}
	if r.Template.Is(s.Set) && health.SettledOn(s, s.UpdateRevision(), now) && len(s.Stray()) == 0 {
		return nil, nil //nolint:nilnil // there is nothing to do
	}
	if err := operation.Refuse("canary", s); err != nil {
		return nil, err
	}
	if no := refuse.Partition(s); no != nil {
		return nil, no
	}
	if r.Template.Is(s.Set) {
		return nil, refuse.Unsettled(s, health.Unsettled(s, now)) // its rollout is not over
	}
	rollout := r.rollout(s)
	if no := rollout.RefuseUnless(health.Unsettled(s, now)); no != nil {
		return nil, no
	}
	rollout.Record = r.record(s, now)
	return rollout.Open(r.Exact, r.Cause)
}

// record is the record of a canary that starts.
func (r Request) record(s sts.Snapshot, now time.Time) operation.Rollout {
	record := r.rollout(s).NewRecord(operation.VerbCanary, r.Start, now)
	record.Rollback = r.Rollback
	return record
}
