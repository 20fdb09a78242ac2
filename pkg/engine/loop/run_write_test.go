package loop_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

var (
	conflict = answer{err: fmt.Errorf("%w: web", engine.ErrConflict)}
	noAnswer = answer{err: fmt.Errorf("%w: connection reset", engine.ErrLost)}
)

// times are when the writes came.
func (c *cluster) times() []time.Duration {
	var out []time.Duration
	for _, s := range c.sent {
		out = append(out, s.at)
	}
	return out
}

func TestRunAfterAConflict(t *testing.T) {
	onStage(t, enginetest.OneStep(), ststest.Closed(), func(t *testing.T, s *stage) {
		s.pass(4 * time.Second)
		require.Equal(t, []time.Duration{0}, s.cluster.times())
		s.tell(engine.Update{Notice: "the API server answers again", Back: true})
		require.Equal(t, []time.Duration{0}, s.cluster.times(), "nor after a notice")
		s.show(ststest.Closed(ststest.Generation(1)))
		require.Equal(t, []time.Duration{0}, s.cluster.times(), "nor after a snapshot from before")
		s.show(ststest.Closed(enginetest.MinReady(1), enginetest.Later))
		require.Equal(t, []time.Duration{0, 4 * time.Second}, s.cluster.times(), "but after a new snapshot")
		s.goesOn()
	}, conflict)
}

// The preconditions hold or they don't, so trying is safe; waiting for a
// snapshot that never comes would not end.
func TestRunTriesAgainWhenNothingShowsTheConflict(t *testing.T) {
	onStage(t, enginetest.OneStep(), ststest.Closed(), func(t *testing.T, s *stage) {
		s.pass(5*time.Second - 1)
		require.Equal(t, []time.Duration{0}, s.cluster.times())
		s.pass(1)
		require.Equal(t, []time.Duration{0, 5 * time.Second}, s.cluster.times())
		s.pass(time.Minute)
		require.Len(t, s.cluster.sent, 2, "it was taken")
		s.goesOn()
	}, conflict)
}

func TestRunDecidesNothingWhileTheWatchIsCut(t *testing.T) {
	p := enginetest.OneStep(enginetest.Soaked(time.Minute), func(p *plan.Plan) { p.StepTimeout = time.Hour })
	onStage(t, p, ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)), func(t *testing.T, s *stage) {
		s.pass(30 * time.Second)
		s.tell(engine.Update{Notice: "gone", Cut: true})
		s.pass(10 * time.Minute)
		s.goesOn() // the soak is over by the clock, but nobody has seen the pods
		s.tell(engine.Update{Notice: "back", Back: true})
		s.show(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4, ststest.Unready)))
		require.Equal(t, engine.Halted, s.ends().Result)
	})
}

func TestRunEndsWhenTheWatchDoesNotComeBack(t *testing.T) {
	p := enginetest.OneStep(enginetest.Soaked(time.Minute), func(p *plan.Plan) { p.StepTimeout = time.Hour })
	onStage(t, p, ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)), func(t *testing.T, s *stage) {
		s.tell(engine.Update{Notice: "gone", Cut: true})
		s.pass(time.Hour - 1)
		s.goesOn()
		s.pass(1)
		o := s.ends()
		require.Equal(t, engine.Failed, o.Result)
		require.Equal(t, "the API server could not be watched for 1h0m0s", o.Message)
	})
}

func TestRunWritesOnlyOnWhatItSawAfterTheWatchCameBack(t *testing.T) {
	p := enginetest.OneStep(func(p *plan.Plan) {
		p.Steps = append(p.Steps, plan.Step{Change: plan.Partition(3), Until: plan.Observed{}})
	})
	onStage(t, p, ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4, ststest.Pending)), func(t *testing.T, s *stage) {
		s.tell(engine.Update{Notice: "gone", Cut: true})
		s.show(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)))
		require.Empty(t, s.cluster.sent, "what comes while it is cut is not the whole picture")
		s.tell(engine.Update{Notice: "back", Back: true})
		require.Empty(t, s.cluster.sent)
		s.show(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)))
		require.Len(t, s.cluster.sent, 1)
	})
}

func TestRunEndsWhenAConflictWasSomebodyElsesChange(t *testing.T) {
	onStage(t, enginetest.OneStep(), ststest.Closed(), func(t *testing.T, s *stage) {
		s.show(ststest.Opened(ststest.Canary()))
		require.Equal(t, "the partition was changed from 5 to 4; nothing more is written", s.ends().Message,
			"two runs at once: the one that lost the race stops")
		require.Len(t, s.cluster.sent, 1)
	}, conflict)
}

// A network may send a request twice: the second meets what the first has written,
// and only its answer comes back.
func TestRunKnowsItsOwnWriteThatArrivedTwice(t *testing.T) {
	begin := plan.Edit{Partition: ptr.To(4), Annotations: map[string]*string{ststest.CanaryRecord: ptr.To("this run")}}
	p := enginetest.OneStep(enginetest.Step(func(s *plan.Step) { s.Change = begin }))
	onStage(t, p, ststest.Closed(), func(t *testing.T, s *stage) {
		s.show(ststest.Opened(ststest.Canary(ststest.Annotated(ststest.CanaryRecord, "this run"))))
		s.goesOn()
		require.Len(t, s.cluster.sent, 1)
	}, conflict)
	onStage(t, p, ststest.Closed(), func(t *testing.T, s *stage) {
		s.show(ststest.Opened(ststest.Canary(ststest.Annotated(ststest.CanaryRecord, "another"))))
		require.Equal(t, engine.Drifted, s.ends().Result)
	}, conflict)
}

func TestRunRepeatsALostWriteMoreAndMoreSlowly(t *testing.T) {
	lost := make([]answer, 8)
	for i := range lost {
		lost[i] = noAnswer
	}
	onStage(t, enginetest.OneStep(), ststest.Closed(), func(t *testing.T, s *stage) {
		s.pass(time.Minute)
		ms := time.Millisecond
		require.Equal(t, []time.Duration{
			0, 500 * ms, 1500 * ms, 3500 * ms, 7500 * ms, 15500 * ms, 25500 * ms, 35500 * ms, 45500 * ms,
		}, s.cluster.times(), "the last one is taken")
		said := s.sink.messages(engine.EventWarning)
		require.Equal(t, "no answer from the API server: connection reset; looking again in 500ms", said[0])
		require.Len(t, said, 5, "and then no more")
		s.show(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)))
		require.Equal(t, engine.Done, s.ends().Result)
	}, lost...)
}

func TestRunDoesNotWaitLongerForANewSnapshotToWriteAgain(t *testing.T) {
	onStage(t, enginetest.OneStep(), ststest.Closed(), func(t *testing.T, s *stage) {
		s.pass(100 * time.Millisecond)
		s.show(ststest.Closed(enginetest.MinReady(1), enginetest.Later))
		require.Equal(t, []time.Duration{0}, s.cluster.times(), "a snapshot does not cut the back-off short")
		s.pass(400 * time.Millisecond)
		require.Equal(t, []time.Duration{0, 500 * time.Millisecond}, s.cluster.times())
	}, noAnswer)
}

func TestRunBacksOffAnewAfterASuccess(t *testing.T) {
	p := enginetest.OneStep(func(p *plan.Plan) {
		p.Steps = append(p.Steps, plan.Step{Change: plan.Partition(3), Until: plan.Observed{}})
	})
	onStage(t, p, ststest.Closed(), func(t *testing.T, s *stage) {
		s.pass(2 * time.Second)
		s.cluster.answers = []answer{noAnswer}
		s.show(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)))
		s.pass(time.Second)
		ms := time.Millisecond
		require.Equal(t, []time.Duration{0, 500 * ms, 1500 * ms, 2000 * ms, 2500 * ms}, s.cluster.times())
	}, noAnswer, noAnswer)
}

func TestRunAcceptsALostWriteThatWasTaken(t *testing.T) {
	onStage(t, enginetest.OneStep(), ststest.Closed(), func(t *testing.T, s *stage) {
		s.pass(100 * time.Millisecond)
		s.show(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4, ststest.Pending)))
		s.pass(time.Minute)
		require.Len(t, s.cluster.sent, 1)
		s.goesOn()
		s.show(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)))
		require.Equal(t, engine.Done, s.ends().Result)
	}, noAnswer)
}

// The write was taken, so the next try is a conflict; the watch lags behind.
func TestRunWaitsQuietlyWhenALostWriteIsInConflict(t *testing.T) {
	onStage(t, enginetest.OneStep(), ststest.Closed(), func(t *testing.T, s *stage) {
		s.pass(5 * time.Second)
		require.Equal(t, []time.Duration{0, 500 * time.Millisecond}, s.cluster.times())
		s.goesOn()
		s.show(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)))
		require.Equal(t, engine.Done, s.ends().Result)
	}, noAnswer, conflict)
}

func TestRunRepeatsALostDeletion(t *testing.T) {
	p := enginetest.OneStep(enginetest.Returning(&plan.Replace{Mode: plan.ReplaceBlocker}))
	bad := ststest.UpdatedPod(4, ststest.Unready)
	remove := plan.DeletePod{Name: "web-4", UID: bad.UID, Why: enginetest.InTheWay}
	onStage(t, p, ststest.Opened(enginetest.Closing(), bad), func(t *testing.T, s *stage) {
		s.pass(time.Second)
		require.Equal(t, []sent{{0, remove}, {500 * time.Millisecond, remove}}, s.cluster.sent)
		s.pass(time.Minute)
		require.Len(t, s.cluster.sent, 2, "it was taken")
		s.show(ststest.Opened(enginetest.Closing(), ststest.StablePod(4, ststest.Recreated)))
		require.Equal(t, engine.Done, s.ends().Result)
	}, noAnswer)
}

func TestRunFailsAtOnceWhenTheServerSaysNo(t *testing.T) {
	forbidden := errors.New(`not allowed to patch statefulsets.apps in namespace "default"`)
	p := enginetest.OneStep()
	onStage(t, p, ststest.Closed(), func(t *testing.T, s *stage) {
		require.Equal(t, engine.Outcome{
			Result: engine.Failed, Err: forbidden, Step: &p.Steps[0],
			Message: `update web-4: not allowed to patch statefulsets.apps in namespace "default"`,
			Gate:    "partition 5: no pod is updated", Try: enginetest.ToGoOn,
		}, s.ends())
		require.Len(t, s.cluster.sent, 1)
	}, answer{err: forbidden})
}

// A plan takes a moment to be shown and agreed to: what the watch has told by then
// counts before the first write.
func TestTheFirstWriteIsNotOlderThanWhatTheWatchHasTold(t *testing.T) {
	p := removing()
	p.Steps[0].Before = nil
	for name, test := range map[string]struct {
		told  sts.Snapshot
		sends int
	}{
		"as it was":         {ststest.Settled(), 1},
		"a pod has crashed": {crashed(0), 0},
	} {
		t.Run(name, func(t *testing.T) {
			onStageAs(t, p, ststest.Settled(), func(t *testing.T, s *stage) {
				require.Len(t, s.cluster.sent, test.sends)
			}, func(t *testing.T) *stage {
				s := newStage(t)
				s.feed <- engine.Update{Snapshot: test.told}
				return s
			})
		})
	}
}
