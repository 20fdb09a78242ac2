package app

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// dryRun prints the plan. On the server's side only changes that can be made
// to the set as it is now can be judged; the later ones build on these.
func (r *Runner) dryRun(ctx context.Context, p *plan.Plan, s sts.Snapshot) error {
	if r.Flags.DryRun == report.DryRunServer {
		for i := range p.Steps {
			change := p.Steps[i].Change
			if change == nil || change.Done(s) {
				continue
			}
			if _, err := r.Client.DryRun(ctx, change, s); err != nil {
				return Unwilling(err, change.String())
			}
		}
	}
	p.Warnings = slices.Concat(p.Warnings, r.Env.Notices())
	for _, w := range p.Warnings {
		report.Say(r.Env.Streams.Err, "warning: "+w)
	}
	now := r.Client.Now()
	if r.Form != nil {
		r.Form.Plan(p)
	} else {
		r.Env.Answer(r.Flags.Output).Plan(r.Flags.DryRun, p, now)
	}
	o := engine.Outcome{Result: engine.Done, Message: "a dry run: nothing was changed"}
	for _, s := range r.Env.Sinks() {
		s.Handle(engine.Event{Type: engine.EventPlan, Time: now, Plan: p})
		for _, w := range p.Warnings {
			s.Handle(engine.Event{Type: engine.EventWarning, Time: now, Message: w})
		}
		s.Handle(engine.Event{Type: engine.EventOutcome, Time: now, Outcome: &o})
	}
	if r.Form != nil {
		return nil
	}
	r.Env.Answer(r.Flags.Output).End(r.Flags.DryRun, report.Subject{Namespace: p.Namespace, Name: p.Name}, now, o)
	return nil
}

// Unwilling words the error of a rehearsal. Where there was no answer, or the user
// lacks a permission, nobody has said anything against the change.
func Unwilling(err error, change string) error {
	if errors.Is(err, engine.ErrLost) || errors.Is(err, engine.ErrTimedOut) || errors.Is(err, context.Canceled) || kube.Denied(err) {
		return err
	}
	return fmt.Errorf("%s: %w", change, err)
}
