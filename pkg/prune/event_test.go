package prune_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/prune"
)

func TestTheWorstEndOfADeletionCounts(t *testing.T) {
	tests := []struct {
		name string
		sum  prune.Summary
		want engine.Result
		says string
	}{
		{"all deleted", prune.Summary{Deleted: 3}, engine.Done, "3 claims deleted, 0 skipped, 0 failed"},
		{"some wanted by then", prune.Summary{Deleted: 1, Skipped: 2}, engine.Done, "1 claim deleted, 2 skipped, 0 failed"},
		{
			"a set was changed",
			prune.Summary{Skipped: 2, Stopped: []string{"set web was deleted meanwhile"}},
			engine.Drifted,
			"0 claims deleted, 2 skipped, 0 failed; set web was deleted meanwhile",
		},
		{
			"ctrl-C",
			prune.Summary{Deleted: 1, Left: 4, Interrupted: true},
			engine.Interrupted,
			"1 claim deleted, 0 skipped, 0 failed, 4 not got to",
		},
		{
			"the time is up",
			prune.Summary{Deleted: 1, Left: 4, TimedOut: true},
			engine.TimedOut,
			"1 claim deleted, 0 skipped, 0 failed, 4 not got to",
		},
		{
			"a failure counts most",
			prune.Summary{Failed: 1, Left: 1, Interrupted: true, Stopped: []string{"x"}},
			engine.Failed,
			"0 claims deleted, 0 skipped, 1 failed, 1 not got to; x",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, engine.Outcome{Result: test.want, Message: test.says}, test.sum.Outcome())
		})
	}
}
