package rolling

import (
	"fmt"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

// failed refuses to go on with what has failed: the pods may look well by now,
// and nobody has said that they are. A retry says so, and measures the step again.
func (r Rollout) failed(retry bool) *plan.Refusal {
	f := r.Record.Failure(r.Set)
	if retry || f == nil || r.Record.Aborting {
		return nil
	}
	return &plan.Refusal{
		Why: fmt.Sprintf("the %s of statefulset %q failed at %s: %s",
			r.Record.Verb.Name(), r.Set.Name(), f.At.UTC().Format(time.RFC3339), f.Message),
		Try: r.Record.AfterFailure(r.Set),
	}
}

// instead are the ways after a failure that a plan does not offer by itself.
func (r Rollout) instead() []hint.Hint {
	var out []hint.Hint
	for _, help := range r.Record.AfterFailure(r.Set) {
		if r.Record.Verb != operation.VerbCanary && !help.Again {
			out = append(out, help)
		}
	}
	return out
}

// retry is the step that forgets the failure, so that what comes next is judged
// by itself.
func (r Rollout) retry() plan.Step { return r.Note("try again") }
