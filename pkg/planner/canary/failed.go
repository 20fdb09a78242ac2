package canary

import (
	"fmt"
	"slices"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// failed refuses to go on with what has failed: the pods may look well by now,
// and nobody has said that they are. A retry says so, and measures the step anew.
func failed(r Request, record operation.Rollout, s sts.Snapshot) *plan.Refusal {
	f := record.Failure(s)
	if r.Retry || f == nil || record.Aborting {
		return nil
	}
	no := &plan.Refusal{Why: fmt.Sprintf("the %s of statefulset %q failed at %s: %s",
		record.Verb.Name(), s.Name(), f.At.UTC().Format(time.RFC3339), f.Message)}
	for _, help := range record.AfterFailure(s) {
		no.Try = append(no.Try, r.Command.Render(help))
	}
	return no
}

// instead are the ways after a failure that a plan does not offer by itself.
func (b builder) instead() []string {
	var out []string
	for _, help := range b.record.AfterFailure(b.s) {
		if b.record.Verb != operation.VerbCanary && !slices.Contains(help.Args, plan.RetryFlag) {
			out = append(out, b.r.Command.Render(help))
		}
	}
	return out
}

// retry is the step that forgets the failure, so that what comes next is judged
// by itself.
func (b builder) retry() plan.Step {
	return plan.Step{
		Title:  "try again",
		Change: plan.Edit{Annotations: map[string]*string{sts.RolloutAnnotation: b.record.Text()}, Says: "record"},
		Until:  plan.Observed{},
	}
}
