package runner

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// The controller writes the status between the look that a deletion is judged by and its
// rehearsal: that is nobody's change.
func TestARecreateLooksAgainWhereTheStatusHasMoved(t *testing.T) {
	set := ststest.Set()
	raw, err := json.Marshal(set)
	require.NoError(t, err)
	object, err := saved.Parse(raw)
	require.NoError(t, err)
	object.Own()
	before, err := object.Text()
	require.NoError(t, err)
	p := &plan.Plan{Steps: []plan.Step{{Change: plan.DeleteSet{Name: "web", UID: set.UID, Before: before}}}}
	of := Recreated{Name: "web", Set: ststest.Snapshot(set, ststest.Pods(0, 5))}
	for conflicts, want := range map[int]string{0: "", 2: "", 9: `statefulset "web" has changed meanwhile: nothing was changed`} {
		r, _, _ := (&cluster{set: set, taken: true, conflicts: conflicts}).runner(t, options.RunFlags{})
		err := r.JudgeRecreate(t.Context(), p, of)
		if want == "" {
			require.NoError(t, err, conflicts)
			continue
		}
		var no *plan.Refusal
		require.ErrorAs(t, err, &no)
		require.Equal(t, want, no.Why)
	}
}
