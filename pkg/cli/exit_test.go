package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

func ended(r engine.Result) error {
	return &app.Ended{Outcome: engine.Outcome{Result: r, Message: "m"}}
}

func TestExitCode(t *testing.T) {
	refusal := &plan.Refusal{Why: "no"}
	_, late := (&net.Dialer{Deadline: time.Unix(1, 0)}).DialContext(t.Context(), "tcp", "127.0.0.1:1")
	require.ErrorIs(t, late, context.DeadlineExceeded, "as --timeout is")
	tests := []struct {
		name string
		err  error
		want int
	}{
		{"no error", nil, 0},
		{"any error", errors.New("no"), 1},
		{"bad usage", options.Usage("no"), 2},
		{"bad usage that was wrapped", fmt.Errorf("canary: %w", options.Usage("no")), 2},
		{"a refusal", refusal, 3},
		{"a refusal that was wrapped", fmt.Errorf("canary: %w", refusal), 3},
		{"a halt", ended(engine.Halted), 4},
		{"a drift", ended(engine.Drifted), 4},
		{"a hold", ended(engine.Held), 5},
		{"a timeout", ended(engine.TimedOut), 124},
		{"an interrupted run", ended(engine.Interrupted), 130},
		{"an interrupted read", fmt.Errorf("get: %w", context.Canceled), 130},
		{"a run that failed", ended(engine.Failed), 1},
		{
			"a run that failed because its context ended",
			&app.Ended{Outcome: engine.Outcome{Result: engine.Failed, Err: context.Canceled}}, 1,
		},
		{"a run that is done", ended(engine.Done), 0},
		{"a result that nobody knows", ended("new"), 1},
		{"an abort that was asked for but never run", ended(engine.AbortAsked), 1},
		{"--timeout that passed while something was read", fmt.Errorf("get: %w", engine.ErrTimedOut), 124},
		{"a server that took too long", fmt.Errorf("get: %w", context.DeadlineExceeded), 1},
		{"a connection that could not be made in time", fmt.Errorf("get: %w", late), 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { require.Equal(t, test.want, ending(test.err).ExitCode()) })
	}
}
