package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// Others may let fewer pods be good than there were once: that is no standstill.
func TestAWatchSeesProgressInWhateverMoves(t *testing.T) {
	p := enginetest.Watching(func(p *plan.Plan) { p.StepTimeout = enginetest.StepTimeout })
	const nearly = enginetest.StepTimeout - time.Second
	shows := []sts.Snapshot{
		ststest.Opened(enginetest.Rolling(), ststest.UpdatedPod(4)),
		ststest.Opened(enginetest.Rolling(), ststest.UpdatedPod(4), ststest.UpdatedPod(3)),
		ststest.Opened(enginetest.Rolling(ststest.Generation(4), ststest.Partition(2)), ststest.UpdatedPod(4),
			ststest.UpdatedPod(3, ststest.Unready)),
		ststest.Opened(enginetest.Rolling(ststest.Generation(5), ststest.Partition(1)), ststest.UpdatedPod(4),
			ststest.UpdatedPod(3, ststest.Unready)),
	}
	w := newWalk(t, p, ststest.Opened(enginetest.Rolling()))
	w.see(ststest.Opened(enginetest.Rolling()))
	for i, s := range shows {
		require.Nil(t, w.after(nearly).see(s).End, "snapshot %d", i)
	}
	last := shows[len(shows)-1]
	require.Nil(t, w.after(nearly).see(last).End)
	end := w.after(time.Second).see(last).End
	require.NotNil(t, end)
	require.Equal(t, engine.Halted, end.Result)
	require.Contains(t, end.Message, enginetest.TooLong)
}

// gatedThen waits at a gate while web-0 is on revision "held", and soaks until a
// time while it is on revision "soaking".
type gatedThen struct{ enginetest.Watchable }

func (g gatedThen) Check(s sts.Snapshot, now time.Time) plan.Progress {
	p := g.PodsGood.Check(s, now)
	p.Done = false
	if pod, ok := s.Pod(0); ok {
		p.Gated = pod.Revision == "held"
		if pod.Revision == "soaking" {
			p.Until = ststest.In(time.Hour)
		}
	}
	return p
}

func TestNoDeadlineAtAGateOrInASoak(t *testing.T) {
	p := enginetest.Watching(func(p *plan.Plan) {
		p.StepTimeout, p.Steps = enginetest.StepTimeout, []plan.Step{{Title: "watch", Until: gatedThen{}}}
	})
	held, soaks := ststest.Opened(enginetest.Rolling(), ststest.StablePod(0, ststest.Revision("held"))),
		ststest.Opened(enginetest.Rolling(), ststest.StablePod(0, ststest.Revision("soaking")))
	w := newWalk(t, p, soaks)
	require.Nil(t, w.see(soaks).End)
	require.Nil(t, w.at(59*time.Minute).see(soaks).End)
	require.NotNil(t, w.at(2*time.Hour).see(soaks).End, "it has its deadline once that is over")

	w = newWalk(t, p, held)
	require.Nil(t, w.see(held).End)
	require.Nil(t, w.after(24*time.Hour).see(held).End)
	require.Nil(t, w.after(enginetest.StepTimeout-time.Second).see(ststest.Opened(enginetest.Rolling())).End, "it counts from the gate")
	require.NotNil(t, w.after(enginetest.StepTimeout).see(ststest.Opened(enginetest.Rolling())).End)
}
