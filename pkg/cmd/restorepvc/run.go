package restorepvc

import (
	"context"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/prune"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/text"
)

// Run makes the claims again, one after another.
func Run(ctx context.Context, env *app.Env, r Request) error {
	client, err := env.Client("")
	if err != nil {
		return err
	}
	found, err := r.find(env, client)
	if err != nil {
		return err
	}
	tell := &text.Restoring{
		Lines: env.Streams.Err, Answer: env.Streams.Out, Color: env.Color, Format: r.Output, DryRun: r.DryRun, Now: client.Now,
	}
	done := 0
	var failures []error
	for _, f := range found {
		err := r.restore(ctx, client, f.Record, env.Command(f.Claim.Namespace), tell)
		var ended *app.Ended
		switch {
		case err == nil:
			done++
			continue
		case errors.As(err, &ended) && (len(found) == 1 || ended.Outcome.Result == engine.Interrupted):
			return err
		case ended != nil:
		case len(found) == 1:
			tell.FailedObject(f.Record, err)
			return err
		default:
			tell.Failed(f.Record, err)
		}
		failures = append(failures, err)
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

// restore makes one claim again. Every move shows in the cluster, so it looks
// what is left to do, and goes on from there.
func (r Request) restore(ctx context.Context, client *kube.Client, record prune.Record, caller hint.Caller, tell *text.Restoring) error {
	client = client.In(record.Claim.Namespace)
	claim, volume, err := client.ClaimAndVolume(ctx, record)
	if err != nil {
		return err
	}
	moves, err := prune.Restoring(record, claim, volume, caller)
	if err != nil {
		return err
	}
	switch {
	case moves.Nothing():
		tell.Nothing(record)
		return nil
	case moves.Leave && r.DryRun == report.DryRunNone:
		if err := r.wait(ctx, record, tell, "is gone", client.ClaimGone); err != nil {
			return err
		}
		return r.restore(ctx, client, record, caller, tell)
	case r.DryRun == report.DryRunServer && moves.Create:
		if err := client.CreateClaim(ctx, record, true); err != nil {
			return err
		}
	}
	if r.DryRun != report.DryRunNone {
		tell.Plan(record, moves)
		return nil
	}
	err = r.carryOut(ctx, client, record, moves, tell)
	if errors.Is(err, prune.ErrThere) { // the set was scaled up meanwhile: its claim may have got the volume
		return r.restore(ctx, client, record, caller, tell)
	}
	if errors.Is(err, context.Canceled) {
		return &app.Ended{Outcome: tell.Ended(record, engine.Interrupted, "claim "+record.Claim.Name+" is back")}
	}
	return err
}

func (r Request) carryOut(ctx context.Context, client *kube.Client, record prune.Record, moves prune.Moves, tell *text.Restoring) error {
	if err := client.Permit(ctx, needs(moves)...); err != nil {
		return err
	}
	if moves.Free && moves.Create {
		// Should the claim not be allowed, the volume stays as it is.
		if err := client.CreateClaim(ctx, record, true); apierrors.IsForbidden(err) {
			return err
		}
	}
	if moves.Free {
		if err := client.FreeVolume(ctx, record); err != nil {
			return err
		}
	}
	if moves.Create {
		if err := client.CreateClaim(ctx, record, false); err != nil {
			return err
		}
	}
	if moves.Wait {
		if err := r.wait(ctx, record, tell, "is bound to volume "+record.Volume, client.ClaimBound); err != nil {
			return err
		}
	}
	if moves.Policy != "" {
		if err := client.GiveBack(ctx, record, moves.Policy); err != nil {
			return err
		}
	}
	tell.Done(record, moves)
	return nil
}

// needs are the permissions that the moves take.
func needs(moves prune.Moves) []plan.Permission {
	var out []plan.Permission
	if moves.Create {
		out = append(out, plan.Permission{Verb: "create", Resource: "persistentvolumeclaims"})
	}
	if moves.Free || moves.Policy != "" {
		out = append(out, plan.Permission{Verb: "patch", Resource: "persistentvolumes"})
	}
	return out
}

// wait waits for the claim, and not for ever.
func (r Request) wait(ctx context.Context, record prune.Record, tell *text.Restoring, what string,
	until func(context.Context, prune.Record) error,
) error {
	limited, cancel := ctx, context.CancelFunc(func() {})
	if r.Timeout > 0 {
		limited, cancel = context.WithTimeoutCause(ctx, r.Timeout, engine.ErrTimedOut)
	}
	defer cancel()
	what = "claim " + record.Claim.Name + " " + what
	tell.Wait(what)
	err := until(limited, record)
	tell.Waited()
	switch {
	case ctx.Err() != nil:
		return &app.Ended{Outcome: tell.Ended(record, engine.Interrupted, what)}
	case limited.Err() != nil:
		return &app.Ended{Outcome: tell.Ended(record, engine.TimedOut, what)}
	}
	return err
}
