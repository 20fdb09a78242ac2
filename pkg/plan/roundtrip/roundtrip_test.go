package roundtrip_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/roundtrip"
)

// waiting is a plan of one step that waits for this.
func waiting(until plan.Condition) plan.Plan {
	return plan.Plan{Verb: "canary", Name: "web", Steps: []plan.Step{{Title: "wait", Until: until, Soak: time.Minute}}}
}

// mood is a condition that nobody has registered, as those of a watch are.
type mood struct{ plan.Observed }

func TestAPlanThatIsTheSameIsReadBack(t *testing.T) {
	p := waiting(plan.Observed{})
	require.Equal(t, plan.Identify(p), roundtrip.Same(p))
	watch := waiting(mood{})
	watch.ReadOnly = true
	require.Equal(t, watch, roundtrip.Same(watch))
}

func TestAPlanThatIsAnotherOneIsCaught(t *testing.T) {
	p := waiting(plan.Observed{})
	p.Made = time.Now()
	require.Panics(t, func() { roundtrip.Same(p) }, "a time has the machine's clock")
	p.Made, p.Verb, p.Steps[0].Until = time.Time{}, "\xff", plan.ClaimsFree{Names: []string{"\xff"}}
	require.PanicsWithValue(t, `the plan is another one after it was saved:
Verb was "\xff", is "�"
step 1: ID was "\xff/wait", is "�/wait"
step 1: Until was plan.ClaimsFree{Names:[]string{"\xff"}}, is plan.ClaimsFree{Names:[]string{"�"}}`,
		func() { roundtrip.Same(p) })
	require.PanicsWithError(t, "plan: json: error calling MarshalJSON for type plan.Plan: "+
		"json: error calling MarshalJSON for type plan.Step: no kind for a roundtrip_test.mood",
		func() { roundtrip.Same(waiting(mood{})) })
}
