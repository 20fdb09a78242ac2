package engine

import (
	"context"
	"errors"
)

// The exit codes. docs/exit-codes.md says what each means for a pipeline.
const (
	ExitDone        = 0
	ExitError       = 1
	ExitUsage       = 2
	ExitRefused     = 3
	ExitHalted      = 4
	ExitHeld        = 5
	ExitTimedOut    = 124
	ExitInterrupted = 130
)

// exitCodes are those of all results that end a program.
var exitCodes = map[Result]int{
	Done:        ExitDone,
	Held:        ExitHeld,
	Halted:      ExitHalted,
	Drifted:     ExitHalted,
	TimedOut:    ExitTimedOut,
	Interrupted: ExitInterrupted,
	Failed:      ExitError,
	Refused:     ExitRefused,
	Misused:     ExitUsage,
}

// ExitCode is what a program exits with that ends like this. What should never
// be an end is an error.
func (o Outcome) ExitCode() int {
	code, ok := exitCodes[o.Result]
	switch {
	case !ok:
		return ExitError
	case o.Result == Held && o.Wanted:
		return ExitDone
	}
	return code
}

// StoppedBy is how a run ends whose context has: its time is over, or somebody has
// interrupted it.
func StoppedBy(ctx context.Context) Result {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return TimedOut
	}
	return Interrupted
}
