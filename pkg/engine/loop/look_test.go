package loop_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// looks answers a run's looks, with what is there or with errors first.
type looks struct {
	there sts.Snapshot
	errs  []error
	taken int
}

func (l *looks) Look(context.Context, sts.Snapshot) (sts.Snapshot, error) {
	l.taken++
	if len(l.errs) > 0 {
		err := l.errs[0]
		l.errs = l.errs[1:]
		return sts.Snapshot{}, err
	}
	return l.there, nil
}

// removing is a plan that lowers the replicas once the others are well.
func removing() plan.Plan {
	p := removes()
	p.Steps[0].Require = plan.Others{But: []int{3, 4}}
	p.Steps[0].Before = p.Steps[0].Before[:1]
	return p
}

// crashed is the set with a pod that is not Ready any more.
func crashed(ordinal int) sts.Snapshot {
	pods := ststest.Pods(0, 5)
	ststest.Unready(pods[ordinal])
	return ststest.Snapshot(ststest.Set(), pods)
}

func onStageLooking(t *testing.T, hooks *commands, l *looks, p plan.Plan, play func(t *testing.T, s *stage)) {
	t.Helper()
	onStageAs(t, p, ststest.Settled(), play, func(t *testing.T) *stage {
		s := newStage(t)
		s.looker = l
		s.hooks = hooks
		hooks.ends = make(chan error) // of this bubble
		return s
	})
}

func TestNothingIsWrittenOnWhatWasSeenBeforeAHookEnded(t *testing.T) {
	hooks, l := &commands{}, &looks{there: crashed(0)}
	onStageLooking(t, hooks, l, removing(), func(t *testing.T, s *stage) {
		s.pass(time.Hour) // and no snapshot tells what happens meanwhile
		s.end(hooks, nil)
		o := s.ends()
		require.Equal(t, engine.Halted, o.Result)
		require.Equal(t, "web-0: stopped being Available", o.Message)
		require.Empty(t, s.cluster.sent)
		require.Equal(t, 1, l.taken)
	})
}

func TestALookThatFailsIsTakenAgainBeforeAnythingIsWritten(t *testing.T) {
	hooks, l := &commands{},
		&looks{there: ststest.Settled(), errs: []error{errors.New("connection refused"), errors.New("connection refused")}}
	onStageLooking(t, hooks, l, removing(), func(t *testing.T, s *stage) {
		s.end(hooks, nil)
		require.Empty(t, s.cluster.sent)
		s.show(ststest.Settled())
		require.Empty(t, s.cluster.sent, "a snapshot may be from before")
		s.pass(500 * time.Millisecond)
		require.Empty(t, s.cluster.sent)
		s.pass(time.Second)
		require.Len(t, s.cluster.sent, 1)
		require.Equal(t, []string{
			"connection refused; looking again in 500ms", "connection refused; looking again in 1s",
		}, s.sink.messages(engine.EventWarning))
	})
}

func TestALookThatNeverSucceedsEndsTheRun(t *testing.T) {
	var errs []error
	for range 200 {
		errs = append(errs, errors.New("connection refused"))
	}
	hooks, l := &commands{}, &looks{errs: errs}
	onStageLooking(t, hooks, l, removing(), func(t *testing.T, s *stage) {
		s.end(hooks, nil)
		s.pass(enginetest.StepTimeout + 5500*time.Millisecond)
		o := s.ends()
		require.Equal(t, engine.Failed, o.Result)
		require.Equal(t, "the set could not be read for 10m0s: connection refused", o.Message)
		require.Empty(t, s.cluster.sent)
	})
}

func TestAPodThatCrashesWhileAHookRunsEndsTheRun(t *testing.T) {
	for _, test := range []struct {
		name string
		then sts.Snapshot
		goes bool
	}{
		{"one that stays", crashed(0), false},
		{"one that restarts and is Ready again", restartedOnce(1), false},
		{"not one that is about to go", crashed(3), true},
	} {
		t.Run(test.name, func(t *testing.T) {
			hooks, l := &commands{}, &looks{there: test.then}
			onStageLooking(t, hooks, l, removing(), func(t *testing.T, s *stage) {
				s.show(test.then)
				if test.goes {
					s.goesOn()
					s.end(hooks, nil)
					require.Len(t, s.cluster.sent, 1)
					return
				}
				require.Equal(t, engine.Halted, s.ends().Result)
				require.Equal(t, 1, hooks.ended, "the command ends with the run")
				require.Empty(t, s.cluster.sent)
			})
		})
	}
}

func restartedOnce(ordinal int) sts.Snapshot {
	pods := ststest.Pods(0, 5)
	ststest.Restarted(1)(pods[ordinal])
	return ststest.Snapshot(ststest.Set(), pods)
}

func TestAnAnswerAtAGateIsAboutPodsThatAreStillGood(t *testing.T) {
	p := enginetest.OneStep(enginetest.Gated(enginetest.AskGate), func(p *plan.Plan) {
		p.Steps = append(p.Steps, plan.Step{Title: "next", Change: plan.Partition(3), Until: plan.PodsGood{From: 3}})
	})
	good := ststest.Opened(recorded(), ststest.UpdatedPod(4))
	for _, test := range []struct {
		name  string
		there sts.Snapshot
		want  int // writes that move the gate
	}{
		{"and they are", good, 1},
		{"and one has restarted, which no snapshot has shown", ststest.Opened(recorded(), ststest.UpdatedPod(4, ststest.Restarted(1))), 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := &looks{there: test.there}
			onStageAs(t, p, good, func(t *testing.T, s *stage) {
				s.reply(plan.Promote, nil)
				moves := 0
				for _, sent := range s.cluster.sent {
					if e, ok := sent.change.(plan.Edit); ok && e.Partition != nil {
						moves++
					}
				}
				require.Equal(t, test.want, moves)
				require.Equal(t, 1, l.taken)
			}, func(t *testing.T) *stage {
				s := newStage(t)
				s.looker = l
				return s
			})
		})
	}
}

// The watch may be behind a look: what it shows then would undo it.
func TestASnapshotFromBeforeALookIsNotTaken(t *testing.T) {
	at := func(version string, change ...func(*corev1.Pod)) sts.Snapshot {
		pods := ststest.Pods(0, 5)
		for _, pod := range pods {
			ststest.Version("50")(pod)
		}
		for _, c := range change {
			c(pods[0])
		}
		ststest.Version(version)(pods[0])
		return ststest.Snapshot(ststest.Set(), pods)
	}
	p := removing()
	p.Steps[0].Before = removes().Steps[0].Before
	hooks, l := &commands{}, &looks{there: at("70")}
	onStageLooking(t, hooks, l, p, func(t *testing.T, s *stage) {
		s.end(hooks, nil) // the first of two
		require.Equal(t, 1, l.taken)
		s.show(at("60", ststest.Unready))
		s.goesOn()
		s.show(at("80", ststest.Unready))
		require.Equal(t, "web-0: stopped being Available", s.ends().Message)
	})
}
