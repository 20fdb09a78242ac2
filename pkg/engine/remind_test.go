package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// waits are the events of that kind which the run has told.
func (s *stage) waits() []engine.Event {
	var out []engine.Event
	for _, e := range s.sink.events {
		if e.Type == engine.EventWait {
			out = append(out, e)
		}
	}
	return out
}

func TestAWaitThatNothingMovesIsToldAgain(t *testing.T) {
	p := watching(func(p *plan.Plan) { p.StepTimeout, p.Timeout = stepTimeout, time.Hour })
	s := ststest.Opened(rolling(), ststest.UpdatedPod(4, ststest.Unready, unreadyFor(time.Second)))
	onStage(t, p, s, func(t *testing.T, st *stage) {
		st.pass(29 * time.Second)
		first := st.waits()
		require.Len(t, first, 1)
		require.Zero(t, first[0].Since, "it has just begun")
		require.Equal(t, ststest.In(stepTimeout), first[0].Halts)
		st.pass(61 * time.Second)
		all := st.waits()
		require.Len(t, all, 4, "every half minute")
		for i, e := range all[1:] {
			want := first[0]
			want.Since, want.Time = first[0].Time, ststest.In(time.Duration(i+1)*30*time.Second)
			require.Equal(t, want, e)
		}
		// What moves is told at once, and counts anew.
		st.show(ststest.Opened(rolling(), ststest.UpdatedPod(4), ststest.UpdatedPod(3, ststest.Unready, unreadyFor(time.Second))))
		all = st.waits()
		require.Len(t, all, 5)
		require.Zero(t, all[4].Since)
		require.Equal(t, ststest.In(90*time.Second+stepTimeout), all[4].Halts)
		st.pass(29 * time.Second)
		require.Len(t, st.waits(), 5)
	})
}

func TestAnOutageIsToldAgain(t *testing.T) {
	p := watching(func(p *plan.Plan) { p.StepTimeout = stepTimeout })
	onStage(t, p, ststest.Opened(rolling(), ststest.UpdatedPod(4, ststest.Unready)), func(t *testing.T, st *stage) {
		st.tell(engine.Update{Cut: true, Notice: "away"})
		before := len(st.waits())
		st.pass(65 * time.Second)
		all := st.waits()
		require.Len(t, all, before+2)
		for _, e := range all[before:] {
			require.Equal(t, "the API server to answer", e.Message)
			require.Equal(t, ststest.In(0), e.Since)
			require.Equal(t, ststest.In(stepTimeout), e.Halts)
		}
	})
}

func TestAnOutageDoesNotTakeThePlaceOfAQuestion(t *testing.T) {
	onStage(t, twoSteps(ask), ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)), func(t *testing.T, st *stage) {
		require.Len(t, st.asker.asked, 1)
		before := len(st.waits())
		st.tell(engine.Update{Cut: true, Notice: "away"})
		st.pass(5 * time.Minute)
		require.Len(t, st.waits(), before)
		require.Equal(t, []string{"away"}, st.sink.messages(engine.EventWarning))

		st.reply(plan.Promote, nil)
		st.pass(time.Second)
		all := st.waits()
		require.Len(t, all, before+1, "once it is answered, there is nothing else to wait for")
		require.Equal(t, "the API server to answer", all[before].Message)
	})
}

// Others may let fewer pods be good than there were once: that is no standstill.
func TestAWatchSeesProgressInWhateverMoves(t *testing.T) {
	p := watching(func(p *plan.Plan) { p.StepTimeout = stepTimeout })
	const nearly = stepTimeout - time.Second
	shows := []sts.Snapshot{
		ststest.Opened(rolling(), ststest.UpdatedPod(4)),
		ststest.Opened(rolling(), ststest.UpdatedPod(4), ststest.UpdatedPod(3)),
		ststest.Opened(rolling(ststest.Generation(4), ststest.Partition(2)), ststest.UpdatedPod(4), ststest.UpdatedPod(3, ststest.Unready)),
		ststest.Opened(rolling(ststest.Generation(5), ststest.Partition(1)), ststest.UpdatedPod(4), ststest.UpdatedPod(3, ststest.Unready)),
	}
	w := newWalk(t, p, ststest.Opened(rolling()))
	w.see(ststest.Opened(rolling()))
	for i, s := range shows {
		require.Nil(t, w.after(nearly).see(s).End, "snapshot %d", i)
	}
	last := shows[len(shows)-1]
	require.Nil(t, w.after(nearly).see(last).End)
	end := w.after(time.Second).see(last).End
	require.NotNil(t, end)
	require.Equal(t, engine.Halted, end.Result)
	require.Contains(t, end.Message, tooLong)
}

// gatedThen waits at a gate while web-0 is on revision "held", and soaks until a
// time while it is on revision "soaking".
type gatedThen struct{ watchable }

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
	p := watching(func(p *plan.Plan) {
		p.StepTimeout, p.Steps = stepTimeout, []plan.Step{{Title: "watch", Until: gatedThen{}}}
	})
	held, soaks := ststest.Opened(rolling(), ststest.StablePod(0, ststest.Revision("held"))), ststest.Opened(rolling(), ststest.StablePod(0, ststest.Revision("soaking")))
	w := newWalk(t, p, soaks)
	require.Nil(t, w.see(soaks).End)
	require.Nil(t, w.at(59*time.Minute).see(soaks).End)
	require.NotNil(t, w.at(2*time.Hour).see(soaks).End, "it has its deadline once that is over")

	w = newWalk(t, p, held)
	require.Nil(t, w.see(held).End)
	require.Nil(t, w.after(24*time.Hour).see(held).End)
	require.Nil(t, w.after(stepTimeout-time.Second).see(ststest.Opened(rolling())).End, "it counts from the gate")
	require.NotNil(t, w.after(stepTimeout).see(ststest.Opened(rolling())).End)
}
