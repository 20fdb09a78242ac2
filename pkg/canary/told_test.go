package canary_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestARecordSaysWhatIsInProgressAndWhatHelps(t *testing.T) {
	verb := func(v canary.Verb) func(*canary.Record) { return func(r *canary.Record) { r.Verb = v } }
	back := canary.Help{What: "roll back", Verb: "abort"}
	tests := []struct {
		name   string
		record canary.Record
		good   bool
		says   string
		helps  []canary.Help
	}{
		{
			"a canary whose pods are good", record(), true, "a canary is in progress",
			[]canary.Help{{What: "the next step", Verb: "promote"}, back},
		},
		{"a canary on its way", record(), false, "a canary is in progress", []canary.Help{{What: "resume", Verb: "canary"}, back}},
		{"an abort", record(aborting), true, "a canary is being aborted", []canary.Help{{What: "finish the abort", Verb: "abort"}}},
		{"an undo", record(verb(canary.VerbUndo)), true, "an undo is in progress", []canary.Help{{What: "resume", Verb: "undo"}}},
		{"a restart", record(verb(canary.VerbRestart)), false, "a restart is in progress", []canary.Help{{What: "resume", Verb: "restart"}}},
		{
			"an abort of a restart", record(verb(canary.VerbRestart), aborting), false, "a restart is being aborted",
			[]canary.Help{{What: "finish the abort", Verb: "abort"}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.says, tt.record.Says())
			require.Equal(t, tt.helps, tt.record.Helps(ststest.Snapshot(ststest.Set()), tt.good))
		})
	}
}
