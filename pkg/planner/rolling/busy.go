package rolling

import (
	"fmt"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/intent"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/refuse"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// RefuseOtherVerb refuses to go on with what is in progress where that is not this verb,
// or is on its way back.
func (r Rollout) RefuseOtherVerb(verb operation.Verb) *plan.Refusal {
	switch {
	case r.Record.Aborting:
		return r.aborting()
	case r.Record.Verb != verb:
		return r.busy()
	}
	return nil
}

// RefuseResume refuses to go on with a rollout whose template somebody else has
// changed, that has failed, or that another process drives.
func (r Rollout) RefuseResume(resume intent.Resume) *plan.Refusal {
	if no := r.stranger(); no != nil {
		return no
	}
	if no := r.failed(resume.Retry); no != nil {
		return no
	}
	return r.drivenElsewhere(resume.TakeOver)
}

func (r Rollout) aborting() *plan.Refusal {
	return &plan.Refusal{
		Why: fmt.Sprintf("the %s of statefulset %q is being aborted", r.Record.Verb.Name(), r.Set.Name()),
		Try: r.WatchFirst(r.Set, hint.Plugin("finish that", "abort", r.Set.Name())),
	}
}

// busy refuses one verb while another is in progress.
func (r Rollout) busy() *plan.Refusal {
	finish := hint.Plugin("finish it", r.Record.Verb.Name(), r.Set.Name())
	up := hint.Plugin("or give it up", "abort", r.Set.Name())
	if r.Record.Failure(r.Set) != nil {
		finish = finish.With(plan.RetryFlag)
	}
	if r.Record.Verb == operation.VerbUndo {
		up = intent.UndoTo("or go back to what it leaves", r.Record.Stable, r.Set)
	}
	return &plan.Refusal{
		Why: fmt.Sprintf("%s of statefulset %q is in progress since %s",
			r.Record.Verb.Noun(), r.Set.Name(), r.Record.Started.UTC().Format(time.RFC3339)),
		Try: r.WatchFirst(r.Set, finish, up),
	}
}

// stranger refuses to roll out what is not what the rollout began with.
func (r Rollout) stranger() *plan.Refusal {
	why := r.Record.Stranger(r.Set)
	if why == "" {
		return nil
	}
	no := &plan.Refusal{
		Why: why + ": what would be rolled out is not what was tried",
		Try: []hint.Hint{hint.Plugin("roll back, without that change", "abort", r.Set.Name())},
	}
	if r.Record.Verb != operation.VerbCanary {
		no.Why = why
		words := fmt.Sprintf("give the %s up, and let that change stand", r.Record.Verb.Name())
		no.Try = []hint.Hint{hint.Plugin(words, "abort", r.Set.Name())}
	}
	if r.Record.Verb == operation.VerbUndo {
		no.Try = append(no.Try, intent.UndoTo("or go back all the same", r.Record.Target, r.Set))
	}
	return no
}

// drivenElsewhere refuses to go on with what another process is about to go on with: two
// would only get in each other's way.
func (r Rollout) drivenElsewhere(takeOver bool) *plan.Refusal {
	if r.Other == nil || !r.Other.Alive || takeOver {
		return nil
	}
	return &plan.Refusal{
		Why: fmt.Sprintf("the %s of statefulset %q is driven by %s (process %d, which is running)",
			r.Record.Verb.Name(), r.Set.Name(), sts.Clean(r.Other.Driver.String()), r.Other.Driver.Process),
		Try: intent.GoOnInItsPlace(r.Set),
	}
}

// RefuseUnless refuses for this reason why the set is not settled, if there is one,
// unless the user forces it.
func (r Rollout) RefuseUnless(why string) *plan.Refusal {
	if r.Force || why == "" {
		return nil
	}
	no := refuse.Unsettled(r.Set, why)
	no.Try = append(no.Try, hint.Words("go ahead all the same with --force"))
	return no
}
