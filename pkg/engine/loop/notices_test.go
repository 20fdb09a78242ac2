package loop_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestRunTellsNoticesAsWarnings(t *testing.T) {
	onStage(t, enginetest.OneStep(), ststest.Opened(ststest.Canary()), func(t *testing.T, s *stage) {
		s.pass(time.Second)
		s.tell(engine.Update{Notice: "the watch was cut"})
		require.Equal(t, engine.Event{
			Type: engine.EventWarning, Time: ststest.In(time.Second), Step: &enginetest.OneStep().Steps[0], Message: "the watch was cut",
		}, s.sink.events[len(s.sink.events)-1])
		s.goesOn()
	})
}

// What the API server says along with its answers is told as it comes, and what
// comes with the last answer before the end.
func TestRunTellsWhatTheServerSaysAlongWithItsAnswers(t *testing.T) {
	var waiting []string
	say := func(text string) { waiting = append(waiting, text) }
	warning := func(at time.Duration, text string) engine.Event {
		return engine.Event{Type: engine.EventWarning, Time: ststest.In(at), Step: &enginetest.OneStep().Steps[0], Message: text}
	}
	onStageAs(t, enginetest.OneStep(), ststest.Opened(ststest.Canary()), func(t *testing.T, s *stage) {
		s.pass(time.Second)
		say("a field is deprecated")
		say("another one, too")
		s.show(ststest.Opened(ststest.Canary(enginetest.Later)))
		s.pass(time.Second)
		s.show(ststest.Opened(ststest.Canary(enginetest.Later)))
		say("the set is frozen")
		s.cancel()
		synctest.Wait()

		var got []engine.Event
		for _, e := range s.sink.events {
			if e.Type == engine.EventWarning {
				got = append(got, e)
			}
		}
		require.Equal(t, []engine.Event{
			warning(time.Second, "a field is deprecated"), warning(time.Second, "another one, too"),
			warning(2*time.Second, "the set is frozen"),
		}, got)
		require.Equal(t, engine.Interrupted, s.ends().Result, "the last event, after all of them")
	}, func(t *testing.T) *stage {
		s := newStage(t)
		s.notices = func() []string {
			out := waiting
			waiting = nil
			return out
		}
		return s
	})
}
