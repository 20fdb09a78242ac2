package cli

import (
	"context"
	"errors"

	"github.com/kubectl-sts/kubectl-sts/pkg/cmdutil"
	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
)

// The exit codes. docs/exit-codes.md says what each means for a pipeline.
const (
	exitDone        = 0
	exitError       = 1
	exitUsage       = 2
	exitRefused     = 3
	exitHalted      = 4
	exitHeld        = 5
	exitTimedOut    = 124
	exitInterrupted = 130
)

// outcomeCodes are the exit codes of a run's ends.
var outcomeCodes = map[rollout.Result]int{
	rollout.Done:        exitDone,
	rollout.Held:        exitHeld,
	rollout.Halted:      exitHalted,
	rollout.Drifted:     exitHalted,
	rollout.TimedOut:    exitTimedOut,
	rollout.Interrupted: exitInterrupted,
	rollout.Failed:      exitError,
}

// exitCode is the one place where an error becomes an exit code.
func exitCode(err error) int {
	var usage *cmdutil.UsageError
	var ended *cmdutil.Ended
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &ended):
		if code, ok := outcomeCodes[ended.Outcome.Result]; ok {
			return code
		}
		return exitError
	case errors.As(err, &usage):
		return exitUsage
	case asRefusal(err) != nil:
		return exitRefused
	case errors.Is(err, context.DeadlineExceeded):
		return exitTimedOut
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	}
	return exitError
}

func asRefusal(err error) *rollout.Refusal {
	var no *rollout.Refusal
	if errors.As(err, &no) {
		return no
	}
	return nil
}
