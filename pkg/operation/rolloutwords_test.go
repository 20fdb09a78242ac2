package operation_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// rolling is the record of a canary, changed.
func rolling(changes ...func(*operation.Rollout)) operation.Rollout {
	r := operation.Rollout{
		Version: 1, Run: "RUN", Started: ststest.Start, Stable: ststest.Stable, OwnTemplate: true,
		Steps: operation.DefaultSteps(), Soak: metav1.Duration{Duration: time.Minute},
	}
	for _, change := range changes {
		change(&r)
	}
	return r
}

func aborting(r *operation.Rollout) { r.Aborting = true }

func TestARecordSaysWhatIsInProgressAndWhatHelps(t *testing.T) {
	verb := func(v operation.Verb) func(*operation.Rollout) { return func(r *operation.Rollout) { r.Verb = v } }
	const back = "roll back: kubectl sts -n prod abort web"
	const other = "or go to another revision: kubectl sts -n prod undo web --to-revision REVISION"
	gateAt4 := func(r *operation.Rollout) { r.Gate = ptr.To(4) }
	tests := []struct {
		name   string
		record operation.Rollout
		good   bool
		says   string
		helps  []string
	}{
		{
			"a canary whose pods are good", rolling(), true, "a canary is in progress",
			[]string{"the next step: kubectl sts -n prod promote web", back},
		},
		{"a canary on its way", rolling(), false, "a canary is in progress", []string{"resume: kubectl sts -n prod canary web", back}},
		{
			"a canary whose gate somebody else has opened, whatever its pods are like", rolling(gateAt4), true, "a canary is in progress",
			[]string{back, other, "try again: kubectl sts -n prod canary web --retry"},
		},
		{
			"a restart whose gate somebody else has opened",
			rolling(verb(operation.VerbRestart), gateAt4), false, "a restart is in progress",
			[]string{
				"give the restart up: kubectl sts -n prod abort web", other, "try again: kubectl sts -n prod restart web --retry",
			},
		},
		{"an abort", rolling(aborting), true, "a canary is being aborted", []string{"finish the abort: kubectl sts -n prod abort web"}},
		{"an undo", rolling(verb(operation.VerbUndo)), true, "an undo is in progress", []string{"resume: kubectl sts -n prod undo web"}},
		{
			"a restart", rolling(verb(operation.VerbRestart)), false, "a restart is in progress",
			[]string{"resume: kubectl sts -n prod restart web"},
		},
		{
			"an abort of a restart", rolling(verb(operation.VerbRestart), aborting), false, "a restart is being aborted",
			[]string{"finish the abort: kubectl sts -n prod abort web"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.says, tt.record.Says())
			require.Equal(t, tt.helps, rendered(tt.record.Helps(ststest.Snapshot(ststest.Set()), tt.good)))
		})
	}
}
