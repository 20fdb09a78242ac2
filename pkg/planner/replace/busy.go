package replace

import (
	"fmt"
	"time"

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
		Try: r.WatchFirst(r.Set, []string{"finish that: " + r.Sts("abort", r.Set)}),
	}
}

// busy refuses one verb while another is in progress.
func (r Rollout) busy() *plan.Refusal {
	up := "or give it up: " + r.Sts("abort", r.Set)
	var again []string
	if r.Record.Failure(r.Set) != nil {
		again = []string{plan.RetryFlag}
	}
	if r.Record.Verb == operation.VerbUndo {
		up = "or go back to what it leaves: " + r.UndoTo(r.Record.Stable, r.Set)
	}
	return &plan.Refusal{
		Why: fmt.Sprintf("%s of statefulset %q is in progress since %s",
			r.Record.Verb.Noun(), r.Set.Name(), r.Record.Started.UTC().Format(time.RFC3339)),
		Try: r.WatchFirst(r.Set, []string{"finish it: " + r.Sts(r.Record.Verb.Name(), r.Set, again...), up}),
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
		Try: []string{"roll back, without that change: " + r.Sts("abort", r.Set)},
	}
	if r.Record.Verb != operation.VerbCanary {
		no.Why = why
		no.Try = []string{fmt.Sprintf("give the %s up, and let that change stand: %s", r.Record.Verb.Name(), r.Sts("abort", r.Set))}
	}
	if r.Record.Verb == operation.VerbUndo {
		no.Try = append(no.Try, "or go back all the same: "+r.UndoTo(r.Record.Target, r.Set))
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
		Try: []string{
			"watch it: " + r.Sts("watch", r.Set, "--follow"), "or go on in its place: the same command with " + intent.TakeOverFlag,
		},
	}
}

// RefuseUnless refuses for this reason why the set is not settled, if there is one,
// unless the user forces it.
func (r Rollout) RefuseUnless(why string) *plan.Refusal {
	if r.Force || why == "" {
		return nil
	}
	no := refuse.Unsettled(r.Run, r.Set, why)
	no.Try = append(no.Try, "go ahead all the same with --force")
	return no
}
