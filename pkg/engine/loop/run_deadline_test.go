package loop_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func within(timeout time.Duration) func(*plan.Plan) {
	return func(p *plan.Plan) { p.Timeout = timeout }
}

func TestRunTimesOut(t *testing.T) {
	good := ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4))
	conflict := answer{err: engine.ErrConflict}
	for _, test := range []struct {
		name    string
		plan    plan.Plan
		first   sts.Snapshot
		answers []answer
		waits   string
		gate    string
	}{
		{
			"while a pod is not there yet", enginetest.OneStep(), ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4, ststest.Pending)),
			nil, "web-4: pending", enginetest.OnlyWeb4,
		},
		{
			"while the controller has not seen the change", enginetest.OneStep(), ststest.Opened(ststest.Canary(ststest.Unobserved)), nil,
			enginetest.ControllerSees, enginetest.OnlyWeb4,
		},
		{"while it soaks", enginetest.OneStep(enginetest.Soaked(time.Hour)), good, nil, "the soak to end", enginetest.OnlyWeb4},
		{"while nobody answers", enginetest.OneStep(enginetest.Gated(enginetest.AskGate)), good, nil, "an answer", enginetest.OnlyWeb4},
		{
			"while the watch lags behind the write", enginetest.OneStep(), ststest.Closed(), nil, "the watch to show the change",
			enginetest.OnlyWeb4,
		},
		{
			"while the write is in conflict",
			enginetest.OneStep(), ststest.Closed(),
			slices.Repeat([]answer{conflict}, 20),
			"the API server to take the change", "partition 5: no pod is updated",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(time.Minute)(&test.plan)
			onStage(t, test.plan, test.first, func(t *testing.T, s *stage) {
				s.pass(time.Minute - 1)
				s.goesOn()
				s.pass(1)
				want := ended(test.plan, engine.TimedOut, "not done after 1m0s, still waiting for "+test.waits, nil)
				want.Gate = test.gate
				require.Equal(t, want, s.ends())
			}, test.answers...)
		})
	}
}

func TestRunEndsAtTheStepsDeadline(t *testing.T) {
	onStage(t, enginetest.OneStep(), ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4, ststest.Pending)),
		func(t *testing.T, s *stage) {
			s.pass(enginetest.StepTimeout - 1)
			s.goesOn()
			s.pass(1)
			require.Equal(t, "web-4: Starting: pending ("+enginetest.TooLong+")", s.ends().Message)
		})
}

// A watch that says nothing more is no reason to hang.
func TestRunEndsAtTheStepsDeadlineWithoutAnySnapshot(t *testing.T) {
	onStage(t, enginetest.OneStep(), ststest.Closed(), func(t *testing.T, s *stage) {
		s.pass(enginetest.StepTimeout - 1)
		s.goesOn()
		s.pass(1)
		want := ended(enginetest.OneStep(), engine.Halted, enginetest.TooLong+": still waiting for the watch to show the change", nil)
		want.Try = enginetest.ToRetry
		want.Images = []podtemplate.ImageChange{{Container: "nginx", From: "nginx:1.21", To: "nginx:1.22", Alone: true}}
		want.Safe = "5 of 5 pods Available: web-0 … web-4 on nginx:1.21"
		require.Equal(t, want, s.ends())
	})
}
