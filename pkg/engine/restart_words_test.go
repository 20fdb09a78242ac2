package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestARestartSpeaksNeitherOfRevisionsNorOfTheGate(t *testing.T) {
	s := ststest.Snapshot(ststest.Set(ststest.Annotated(ststest.CanaryRecord, "r1")), ststest.Pods(0, 5))
	pod, ok := s.Pod(4)
	require.True(t, ok)
	p := enginetest.OneStep(enginetest.Step(func(s *plan.Step) {
		*s = plan.Step{
			Title: "restart web-4", Until: plan.PodsRestarted{Pods: map[int]types.UID{4: pod.UID}},
			Replace: &plan.Replace{Mode: plan.ReplaceRestart, Budgets: true},
		}
	}))

	w := newWalk(t, p, s)
	w.see(s)
	end := w.at(enginetest.StepTimeout + time.Second).see(s).End

	require.Equal(t, "web-4: NotRestarted: not restarted yet ("+enginetest.TooLong+")", end.Message)
	require.Equal(t, &sts.Trouble{Reason: sts.ReasonNotRestarted, Message: "not restarted yet", Grace: sts.AtDeadline}, end.Trouble)
	require.Empty(t, end.Gate)
	require.Equal(t, enginetest.ToRetry, end.Try)
}
