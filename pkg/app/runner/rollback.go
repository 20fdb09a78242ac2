package runner

import (
	"context"
	"errors"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/permission"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/abort"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// RunCanary runs a canary's plan, and the way back when a person at a gate
// asks for it or, with rollback, when a step fails.
func (r *Runner) RunCanary(ctx context.Context, p *plan.Plan, s sts.Snapshot, rollback bool) error {
	if rollback && r.feed == nil {
		// On the way back a pod that is not Ready has to be deleted.
		if err := r.Permit(ctx, append(permission.Of(p, s), permission.DeletePods())...); err != nil {
			return err
		}
	}
	o, err := r.Run(ctx, p, s)
	if err != nil {
		return err
	}
	switch {
	case o.Result == engine.AbortAsked:
		back, err := r.back(ctx, p)
		if err != nil {
			r.stuck(err)
			stays := engine.Outcome{
				Result: engine.Held, Message: "the canary stays at its gate", Step: o.Step, Gate: o.Gate, Open: o.Open,
			}
			r.sink().Handle(engine.Event{Type: engine.EventOutcome, Time: r.Client.Now(), Step: o.Step, Outcome: &stays})
			return app.Result(stays)
		}
		return app.Result(back)
	case o.Result == engine.Halted && rollback:
		return r.rollBack(ctx, p, o)
	}
	return app.Result(o)
}

// rollBack goes back after a step that failed. The canary has failed however well
// that goes; whether it got there is part of how the run ends.
func (r *Runner) rollBack(ctx context.Context, p *plan.Plan, failed engine.Outcome) error {
	r.Warn("going back to the stable revision, as --on-failure=rollback asks")
	back, err := r.back(ctx, p)
	end := rolledBack(failed, back, err)
	r.sink().Handle(engine.Event{Type: engine.EventOutcome, Time: r.Client.Now(), Step: end.Step, Outcome: &end})
	return app.Result(end)
}

// rolledBack is the end of a canary that failed and went back, or did not get
// there: then that comes first, for it is what somebody has to see to.
func rolledBack(failed, back engine.Outcome, err error) engine.Outcome {
	end := failed
	if err == nil && back.Result == engine.Done {
		end.Message += "; every pod is back on the stable revision"
		end.Try, end.Gate, end.Open, end.Unsure, end.Rollback = nil, "", false, false, engine.RollbackDone
		end.Safe = "" // all of them are
		return end
	}
	end.Rollback = engine.RollbackFailed
	why := back.Message
	var no *plan.Refusal
	switch {
	case err == nil:
		end.Gate, end.Open, end.Unsure, end.Safe = back.Gate, back.Open, back.Unsure, back.Safe
		end.Try = back.Try
	case errors.As(err, &no):
		why, end.Try = err.Error(), no.Try
	default:
		why = err.Error()
	}
	if back.Result == engine.Interrupted || errors.Is(err, context.Canceled) {
		end.Result = engine.Interrupted
	}
	end.Message = why + "; the canary had failed: " + failed.Message
	return end
}

// stuck tells why there was no way back. It is no refusal of the whole run:
// something has been written.
func (r *Runner) stuck(err error) {
	r.Warn("going back failed: " + err.Error())
	var no *plan.Refusal
	if errors.As(err, &no) {
		r.Env.Help(no.Try)
	}
}

// back runs the way back to the stable revision.
func (r *Runner) back(ctx context.Context, p *plan.Plan) (engine.Outcome, error) {
	s, err := r.reload(ctx, p)
	if err != nil {
		return engine.Outcome{}, err
	}
	run := r.Planned(s)
	run.Checks = nil // the way back must not wait for what the way there was measured by
	way, err := abort.Plan(abort.Request{Run: run, AtGate: true, Now: r.Client.Now()}, s)
	if err != nil {
		return engine.Outcome{}, err
	}
	if way == nil {
		return engine.Outcome{Result: engine.Done}, nil
	}
	if err := r.Preflight(ctx, way, s); err != nil {
		return engine.Outcome{}, err
	}
	return r.Run(ctx, way, s)
}

// pauses are those between two looks at a set that is to be taken back.
var pauses = wait.Backoff{Duration: time.Second, Factor: 2, Jitter: 0.2, Steps: 5, Cap: 10 * time.Second}

// reload reads the set again in the middle of a run. An API server that does not
// answer is asked for as long as a step may wait: the run itself would have gone
// on once it is back.
func (r *Runner) reload(ctx context.Context, p *plan.Plan) (sts.Snapshot, error) {
	var s sts.Snapshot
	err := context.Cause(ctx)
	began := time.Now()
	_ = pauses.DelayFunc().Until(ctx, true, true, func(ctx context.Context) (bool, error) {
		s, err = r.LoadAtOnce(ctx, p.Name, r.ignorePDB)
		over := p.StepTimeout > 0 && time.Since(began) >= p.StepTimeout
		return over || !kube.Transient(err), nil
	})
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return s, err
}
