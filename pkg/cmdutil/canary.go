package cmdutil

import (
	"context"
	"errors"
	"fmt"

	"github.com/kubectl-sts/kubectl-sts/pkg/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// RunCanary runs a canary's plan, and the way back when a person at a gate
// asks for it or, with rollback, when a step fails.
func (r *Runner) RunCanary(ctx context.Context, p *rollout.Plan, s sts.Snapshot, rollback bool) error {
	o, err := r.Run(ctx, p, s)
	if err != nil {
		return err
	}
	switch {
	case o.Result == rollout.AbortAsked:
		back, err := r.back(ctx, p)
		if err != nil {
			r.stuck(err)
			stays := rollout.Outcome{Result: rollout.Held, Message: "the canary stays at its gate", Step: o.Step, Gate: o.Gate}
			r.sink().Handle(rollout.Event{Type: rollout.EventOutcome, Time: r.Client.Now(), Step: o.Step, Outcome: &stays})
			return &Ended{stays}
		}
		return Result(back)
	case o.Result == rollout.Halted && rollback:
		r.Warn("going back to the stable revision, as --on-failure=rollback asks")
		back, err := r.back(ctx, p)
		if err != nil {
			r.stuck(err)
			return &Ended{o} // the canary has halted, and its gate is where that outcome says
		}
		if back.Result != rollout.Done {
			return Result(back)
		}
		// The canary failed, however well the way back went.
		o.Message += "; every pod is back on the stable revision"
		o.Try, o.Gate = nil, ""
		r.sink().Handle(rollout.Event{Type: rollout.EventOutcome, Time: r.Client.Now(), Step: o.Step, Outcome: &o})
		return &Ended{o}
	}
	return Result(o)
}

// stuck tells why there was no way back. It is no refusal of the whole run:
// something has been written.
func (r *Runner) stuck(err error) {
	r.Warn("going back failed: " + err.Error())
	var no *rollout.Refusal
	if errors.As(err, &no) {
		for _, try := range no.Try {
			_, _ = fmt.Fprintln(r.Env.Streams.Err, "  "+report.Clean(try))
		}
	}
}

// back runs the way back to the stable revision.
func (r *Runner) back(ctx context.Context, p *rollout.Plan) (rollout.Outcome, error) {
	s, _, err := r.Load(ctx, p.Name, false)
	if err != nil {
		return rollout.Outcome{}, err
	}
	way, err := canary.Abort(canary.Request{
		Command: r.Env.Command(r.Client.Namespace),
		Limits:  r.Flags.Limits,
		AtGate:  true,
		Now:     r.Client.Now(),
	}, s)
	if err != nil {
		return rollout.Outcome{}, err
	}
	if way == nil {
		return rollout.Outcome{Result: rollout.Done}, nil
	}
	return r.Run(ctx, way, s)
}

// Result turns an outcome into what a verb returns: nil when all is done, or
// when the run was held where the user asked for it.
func Result(o rollout.Outcome) error {
	if o.Result == rollout.Done || o.Result == rollout.Held && o.Wanted {
		return nil
	}
	return &Ended{o}
}
