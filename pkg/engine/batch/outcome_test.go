package batch

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
)

func TestTheWorstEndOfADeletionCounts(t *testing.T) {
	tests := []struct {
		name    string
		counts  engine.ClaimCounts
		stopped engine.Result
		want    engine.Result
		says    string
	}{
		{"all deleted", engine.ClaimCounts{Deleted: 3}, "", engine.Done, "3 claims deleted, 0 skipped, 0 failed"},
		{"some wanted by then", engine.ClaimCounts{Deleted: 1, Skipped: 2}, "", engine.Done, "1 claim deleted, 2 skipped, 0 failed"},
		{
			"a set was changed",
			engine.ClaimCounts{Skipped: 2, Stopped: []string{"set web was deleted meanwhile"}},
			"",
			engine.Drifted,
			"0 claims deleted, 2 skipped, 0 failed; set web was deleted meanwhile",
		},
		{
			"ctrl-C",
			engine.ClaimCounts{Deleted: 1, Left: 4},
			engine.Interrupted,
			engine.Interrupted,
			"1 claim deleted, 0 skipped, 0 failed, 4 not got to",
		},
		{
			"the time is up",
			engine.ClaimCounts{Deleted: 1, Left: 4},
			engine.TimedOut,
			engine.TimedOut,
			"1 claim deleted, 0 skipped, 0 failed, 4 not got to",
		},
		{
			"nobody says why there are some left",
			engine.ClaimCounts{Left: 4},
			"",
			engine.Failed,
			"0 claims deleted, 0 skipped, 0 failed, 4 not got to",
		},
		{
			"a failure counts most",
			engine.ClaimCounts{Failed: 1, Left: 1, Stopped: []string{"x"}},
			engine.Interrupted,
			engine.Failed,
			"0 claims deleted, 0 skipped, 1 failed, 1 not got to; x",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			want := engine.Outcome{Result: test.want, Message: test.says, Claims: &test.counts}
			require.Equal(t, want, outcome(test.counts, test.stopped))
		})
	}
}
