package loop_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
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
	p := enginetest.Watching(func(p *plan.Plan) { p.StepTimeout, p.Timeout = enginetest.StepTimeout, time.Hour })
	s := ststest.Opened(enginetest.Rolling(), ststest.UpdatedPod(4, ststest.Unready, unreadyFor(time.Second)))
	onStage(t, p, s, func(t *testing.T, st *stage) {
		st.pass(29 * time.Second)
		first := st.waits()
		require.Len(t, first, 1)
		require.Zero(t, first[0].Since, "it has just begun")
		require.Equal(t, ststest.In(enginetest.StepTimeout), first[0].Halts)
		st.pass(61 * time.Second)
		all := st.waits()
		require.Len(t, all, 4, "every half minute")
		for i, e := range all[1:] {
			want := first[0]
			want.Since, want.Time = first[0].Time, ststest.In(time.Duration(i+1)*30*time.Second)
			require.Equal(t, want, e)
		}
		// What moves is told at once, and counts anew.
		st.show(ststest.Opened(enginetest.Rolling(), ststest.UpdatedPod(4),
			ststest.UpdatedPod(3, ststest.Unready, unreadyFor(time.Second))))
		all = st.waits()
		require.Len(t, all, 5)
		require.Zero(t, all[4].Since)
		require.Equal(t, ststest.In(90*time.Second+enginetest.StepTimeout), all[4].Halts)
		st.pass(29 * time.Second)
		require.Len(t, st.waits(), 5)
	})
}

func TestAnOutageIsToldAgain(t *testing.T) {
	p := enginetest.Watching(func(p *plan.Plan) { p.StepTimeout = enginetest.StepTimeout })
	onStage(t, p, ststest.Opened(enginetest.Rolling(), ststest.UpdatedPod(4, ststest.Unready)), func(t *testing.T, st *stage) {
		st.tell(engine.Update{Cut: true, Notice: "away"})
		before := len(st.waits())
		st.pass(65 * time.Second)
		all := st.waits()
		require.Len(t, all, before+2)
		for _, e := range all[before:] {
			require.Equal(t, "the API server to answer", e.Message)
			require.Equal(t, ststest.In(0), e.Since)
			require.Equal(t, ststest.In(enginetest.StepTimeout), e.Halts)
		}
	})
}

func TestAnOutageDoesNotTakeThePlaceOfAQuestion(t *testing.T) {
	onStage(t, enginetest.TwoSteps(enginetest.AskGate), ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)),
		func(t *testing.T, st *stage) {
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
