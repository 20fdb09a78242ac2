package replace

import (
	"fmt"
	"slices"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

// failed refuses to go on with what has failed: the pods may look well by now,
// and nobody has said that they are. A retry says so, and measures the step anew.
func (r Rollout) failed(retry bool) *plan.Refusal {
	f := r.Record.Failure(r.Set)
	if retry || f == nil || r.Record.Aborting {
		return nil
	}
	no := &plan.Refusal{Why: fmt.Sprintf("the %s of statefulset %q failed at %s: %s",
		r.Record.Verb.Name(), r.Set.Name(), f.At.UTC().Format(time.RFC3339), f.Message)}
	for _, help := range r.Record.AfterFailure(r.Set) {
		no.Try = append(no.Try, r.Command.Render(help))
	}
	return no
}

// instead are the ways after a failure that a plan does not offer by itself.
func (r Rollout) instead() []string {
	var out []string
	for _, help := range r.Record.AfterFailure(r.Set) {
		if r.Record.Verb != operation.VerbCanary && !slices.Contains(help.Args, plan.RetryFlag) {
			out = append(out, r.Command.Render(help))
		}
	}
	return out
}

// retry is the step that forgets the failure, so that what comes next is judged
// by itself.
func (r Rollout) retry() plan.Step { return r.Note("try again") }
