package loop_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestRunAsks(t *testing.T) {
	p := enginetest.TwoSteps(enginetest.AskGate)
	good := ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4))
	broken := errors.New("the terminal is gone")
	for _, test := range []struct {
		name   string
		answer plan.Answer
		err    error
		want   *engine.Outcome // nil when the run goes on
	}{
		{"and goes on", plan.Promote, nil, nil},
		{"and holds", plan.HoldOn, nil, &engine.Outcome{
			Result: engine.Held, Message: "held after step 1 of 2; next: web-3", Detail: "after step 1 of 2; next: web-3",
			Step: &p.Steps[0], Gate: enginetest.OnlyWeb4, Try: enginetest.ToGoNext,
		}},
		{"and ends to be aborted", plan.Abort, nil, &engine.Outcome{
			Result: engine.AbortAsked, Message: "abort", Step: &p.Steps[0], Gate: enginetest.OnlyWeb4, Try: enginetest.ToGoOn,
		}},
		{"and fails when nobody can be asked", "", broken, &engine.Outcome{
			Result: engine.Failed, Message: "reading the answer: the terminal is gone", Err: broken,
			Step: &p.Steps[0], Gate: enginetest.OnlyWeb4, Try: enginetest.ToGoOn,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			onStage(t, p, good, func(t *testing.T, s *stage) {
				s.pass(time.Hour)
				require.Equal(t, []plan.Step{p.Steps[0]}, s.asker.asked)
				s.goesOn()
				s.reply(test.answer, test.err)
				if test.want != nil {
					require.Equal(t, *test.want, s.ends())
					require.Empty(t, s.cluster.sent)
					return
				}
				s.goesOn()
				require.Len(t, s.sink.messages(engine.EventAnswer), 1, "whoever shows the question is told")
				require.Equal(t, []sent{{time.Hour, plan.Partition(3)}}, s.cluster.sent)
			})
		})
	}
}

func TestRunAsksOnceHoweverManySnapshotsCome(t *testing.T) {
	p := enginetest.TwoSteps(enginetest.AskGate)
	onStage(t, p, ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)), func(t *testing.T, s *stage) {
		s.show(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)))
		s.show(ststest.Opened(ststest.Canary(enginetest.Later, enginetest.MinReady(1)), ststest.UpdatedPod(4)))
		require.Len(t, s.asker.asked, 1)
		require.Equal(t, []string{""}, s.sink.messages(engine.EventGate))

		s.reply(plan.Promote, nil)
		s.show(ststest.Opened(ststest.Canary(ststest.Generation(5), ststest.Partition(3), enginetest.MinReady(1)), ststest.UpdatedPod(4),
			ststest.UpdatedPod(3)))
		require.Equal(t, []plan.Step{p.Steps[0], p.Steps[1]}, s.asker.asked, "the next gate is another question")
	})
}

func TestRunEndsWhileItAsks(t *testing.T) {
	p := enginetest.TwoSteps(enginetest.AskGate)
	for _, test := range []struct {
		name string
		s    sts.Snapshot
		want string
	}{
		{"when a pod fails", ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4, ststest.Unready)), "web-4: stopped being Available"},
		{
			"when someone else opens the gate",
			ststest.Opened(ststest.Canary(enginetest.Later, ststest.Partition(3)), ststest.UpdatedPod(4)),
			"the partition was changed from 4 to 3; nothing more is written",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			onStage(t, p, ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)), func(t *testing.T, s *stage) {
				s.show(test.s)
				require.Equal(t, test.want, s.ends().Message)
				require.True(t, s.asker.gone, "nobody waits for the answer any more")
				require.Empty(t, s.cluster.sent)
			})
		})
	}
}

// order is which of these events the run told, one after another.
func (s *stage) order(of ...engine.EventType) []engine.EventType {
	var out []engine.EventType
	for _, e := range s.sink.events {
		if slices.Contains(of, e.Type) {
			out = append(out, e.Type)
		}
	}
	return out
}

// Who has answered is not shown the question again below what came in the same moment.
func TestAnAnswerThatIsThereIsToldFirst(t *testing.T) {
	const gate, answer, warning = engine.EventGate, engine.EventAnswer, engine.EventWarning
	told := func(s *stage) []engine.EventType { return s.order(gate, answer, warning) }
	promoted := []sent{{time.Second, plan.Partition(3)}}
	t.Run("before what the API server has said", func(t *testing.T) {
		onStageAs(t, enginetest.TwoSteps(enginetest.AskGate), ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)),
			func(t *testing.T, s *stage) {
				s.pass(time.Second)
				require.Equal(t, []engine.EventType{gate, answer, warning}, told(s))
				require.Equal(t, promoted, s.cluster.sent)
			}, func(t *testing.T) *stage {
				s, said := newStage(t), false
				s.notices = func() []string {
					if said || len(told(s)) == 0 {
						return nil
					}
					said = true
					s.asker.replies <- reply{plan.Promote, nil}
					time.Sleep(time.Second) // until the answer has got to the run
					return []string{"deprecated"}
				}
				return s
			})
	})
	for range 20 { // of two that are ready, Go takes either
		t.Run("before what the watch tells", func(t *testing.T) {
			onStage(t, enginetest.TwoSteps(enginetest.AskGate), ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)),
				func(t *testing.T, s *stage) {
					s.tell(engine.Update{Notice: slow})
					s.tell(engine.Update{Notice: "the API server answers again"})
					s.reply(plan.Promote, nil)
					s.pass(time.Second)
					require.Equal(t, []engine.EventType{gate, warning, answer, warning}, told(s))
					require.Equal(t, promoted, s.cluster.sent)
				})
		})
	}
}
