package cli

import (
	"context"
	"errors"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

// ending is the one place where an error becomes an outcome, and with it an
// exit code. What it says has been said already where it is a run's own.
func ending(err error) engine.Outcome {
	var usage *options.UsageError
	var ended *app.Ended
	o := engine.Outcome{Result: engine.Failed}
	switch {
	case err == nil:
		return engine.Outcome{Result: engine.Done}
	case errors.As(err, &ended):
		return ended.Outcome
	case errors.As(err, &usage):
		o.Result, o.Try = engine.Misused, usage.Try
	case asRefusal(err) != nil:
		no := asRefusal(err)
		o.Result, o.Try, o.Cancelled = engine.Refused, no.Try, no.Cancelled
	case errors.Is(err, engine.ErrTimedOut):
		return engine.Outcome{Result: engine.TimedOut, Message: "nothing was changed"}
	case errors.Is(err, context.Canceled):
		return engine.Outcome{Result: engine.Interrupted, Message: "nothing was changed"}
	}
	o.Message, o.Err = err.Error(), err
	return o
}

func asRefusal(err error) *plan.Refusal {
	var no *plan.Refusal
	if errors.As(err, &no) {
		return no
	}
	return nil
}
