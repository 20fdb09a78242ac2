package replace

import (
	"fmt"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

// RefuseOther refuses to go on with what is in progress where that is not this verb,
// or is on its way back.
func (r Rollout) RefuseOther(verb operation.Verb) *plan.Refusal {
	switch {
	case r.Record.Aborting:
		return r.aborting()
	case r.Record.Verb != verb:
		return r.busy()
	}
	return nil
}

// RefuseGoing refuses to go on with a rollout whose template somebody else has
// changed, that has failed, or that another process drives.
func (r Rollout) RefuseGoing(going Going) *plan.Refusal {
	if no := r.stranger(); no != nil {
		return no
	}
	if no := r.failed(going.Retry); no != nil {
		return no
	}
	return r.drivenElsewhere(going.TakeOver)
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
