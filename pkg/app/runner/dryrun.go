package runner

import (
	"context"
	"iter"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// dryRun prints the plan. On the server's side only changes that can be made
// to the set as it is now can be judged; the later ones build on these. Checks are
// measured on the pods as they are.
func (r *Runner) dryRun(ctx context.Context, p *plan.Plan, s sts.Snapshot, by check.Measurer) error {
	if r.Flags.DryRun == report.DryRunServer {
		for i := range p.Steps {
			change := p.Steps[i].Change
			if change == nil || change.Done(s) {
				continue
			}
			if _, err := r.Client.DryRun(ctx, change, s); err != nil {
				return kube.Unwilling(err, change.String())
			}
		}
		for _, change := range p.Renewing(s) {
			if _, err := r.Client.DryRun(ctx, change, s); err != nil {
				return kube.Unwilling(err, change.String())
			}
		}
		baseline, err := r.baseline(ctx, p, s, by)
		if err != nil {
			return err
		}
		p.Details = append(p.Details, measuredNow(baseline)...)
	}
	r.NotRun(p, nil, "a dry run: nothing was changed")
	return nil
}

// NotRun shows a plan that is not run, and tells that it is done with that: why says
// in a sentence. batch are its steps where the plan has them in a stream.
func (r *Runner) NotRun(p *plan.Plan, batch iter.Seq[plan.Step], why string) {
	r.warned(p)
	for _, w := range p.Warnings {
		report.Say(r.Env.Streams.Err, "warning: "+w)
	}
	now := r.Client.Now()
	if r.Form != nil {
		r.Form.Plan(p)
	} else {
		r.Env.Answer(r.Flags.Output).Plan(r.Flags.DryRun, p, now)
	}
	o := engine.Outcome{Result: engine.Done, Message: why}
	for _, s := range r.report(p, batch) {
		s.Handle(engine.Event{Type: engine.EventOutcome, Time: now, Outcome: &o})
	}
	if r.Form == nil {
		r.Env.End(o)
	}
}

// Report tells the reports of a plan that is refused before it is run: the end of the
// command says why.
func (r *Runner) Report(p *plan.Plan, batch iter.Seq[plan.Step]) { r.report(p, batch) }

// report tells the reports of a plan, and returns whom it has told.
func (r *Runner) report(p *plan.Plan, batch iter.Seq[plan.Step]) []engine.Sink {
	all, now := r.Env.Sinks(), r.Client.Now()
	for _, s := range all {
		s.Handle(engine.Event{Type: engine.EventPlan, Time: now, Plan: p, Batch: batch})
		for _, w := range p.Warnings {
			s.Handle(engine.Event{Type: engine.EventWarning, Time: now, Message: w})
		}
	}
	return all
}
