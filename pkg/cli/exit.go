package cli

import (
	"context"
	"errors"

	"github.com/kubectl-sts/kubectl-sts/pkg/cmdutil"
	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
)

// ending is the one place where an error becomes an outcome, and with it an
// exit code. What it says has been said already where it is a run's own.
func ending(err error) rollout.Outcome {
	var usage *cmdutil.UsageError
	var ended *cmdutil.Ended
	o := rollout.Outcome{Result: rollout.Failed}
	switch {
	case err == nil:
		return rollout.Outcome{Result: rollout.Done}
	case errors.As(err, &ended):
		return ended.Outcome
	case errors.As(err, &usage):
		o.Result, o.Try = rollout.Misused, usage.Try
	case asRefusal(err) != nil:
		no := asRefusal(err)
		o.Result, o.Try, o.Cancelled = rollout.Refused, no.Try, no.Cancelled
	case errors.Is(err, rollout.ErrTimedOut):
		return rollout.Outcome{Result: rollout.TimedOut, Message: "nothing was changed"}
	case errors.Is(err, context.Canceled):
		return rollout.Outcome{Result: rollout.Interrupted, Message: "nothing was changed"}
	}
	o.Message, o.Err = err.Error(), err
	return o
}

func asRefusal(err error) *rollout.Refusal {
	var no *rollout.Refusal
	if errors.As(err, &no) {
		return no
	}
	return nil
}
