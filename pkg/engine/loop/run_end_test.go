package loop_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/loop"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// ended is an outcome in the plan's first step, with the gate open for web-4.
func ended(p plan.Plan, result engine.Result, message string, err error) engine.Outcome {
	return engine.Outcome{Result: result, Message: message, Err: err, Step: &p.Steps[0], Gate: enginetest.OnlyWeb4, Try: enginetest.ToGoOn}
}

// A watch of another API server may go back in time.
func TestRunSoaksOnWhenAnOldSnapshotComes(t *testing.T) {
	onStage(t, enginetest.OneStep(enginetest.Soaked(enginetest.Soak)), ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)),
		func(t *testing.T, s *stage) {
			s.pass(time.Second)
			s.show(ststest.Closed())
			s.pass(enginetest.Soak - time.Second - 1)
			s.goesOn()
			s.pass(1)
			require.Equal(t, engine.Done, s.ends().Result)
		})
}

func TestRunIsInterrupted(t *testing.T) {
	const perhaps4 = "partition 5: no pod is updated; unless the write that got no answer was taken: partition 4"
	for _, test := range []struct {
		name    string
		plan    plan.Plan
		first   sts.Snapshot
		answers []answer
		gate    string
	}{
		{"while a pod is not there yet", enginetest.OneStep(), ststest.Opened(ststest.Canary()), nil, enginetest.OnlyWeb4},
		{
			"while it soaks", enginetest.OneStep(enginetest.Soaked(enginetest.Soak)),
			ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)), nil, enginetest.OnlyWeb4,
		},
		{
			"while it asks", enginetest.OneStep(enginetest.Gated(enginetest.AskGate)),
			ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)), nil, enginetest.OnlyWeb4,
		},
		{"while it writes", enginetest.OneStep(), ststest.Closed(), []answer{{hangs: true}}, perhaps4},
		{"while it waits to write again", enginetest.OneStep(), ststest.Closed(), []answer{noAnswer}, perhaps4},
	} {
		t.Run(test.name, func(t *testing.T) {
			onStage(t, test.plan, test.first, func(t *testing.T, s *stage) {
				s.goesOn()
				s.cancel()
				synctest.Wait()
				want := ended(test.plan, engine.Interrupted, "interrupted", context.Canceled)
				want.Gate, want.Unsure = test.gate, test.gate == perhaps4
				require.Equal(t, want, s.ends())
				require.LessOrEqual(t, len(s.sink.messages(engine.EventGate)), 1, "questions after the interrupt")
			}, test.answers...)
		})
	}
}

func TestRunWritesNothingOnceItIsInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		o := loop.Engine{Cluster: s.cluster, Sink: s.sink}.Run(ctx, enginetest.OneStep(), ststest.Closed())
		require.Equal(t, engine.Interrupted, o.Result)
		require.Empty(t, s.cluster.sent)
	})
}

// The feed ends with the context, and which of the two is seen first is
// anybody's guess.
func TestRunIsInterruptedAndNotFailed(t *testing.T) {
	for name, end := range map[string]func(s *stage){
		"when the feed closes with the context": func(s *stage) { close(s.feed) },
		"when the feed fails with the context":  func(s *stage) { s.feed <- engine.Update{Err: context.Canceled} },
	} {
		t.Run(name, func(t *testing.T) {
			for range 20 {
				onStage(t, enginetest.OneStep(), ststest.Closed(), func(t *testing.T, s *stage) {
					end(s)
					s.cancel()
					synctest.Wait()
					require.Equal(t, engine.Interrupted, s.ends().Result)
				}, answer{hangs: true})
			}
		})
	}
}

func TestRunFailsWithItsFeed(t *testing.T) {
	gone := errors.New("not allowed to watch pods")
	for _, test := range []struct {
		name string
		end  func(s *stage)
		want error
	}{
		{"when it closes", func(s *stage) { close(s.feed); s.pass(100 * time.Millisecond) }, errors.New("the watch ended")},
		{"when it says that it can't go on", func(s *stage) { s.feed <- engine.Update{Err: gone} }, gone},
	} {
		t.Run(test.name, func(t *testing.T) {
			onStage(t, enginetest.OneStep(), ststest.Opened(ststest.Canary()), func(t *testing.T, s *stage) {
				test.end(s)
				synctest.Wait()
				require.Equal(t, ended(enginetest.OneStep(), engine.Failed, test.want.Error(), test.want), s.ends())
			})
		})
	}
}

func TestRunEndsWhenThePlanWasOvertaken(t *testing.T) {
	onStage(t, enginetest.OneStep(), ststest.Opened(ststest.Canary()), func(t *testing.T, s *stage) {
		s.show(ststest.Opened(ststest.Canary(enginetest.Later, ststest.Partition(2))))
		require.Equal(t, engine.Drifted, s.ends().Result)
		require.Empty(t, s.cluster.sent)
	})
}

// The watches of pods and set are not in step: that a pod is gone may be known
// before why.
func TestRunLooksTwiceAtAPodThatWentAway(t *testing.T) {
	for _, test := range []struct {
		name string
		then sts.Snapshot
		at   time.Duration
		want engine.Result
	}{
		{"the set was deleted", sts.Snapshot{}, time.Second - 1, engine.Drifted},
		{
			"somebody has opened the gate", ststest.Opened(ststest.Canary(enginetest.Later, ststest.Partition(0)), ststest.UpdatedPod(4)),
			time.Second - 1, engine.Drifted,
		},
		{"nothing explains it", ststest.Without(ststest.Opened(ststest.Canary()), 4), time.Second, engine.Halted},
	} {
		t.Run(test.name, func(t *testing.T) {
			onStage(t, enginetest.OneStep(enginetest.Soaked(enginetest.Soak)), ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)),
				func(t *testing.T, s *stage) {
					s.pass(time.Second)
					s.show(ststest.Without(ststest.Opened(ststest.Canary()), 4))
					s.pass(time.Second - 1)
					s.goesOn()
					s.pass(test.at - (time.Second - 1))
					if test.want == engine.Drifted {
						s.show(test.then)
					}
					require.Equal(t, test.want, s.ends().Result)
				})
		})
	}
}

// Back before the second look, under another uid, it has gone away all the same.
func TestRunForgetsNoPodThatWasReplaced(t *testing.T) {
	onStage(t, enginetest.OneStep(enginetest.Soaked(enginetest.Soak)), ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)),
		func(t *testing.T, s *stage) {
			s.show(ststest.Without(ststest.Opened(ststest.Canary()), 4))
			s.pass(time.Second / 2)
			s.show(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4, func(pod *corev1.Pod) { pod.UID = "another" })))
			s.pass(time.Second / 2)
			require.Equal(t, engine.Halted, s.ends().Result)
		})
}

func TestARunThatEndsWhileABudgetHoldsItUpSaysSo(t *testing.T) {
	full := enginetest.Budgeted(ststest.Opened(enginetest.Closing(ststest.Generation(2))), ststest.Healthy(4, 4))
	p := enginetest.OneStep(enginetest.Step(func(s *plan.Step) { s.Disrupts = []int{4} }), within(time.Minute))
	onStage(t, p, full, func(t *testing.T, s *stage) {
		s.pass(time.Minute)
		o := s.ends()
		require.Equal(t, engine.TimedOut, o.Result)
		require.Equal(t, "not done after 1m0s, still waiting for "+enginetest.NoRoom, o.Message)
	})
}
