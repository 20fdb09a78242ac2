package canary_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestARecordSaysWhatIsInProgressAndWhatHelps(t *testing.T) {
	verb := func(v canary.Verb) func(*operation.Rollout) { return func(r *operation.Rollout) { r.Verb = v } }
	back := canary.Help{What: "roll back", Verb: "abort"}
	gateAt4 := func(r *operation.Rollout) { r.Gate = ptr.To(4) }
	other := canary.Help{What: "or go to another revision", Verb: "undo", Flags: "--to-revision REVISION"}
	tests := []struct {
		name   string
		record operation.Rollout
		good   bool
		says   string
		helps  []canary.Help
	}{
		{
			"a canary whose pods are good", record(), true, "a canary is in progress",
			[]canary.Help{{What: "the next step", Verb: "promote"}, back},
		},
		{"a canary on its way", record(), false, "a canary is in progress", []canary.Help{{What: "resume", Verb: "canary"}, back}},
		{
			"a canary whose gate somebody else has opened, whatever its pods are like", record(gateAt4), true, "a canary is in progress",
			[]canary.Help{back, other, {What: "try again", Verb: "canary", Flags: "--retry"}},
		},
		{
			"a restart whose gate somebody else has opened", record(verb(operation.VerbRestart), gateAt4), false, "a restart is in progress",
			[]canary.Help{
				{What: "give the restart up", Verb: "abort"}, other, {What: "try again", Verb: "restart", Flags: "--retry"},
			},
		},
		{"an abort", record(aborting), true, "a canary is being aborted", []canary.Help{{What: "finish the abort", Verb: "abort"}}},
		{"an undo", record(verb(operation.VerbUndo)), true, "an undo is in progress", []canary.Help{{What: "resume", Verb: "undo"}}},
		{
			"a restart", record(verb(operation.VerbRestart)), false, "a restart is in progress",
			[]canary.Help{{What: "resume", Verb: "restart"}},
		},
		{
			"an abort of a restart", record(verb(operation.VerbRestart), aborting), false, "a restart is being aborted",
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
