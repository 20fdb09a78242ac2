package rollout_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func within(timeout time.Duration) func(*rollout.Plan) {
	return func(p *rollout.Plan) { p.Timeout = timeout }
}

// ended is an outcome in the plan's first step, with the gate open for web-4.
func ended(p rollout.Plan, result rollout.Result, message string, err error) rollout.Outcome {
	return rollout.Outcome{Result: result, Message: message, Err: err, Step: &p.Steps[0], Gate: onlyWeb4, Try: toGoOn}
}

func TestRunTimesOut(t *testing.T) {
	good := opened(set(), updated(4))
	conflict := answer{err: rollout.ErrConflict}
	for _, test := range []struct {
		name    string
		plan    rollout.Plan
		first   sts.Snapshot
		answers []answer
		waits   string
		gate    string
	}{
		{"while a pod is not there yet", plan(), opened(set(), updated(4, pending)), nil, "web-4: pending", onlyWeb4},
		{"while the controller has not seen the change", plan(), opened(set(unseen)), nil, controllerSees, onlyWeb4},
		{"while it soaks", plan(soaked(time.Hour)), good, nil, "the soak to end", onlyWeb4},
		{"while nobody answers", plan(gated(ask)), good, nil, "an answer", onlyWeb4},
		{"while the watch lags behind the write", plan(), closed(), nil, "the watch to show the change", onlyWeb4},
		{
			"while the write is in conflict",
			plan(), closed(),
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
				want := ended(test.plan, rollout.TimedOut, "not done after 1m0s, still waiting for "+test.waits, nil)
				want.Gate = test.gate
				require.Equal(t, want, s.ends())
			}, test.answers...)
		})
	}
}

func TestRunEndsAtTheStepsDeadline(t *testing.T) {
	onStage(t, plan(), opened(set(), updated(4, pending)), func(t *testing.T, s *stage) {
		s.pass(stepTimeout - 1)
		s.goesOn()
		s.pass(1)
		require.Equal(t, "web-4: Starting: pending ("+tooLong+")", s.ends().Message)
	})
}

// A watch that says nothing more is no reason to hang.
func TestRunEndsAtTheStepsDeadlineWithoutAnySnapshot(t *testing.T) {
	onStage(t, plan(), closed(), func(t *testing.T, s *stage) {
		s.pass(stepTimeout - 1)
		s.goesOn()
		s.pass(1)
		want := ended(plan(), rollout.Halted, tooLong+": still waiting for the watch to show the change", nil)
		want.Try = toRetry
		want.Images = []sts.ImageChange{{Container: "nginx", From: "nginx:1.21", To: "nginx:1.22", Alone: true}}
		want.Safe = "5 of 5 pods Available: web-0 … web-4 on nginx:1.21"
		require.Equal(t, want, s.ends())
	})
}

// A watch of another API server may go back in time.
func TestRunSoaksOnWhenAnOldSnapshotComes(t *testing.T) {
	onStage(t, plan(soaked(soak)), opened(set(), updated(4)), func(t *testing.T, s *stage) {
		s.pass(time.Second)
		s.show(closed())
		s.pass(soak - time.Second - 1)
		s.goesOn()
		s.pass(1)
		require.Equal(t, rollout.Done, s.ends().Result)
	})
}

func TestRunIsInterrupted(t *testing.T) {
	const perhaps4 = "partition 5: no pod is updated; unless the write that got no answer was taken: partition 4"
	for _, test := range []struct {
		name    string
		plan    rollout.Plan
		first   sts.Snapshot
		answers []answer
		gate    string
	}{
		{"while a pod is not there yet", plan(), opened(set()), nil, onlyWeb4},
		{"while it soaks", plan(soaked(soak)), opened(set(), updated(4)), nil, onlyWeb4},
		{"while it asks", plan(gated(ask)), opened(set(), updated(4)), nil, onlyWeb4},
		{"while it writes", plan(), closed(), []answer{{hangs: true}}, perhaps4},
		{"while it waits to write again", plan(), closed(), []answer{noAnswer}, perhaps4},
	} {
		t.Run(test.name, func(t *testing.T) {
			onStage(t, test.plan, test.first, func(t *testing.T, s *stage) {
				s.goesOn()
				s.cancel()
				synctest.Wait()
				want := ended(test.plan, rollout.Interrupted, "interrupted", context.Canceled)
				want.Gate, want.Unsure = test.gate, test.gate == perhaps4
				require.Equal(t, want, s.ends())
				require.LessOrEqual(t, len(s.sink.messages(rollout.EventGate)), 1, "questions after the interrupt")
			}, test.answers...)
		})
	}
}

func TestRunWritesNothingOnceItIsInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		o := rollout.Engine{Cluster: s.cluster, Sink: s.sink}.Run(ctx, plan(), closed())
		require.Equal(t, rollout.Interrupted, o.Result)
		require.Empty(t, s.cluster.sent)
	})
}

// The feed ends with the context, and which of the two is seen first is
// anybody's guess.
func TestRunIsInterruptedAndNotFailed(t *testing.T) {
	for name, end := range map[string]func(s *stage){
		"when the feed closes with the context": func(s *stage) { close(s.feed) },
		"when the feed fails with the context":  func(s *stage) { s.feed <- rollout.Update{Err: context.Canceled} },
	} {
		t.Run(name, func(t *testing.T) {
			for range 20 {
				onStage(t, plan(), closed(), func(t *testing.T, s *stage) {
					end(s)
					s.cancel()
					synctest.Wait()
					require.Equal(t, rollout.Interrupted, s.ends().Result)
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
		{"when it says that it can't go on", func(s *stage) { s.feed <- rollout.Update{Err: gone} }, gone},
	} {
		t.Run(test.name, func(t *testing.T) {
			onStage(t, plan(), opened(set()), func(t *testing.T, s *stage) {
				test.end(s)
				synctest.Wait()
				require.Equal(t, ended(plan(), rollout.Failed, test.want.Error(), test.want), s.ends())
			})
		})
	}
}

func TestRunTellsNoticesAsWarnings(t *testing.T) {
	onStage(t, plan(), opened(set()), func(t *testing.T, s *stage) {
		s.pass(time.Second)
		s.tell(rollout.Update{Notice: "the watch was cut"})
		require.Equal(t, rollout.Event{
			Type: rollout.EventWarning, Time: in(time.Second), Step: &plan().Steps[0], Message: "the watch was cut",
		}, s.sink.events[len(s.sink.events)-1])
		s.goesOn()
	})
}

// What the API server says along with its answers is told as it comes, and what
// comes with the last answer before the end.
func TestRunTellsWhatTheServerSaysAlongWithItsAnswers(t *testing.T) {
	var waiting []string
	say := func(text string) { waiting = append(waiting, text) }
	warning := func(at time.Duration, text string) rollout.Event {
		return rollout.Event{Type: rollout.EventWarning, Time: in(at), Step: &plan().Steps[0], Message: text}
	}
	onStageAs(t, plan(), opened(set()), func(t *testing.T, s *stage) {
		s.pass(time.Second)
		say("a field is deprecated")
		say("another one, too")
		s.show(opened(set(later)))
		s.pass(time.Second)
		s.show(opened(set(later)))
		say("the set is frozen")
		s.cancel()
		synctest.Wait()

		var got []rollout.Event
		for _, e := range s.sink.events {
			if e.Type == rollout.EventWarning {
				got = append(got, e)
			}
		}
		require.Equal(t, []rollout.Event{
			warning(time.Second, "a field is deprecated"), warning(time.Second, "another one, too"),
			warning(2*time.Second, "the set is frozen"),
		}, got)
		require.Equal(t, rollout.Interrupted, s.ends().Result, "the last event, after all of them")
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

func TestRunEndsWhenThePlanWasOvertaken(t *testing.T) {
	onStage(t, plan(), opened(set()), func(t *testing.T, s *stage) {
		s.show(opened(set(later, ststest.Partition(2))))
		require.Equal(t, rollout.Drifted, s.ends().Result)
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
		want rollout.Result
	}{
		{"the set was deleted", sts.Snapshot{}, time.Second - 1, rollout.Drifted},
		{"somebody has opened the gate", opened(set(later, ststest.Partition(0)), updated(4)), time.Second - 1, rollout.Drifted},
		{"nothing explains it", without(opened(set()), 4), time.Second, rollout.Halted},
	} {
		t.Run(test.name, func(t *testing.T) {
			onStage(t, plan(soaked(soak)), opened(set(), updated(4)), func(t *testing.T, s *stage) {
				s.pass(time.Second)
				s.show(without(opened(set()), 4))
				s.pass(time.Second - 1)
				s.goesOn()
				s.pass(test.at - (time.Second - 1))
				if test.want == rollout.Drifted {
					s.show(test.then)
				}
				require.Equal(t, test.want, s.ends().Result)
			})
		})
	}
}

// Back before the second look, under another uid, it has gone away all the same.
func TestRunForgetsNoPodThatWasReplaced(t *testing.T) {
	onStage(t, plan(soaked(soak)), opened(set(), updated(4)), func(t *testing.T, s *stage) {
		s.show(without(opened(set()), 4))
		s.pass(time.Second / 2)
		s.show(opened(set(), updated(4, func(pod *podObject) { pod.UID = "another" })))
		s.pass(time.Second / 2)
		require.Equal(t, rollout.Halted, s.ends().Result)
	})
}
