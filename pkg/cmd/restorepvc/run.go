package restorepvc

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/app/runner"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	planner "github.com/kubectl-sts/kubectl-sts/pkg/planner/restorepvc"
	"github.com/kubectl-sts/kubectl-sts/pkg/receipt"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/text"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Run restores the claims, one after another.
func Run(ctx context.Context, env *app.Env, r Request) error {
	client, err := env.Client("")
	if err != nil {
		return err
	}
	found, err := r.find(env, client)
	if err != nil {
		return err
	}
	v := &verb{Request: r, env: env, runners: map[string]*runner.Runner{}, tell: &text.Restoring{
		Lines: env.Streams.Err, Answer: env.Answer(r.Output).Restored, Color: env.Color, DryRun: r.DryRun, Now: client.Now,
		Several: len(found) > 1, Caller: env.Caller(),
	}}
	if b := found[0].Binding(); len(found) == 1 {
		env.About(b.Namespace, b.Claim)
	}
	done := 0
	var failures []error
	for _, f := range found {
		v.tell.Binding = f.Binding()
		err := v.restore(ctx, f.Receipt)
		var ended *app.Ended
		switch {
		case err == nil:
			done++
			continue
		case errors.As(err, &ended) && (len(found) == 1 || ended.Outcome.Result == engine.Interrupted):
			return err
		case ended != nil:
		case ctx.Err() != nil:
			return err
		default:
			v.tell.Failed(err)
			if len(found) == 1 {
				return err
			}
		}
		failures = append(failures, err)
	}
	if len(failures) == 0 && len(found) > 1 {
		return env.Conclude(engine.Outcome{Result: engine.Done, Message: fmt.Sprintf("%d claims are restored", done)})
	}
	return conclude(done, failures)
}

// conclude makes one error of several. A refusal of all is one: then nothing
// was written.
func conclude(done int, failures []error) error {
	if len(failures) == 0 {
		return nil
	}
	message := fmt.Sprintf("%d of %d claims were not restored", len(failures), done+len(failures))
	for _, err := range failures {
		var no *plan.Refusal
		if done > 0 || !errors.As(err, &no) {
			return errors.New(message)
		}
	}
	return &plan.Refusal{Why: message}
}

// verb restores claims.
type verb struct {
	Request
	env     *app.Env
	runners map[string]*runner.Runner // by namespace
	tell    *text.Restoring
}

// runner is the one for claims of the namespace.
func (v *verb) runner(namespace string) (*runner.Runner, error) {
	if r, ok := v.runners[namespace]; ok {
		return r, nil
	}
	r, err := runner.New(v.env, namespace, options.RunFlags{DryRun: v.DryRun, Output: v.Output})
	if err != nil {
		return nil, err
	}
	r.Form, v.runners[namespace] = v.tell, r
	return r, nil
}

// plans is how often a claim is planned for that somebody else changes meanwhile.
const plans = 5

// restore makes one claim again. Every step shows in the cluster, so it looks what is
// left to do, and goes on from there: again after the deleted claim has gone, and
// where somebody else has changed the claim or its volume meanwhile.
func (v *verb) restore(ctx context.Context, record receipt.Receipt) error {
	b := record.Binding()
	runner, err := v.runner(b.Namespace)
	if err != nil {
		return err
	}
	var o engine.Outcome
	for range plans {
		s, err := runner.Client.ClaimAndVolume(ctx, b)
		if err != nil {
			return err
		}
		p, err := planner.Plan(record, s)
		if err != nil {
			return err
		}
		if p == nil {
			words := planner.Nothing(b)
			v.tell.Nothing(words)
			return v.env.Conclude(engine.Outcome{Result: engine.Done, Message: words})
		}
		if o, err = v.run(ctx, runner, p, s); err != nil {
			return err
		}
		switch {
		case o.Result == engine.Failed:
			return failure(o)
		case o.Result == engine.Done && (p.Success != "" || v.DryRun != report.DryRunNone):
			return nil
		case o.Result != engine.Done && o.Result != engine.Drifted:
			return app.Result(o)
		}
	}
	return errors.New(o.Message)
}

// run runs the plan, and follows its claim for as long as that takes.
func (v *verb) run(ctx context.Context, runner *runner.Runner, p *plan.Plan, s sts.Snapshot) (engine.Outcome, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	runner.Follow(func(ctx context.Context) <-chan engine.Update { return runner.Client.WatchClaim(ctx, v.tell.Binding) })
	p.Timeout = v.Timeout
	return runner.Run(ctx, p, s)
}

// failure is a failed run as the error of its claim.
func failure(o engine.Outcome) error {
	if o.Err == nil {
		return errors.New(o.Message)
	}
	return fmt.Errorf("%s%w", strings.TrimSuffix(o.Message, o.Err.Error()), o.Err)
}
