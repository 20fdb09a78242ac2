package loop_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// exit is the error of a command that has ended with this code.
type exit int

func (e exit) Error() string   { return fmt.Sprintf("exit code %d", int(e)) }
func (e exit) ExitStatus() int { return int(e) }

// members are the pods of a database: one leads, and steps down for another one. They
// are asked side by side.
type members struct {
	access sync.Mutex
	leads  int           // the ordinal, -1 for nobody
	heir   int           // who leads after it has stepped down
	mute   map[int]error // what asking some comes to
	early  int           // how often the command before a pod says that it is too early
	ran    []string
}

func (m *members) RunHook(_ context.Context, h plan.Hook, _ func(string)) error {
	m.access.Lock()
	defer m.access.Unlock()
	switch {
	case h.Moment == plan.Leads && m.mute[h.Ordinal] != nil:
		return m.mute[h.Ordinal]
	case h.Moment == plan.Leads && h.Ordinal == m.leads:
		return nil
	case h.Moment == plan.Leads:
		return exit(1)
	case h.Moment == plan.StepDown:
		m.leads = m.heir
	case h.Moment == plan.BeforePod && m.early > 0:
		m.early--
		return exit(engine.NotYet)
	}
	m.ran = append(m.ran, fmt.Sprintf("%s %s %s", h.Command, h.Pod, h.Role))
	return nil
}

// now is what has been run so far.
func (m *members) now() []string {
	m.access.Lock()
	defer m.access.Unlock()
	return slices.Clone(m.ran)
}

var (
	before = plan.Hook{Command: "before", Exec: true}
	after  = plan.Hook{Command: "after", Exec: true, Moment: plan.AfterPod}
	leader = &plan.Leader{
		Find:     plan.Hook{Command: "leads", Exec: true, Moment: plan.Leads},
		StepDown: &plan.Hook{Command: "down", Exec: true, Moment: plan.StepDown},
	}
)

// lets is a plan whose change lets web-4 go.
func lets(changes ...func(*plan.Step)) plan.Plan {
	return enginetest.OneStep(enginetest.Step(func(s *plan.Step) {
		s.Goes, s.Leader, s.Before = []int{4}, leader, []plan.Hook{before.For(ststest.Settled(), 4)}
		for _, change := range changes {
			change(s)
		}
	}))
}

func onStageOf(t *testing.T, m *members, p plan.Plan, first sts.Snapshot, play func(t *testing.T, s *stage)) {
	t.Helper()
	onStageAs(t, p, first, play, func(t *testing.T) *stage {
		s := newStage(t)
		s.hooks = m
		return s
	})
}

func TestThePodThatLeadsStepsDownBeforeItGoes(t *testing.T) {
	for _, test := range []struct {
		name string
		m    *members
		want []string
	}{
		{"it leads", &members{leads: 4, heir: 1}, []string{"down web-4 leader", "before web-4 member"}},
		{"another one leads", &members{leads: 2}, []string{"before web-4 member"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			onStageOf(t, test.m, lets(), ststest.Settled(), func(t *testing.T, s *stage) {
				require.Equal(t, test.want, test.m.now())
				require.Equal(t, []sent{{0, plan.Partition(4)}}, s.cluster.sent)
			})
		})
	}
}

func TestAPodThatGoesOnLeadingDoesNotGo(t *testing.T) {
	m := &members{leads: 4, heir: 4}
	onStageOf(t, m, lets(), ststest.Settled(), func(t *testing.T, s *stage) {
		s.pass(time.Minute)
		require.Equal(t, []string{"down web-4 leader"}, m.now(), "it is asked once")
		require.Empty(t, s.cluster.sent)
		require.Equal(t, []string{"another pod than web-4 to lead"}, slices.Compact(s.sink.messages(engine.EventWait)))
		m.access.Lock()
		m.leads = 0
		m.access.Unlock()
		s.pass(2 * time.Second)
		require.Equal(t, []string{"down web-4 leader", "before web-4 member"}, m.now())
		require.Len(t, s.cluster.sent, 1)
		require.Equal(t, []string{"web-4 leads", "web-0 leads"}, s.sink.messages(engine.EventLeader))
	})
}

func TestNotKnowingWhoLeadsHoldsTheRun(t *testing.T) {
	broken := errors.New("connection reset")
	for _, test := range []struct {
		name string
		m    *members
		want string
	}{
		{"nobody leads", &members{leads: -1}, "still waiting for a pod to say that it leads (for 10m0s)"},
		{
			"the pod that is to go says nothing", &members{leads: 1, mute: map[int]error{4: broken}},
			"still waiting for a pod to say that it leads (web-4: connection reset) (for 10m0s)",
		},
		{
			"the pod that is to go does not know", &members{leads: 1, mute: map[int]error{4: exit(75)}},
			"still waiting for a pod to say that it leads (web-4: exit code 75) (for 10m0s)",
		},
		{
			"it does not step down", &members{leads: 4, heir: 4},
			"still waiting for another pod than web-4 to lead (for 10m0s)",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			onStageOf(t, test.m, lets(), ststest.Settled(), func(t *testing.T, s *stage) {
				s.pass(enginetest.StepTimeout - time.Second)
				s.goesOn()
				s.pass(time.Second)
				o := s.ends()
				require.Equal(t, engine.Held, o.Result)
				require.Equal(t, test.want, o.Message)
				require.Equal(t, engine.ReasonLeaderUnknown, o.Reason)
				require.Empty(t, s.cluster.sent)
			})
		})
	}
}

// What one that stays does not say is not needed where another one leads.
func TestOnePodThatCannotBeAskedIsBorneWhereAnotherLeads(t *testing.T) {
	m := &members{leads: 2, mute: map[int]error{1: errors.New("connection reset")}}
	onStageOf(t, m, lets(), ststest.Settled(), func(t *testing.T, s *stage) {
		require.Len(t, s.cluster.sent, 1)
	})
}

func TestWhoeverMayNotAskIsToldSo(t *testing.T) {
	m := &members{leads: 2, mute: map[int]error{1: fmt.Errorf("%w: create pods/exec", engine.ErrDenied)}}
	onStageOf(t, m, lets(), ststest.Settled(), func(t *testing.T, s *stage) {
		o := s.ends()
		require.Equal(t, engine.Failed, o.Result)
		require.Equal(t, "to ask the pods which of them leads: not allowed: create pods/exec", o.Message)
		require.Empty(t, s.cluster.sent)
	})
}

func TestACommandThatSaysItIsTooEarlyIsRunAgain(t *testing.T) {
	m := &members{leads: 1, early: 3}
	onStageOf(t, m, lets(), ststest.Settled(), func(t *testing.T, s *stage) {
		s.pass(14 * time.Second)
		require.Empty(t, s.cluster.sent)
		require.Equal(t, []string{"the command before web-4 goes to say that it is time"}, s.sink.messages(engine.EventWait))
		s.pass(time.Second)
		require.Equal(t, []string{"before web-4 member"}, m.now())
		require.Len(t, s.cluster.sent, 1)
	})
	never := &members{leads: 1, early: 1000}
	onStageOf(t, never, lets(), ststest.Settled(), func(t *testing.T, s *stage) {
		s.pass(enginetest.StepTimeout)
		o := s.ends()
		require.Equal(t, engine.Held, o.Result)
		require.Equal(t, "the command before web-4 goes says that it is too early (for 10m0s)", o.Message)
		require.Equal(t, engine.ReasonNotYet, o.Reason)
		require.Empty(t, s.cluster.sent)
	})
}

func TestWhatRunsOnceAPodIsBack(t *testing.T) {
	m := &members{leads: 1}
	p := lets(func(s *plan.Step) { s.After, s.Soak = []plan.Hook{after.For(ststest.Settled(), 4)}, time.Minute })
	onStageOf(t, m, p, ststest.Closed(), func(t *testing.T, s *stage) {
		s.show(ststest.Opened(ststest.Canary()))
		require.Equal(t, []string{"before web-4 member"}, m.now())
		require.Empty(t, s.sink.messages(engine.EventSoak))
		s.show(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)))
		require.Equal(t, []string{"before web-4 member", "after web-4 member"}, m.now())
		require.Len(t, s.sink.messages(engine.EventSoak), 1, "the soak begins when it has run")
	})
}

// onDelete is a set whose pods have come so far, from the highest ordinal down but for one.
func onDelete(updated ...int) sts.Snapshot {
	set := ststest.Set(ststest.Updating("nginx:1.22"), ststest.OnDelete)
	var all []*corev1.Pod
	for o := range 5 {
		if slices.Contains(updated, o) {
			all = append(all, ststest.Pods(o, o+1, ststest.Revision(ststest.Update), anew)...)
		} else {
			all = append(all, ststest.Pods(o, o+1)...)
		}
	}
	return ststest.Snapshot(set, all)
}

// anew makes a pod another one than the first of its name.
func anew(pod *corev1.Pod) { pod.UID = types.UID(pod.Name + "-anew") }

func TestWhereTheOrderIsOursTheLeaderComesLast(t *testing.T) {
	m := &members{leads: 4, heir: 0}
	p := enginetest.OneStep(enginetest.Step(func(s *plan.Step) {
		*s = plan.Step{
			Title: "update the pods", Until: plan.PodsUpdated{Count: 5}, Replace: &plan.Replace{Mode: plan.ReplaceEach},
			Leader: leader, Before: []plan.Hook{before}, After: []plan.Hook{after},
		}
	}))
	onStageOf(t, m, p, onDelete(), func(t *testing.T, s *stage) {
		for _, updated := range [][]int{{3}, {3, 2}, {3, 2, 1}, {3, 2, 1, 0}, {4, 3, 2, 1, 0}} {
			s.show(onDelete(updated...))
		}
		var gone []string
		for _, w := range s.cluster.sent {
			deletion, ok := w.change.(plan.DeletePod)
			require.True(t, ok)
			gone = append(gone, deletion.Name)
		}
		require.Equal(t, []string{"web-3", "web-2", "web-1", "web-0", "web-4"}, gone)
		require.Equal(t, []string{
			"before web-3 member", "after web-3 member", "before web-2 member", "after web-2 member", "before web-1 member",
			"after web-1 member", "before web-0 member", "after web-0 member", "down web-4 leader", "before web-4 member",
			"after web-4 member",
		}, m.now())
		require.Equal(t, engine.Done, s.ends().Result)
	})
}

func TestNothingIsRunAfterPodsThatStay(t *testing.T) {
	m := &members{leads: 0}
	first := onDelete(4, 3, 2, 1)
	p := enginetest.OneStep(enginetest.Step(func(s *plan.Step) {
		*s = plan.Step{
			Title: "update the pods", Until: plan.PodsUpdated{Count: 5}, Replace: &plan.Replace{Mode: plan.ReplaceEach},
			After: []plan.Hook{after}, Stays: []types.UID{"web-4-anew", "web-3-anew", "web-2-anew"},
		}
	}))
	onStageOf(t, m, p, first, func(t *testing.T, s *stage) {
		require.Equal(t, []string{"after web-1 "}, m.now())
		s.show(onDelete(4, 3, 2, 1, 0))
		require.Equal(t, []string{"after web-1 ", "after web-0 "}, m.now())
		require.Equal(t, engine.Done, s.ends().Result)
	})
}

// A pod that is broken is deleted on the way back, so that it gets the other template.
func TestNothingIsRunAfterAPodThatHasNotComeBack(t *testing.T) {
	m := &members{leads: 0}
	p := lets(func(s *plan.Step) {
		here := plan.Hook{Command: "after", Moment: plan.AfterPod}
		s.Before, s.Leader, s.After = nil, nil, []plan.Hook{here.For(ststest.Settled(), 4)}
		s.Replace = &plan.Replace{Mode: plan.ReplaceBlocker, AlwaysUnhealthy: true}
	})
	onStageOf(t, m, p, ststest.Closed(), func(t *testing.T, s *stage) {
		s.show(ststest.Opened(ststest.Canary(), ststest.Pod(4, ststest.Unready)))
		require.Len(t, s.cluster.sent, 2, "the gate and the pod")
		require.Empty(t, m.now())
		s.show(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)))
		require.Equal(t, []string{"after web-4 "}, m.now())
	})
}

// A run that goes on runs the command after pods that are back before it has asked who leads.
func TestAPodsRoleIsNotMadeUp(t *testing.T) {
	m := &members{leads: 4}
	p := enginetest.OneStep(enginetest.Step(func(s *plan.Step) {
		*s = plan.Step{
			Title: "update the pods", Until: plan.PodsUpdated{Count: 5}, Replace: &plan.Replace{Mode: plan.ReplaceEach},
			Leader: leader, After: []plan.Hook{after},
		}
	}))
	onStageOf(t, m, p, onDelete(4, 3, 2, 1), func(t *testing.T, s *stage) {
		s.show(onDelete(4, 3, 2, 1, 0))
		require.ElementsMatch(t, []string{
			"after web-4 ", "after web-3 ", "after web-2 ", "after web-1 ", "after web-0 member",
		}, m.now())
	})
}

// Being drained it is Ready no more: that is no reason not to wait for the command.
func TestAPodThatItsCommandTakesOutOfServiceWaitsForIt(t *testing.T) {
	for _, test := range []struct {
		name           string
		ready, drained *corev1.Pod
		change         func(*plan.Step)
	}{
		{"on the way there", ststest.Pod(4), ststest.Pod(4, ststest.Unready), func(*plan.Step) {}},
		{
			"on the way back, where a pod that is not Ready goes first", ststest.UpdatedPod(4), ststest.UpdatedPod(4, ststest.Unready),
			func(s *plan.Step) { s.Replace = &plan.Replace{Mode: plan.ReplaceBlocker, AlwaysUnhealthy: true} },
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := &members{leads: 1, early: 2}
			p := lets(func(s *plan.Step) {
				s.Before[0].Lenient = true
				test.change(s)
			})
			onStageOf(t, m, p, closedBut(test.ready), func(t *testing.T, s *stage) {
				s.show(closedBut(test.drained))
				require.Empty(t, s.cluster.sent)
				s.pass(5 * time.Second)
				require.Empty(t, s.cluster.sent)
				s.pass(5 * time.Second)
				require.Equal(t, []string{"before web-4 "}, m.now())
				require.Len(t, s.cluster.sent, 1)
			})
		})
	}
}

// Of one that leads and is Ready no more while it steps down nobody knows whether it did.
func TestAPodThatFallsWhileItStepsDownWaitsForAnotherToLead(t *testing.T) {
	m := &members{leads: 4, heir: 4}
	onStageOf(t, m, lets(), ststest.Closed(), func(t *testing.T, s *stage) {
		require.Equal(t, []string{"down web-4 leader"}, m.now())
		s.show(closedBut(ststest.Pod(4, ststest.Unready)))
		m.access.Lock()
		m.leads = -1
		m.access.Unlock()
		s.pass(time.Minute)
		require.Empty(t, s.cluster.sent)
		m.access.Lock()
		m.leads = 0
		m.access.Unlock()
		s.pass(2 * time.Second)
		require.Len(t, s.cluster.sent, 1)
	})
}

// What a command has found out is not so for ever: others fall meanwhile and get up again.
func TestACommandIsRunAgainWhereThePodCouldNotGoForLong(t *testing.T) {
	for _, test := range []struct {
		wait time.Duration
		want int
	}{
		{30 * time.Second, 1},
		{10 * time.Minute, 2},
	} {
		t.Run(test.wait.String(), func(t *testing.T) {
			hooks := &commands{ends: make(chan error)}
			p := lets(func(s *plan.Step) { s.Leader, s.Require = nil, plan.Others{But: []int{4}, Heal: true} })
			p.StepTimeout = 0
			start := func(t *testing.T) *stage {
				s := newStage(t)
				s.hooks, hooks.ends = hooks, make(chan error)
				return s
			}
			onStageAs(t, p, ststest.Closed(), func(t *testing.T, s *stage) {
				s.show(closedBut(ststest.Pod(2, ststest.Unready)))
				s.end(hooks, nil)
				require.Empty(t, s.cluster.sent)
				s.pass(test.wait)
				s.show(ststest.Closed())
				if test.want > 1 {
					require.Empty(t, s.cluster.sent)
					s.end(hooks, nil)
				}
				require.Len(t, hooks.ran, test.want)
				require.Len(t, s.cluster.sent, 1)
			}, start)
		})
	}
}

// turning are members of which one takes over while the command before it runs.
type turning struct{ *members }

func (m turning) RunHook(ctx context.Context, h plan.Hook, say func(string)) error {
	err := m.members.RunHook(ctx, h, say)
	m.access.Lock()
	defer m.access.Unlock()
	if h.Moment == plan.BeforePod && h.Ordinal == 4 && len(m.ran) == 1 {
		m.leads = 4
	}
	return err
}

func TestACommandIsRunAgainWhereAnotherPodHasGoneFirst(t *testing.T) {
	m := &members{leads: 0, heir: 3}
	p := enginetest.OneStep(enginetest.Step(func(s *plan.Step) {
		*s = plan.Step{
			Title: "update the pods", Until: plan.PodsUpdated{Count: 5}, Replace: &plan.Replace{Mode: plan.ReplaceEach},
			Leader: leader, Before: []plan.Hook{before},
		}
	}))
	onStageAs(t, p, onDelete(2, 1, 0), func(t *testing.T, s *stage) {
		s.show(onDelete(3, 2, 1, 0))
		require.Equal(t, []string{"before web-4 member", "before web-3 member", "down web-4 leader", "before web-4 member"}, m.now())
		require.Len(t, s.cluster.sent, 2)
	}, func(t *testing.T) *stage {
		s := newStage(t)
		s.hooks = turning{m}
		return s
	})
}

// Its own step may be one of the next.
func TestTheCommandOnThisMachineRunsBeforeABrokenPodGoesBack(t *testing.T) {
	m := &members{}
	here := plan.Hook{Command: "before", Lenient: true}
	goes := func(o int) plan.Step {
		return plan.Step{
			Title: "return " + ststest.Pod(o).Name, Change: plan.Partition(o), Until: plan.PodsGood{From: o}, Goes: []int{o},
			Before:  []plan.Hook{here.For(ststest.Settled(), o)},
			Replace: &plan.Replace{Mode: plan.ReplaceBlocker, AlwaysUnhealthy: true},
		}
	}
	p := enginetest.OneStep(func(p *plan.Plan) { p.Steps = []plan.Step{goes(4), goes(3)} })
	onStageOf(t, m, p, closedBut(ststest.UpdatedPod(3, ststest.Unready)), func(t *testing.T, s *stage) {
		require.Equal(t, []string{"before web-3 "}, m.now())
		require.Len(t, s.cluster.sent, 1)
		deletion, ok := s.cluster.sent[0].change.(plan.DeletePod)
		require.True(t, ok)
		require.Equal(t, "web-3", deletion.Name)
	})
}

func TestAWayBackThatACommandHoldsUpSaysHowToGoWithoutIt(t *testing.T) {
	without := hint.Plugin("or roll back without the commands", "abort", "web")
	back := lets(func(s *plan.Step) { s.Leader = nil })
	back.Verb, back.Resume, back.Abort = "abort", hint.Hint{}, hint.Plugin("", "abort", "web").With("--before-exec", "before")
	m := &members{early: 1000}
	onStageOf(t, m, back, ststest.Settled(), func(t *testing.T, s *stage) {
		s.pass(enginetest.StepTimeout)
		o := s.ends()
		require.Equal(t, engine.Held, o.Result)
		require.Contains(t, o.Try, without)
	})
	fails := &commands{}
	onStageWith(t, fails, back, func(t *testing.T, s *stage) {
		s.end(fails, exit(1))
		o := s.ends()
		require.Equal(t, engine.Halted, o.Result)
		require.Contains(t, o.Try, without)
	})
	onStageWith(t, fails, lets(func(s *plan.Step) { s.Leader = nil }), func(t *testing.T, s *stage) {
		s.end(fails, exit(1))
		require.NotContains(t, s.ends().Try, without)
	})
}

// slowly are members that take their time for each answer.
type slowly struct {
	*members
	takes time.Duration
}

func (m slowly) RunHook(ctx context.Context, h plan.Hook, say func(string)) error {
	time.Sleep(m.takes)
	return m.members.RunHook(ctx, h, say)
}

// A command may take longer than a step: that is no reason to say that a pod has failed.
func TestTheTimeOfACommandIsNotThatOfTheStep(t *testing.T) {
	const short = 3 * time.Second
	for _, test := range []struct {
		name  string
		takes time.Duration
		m     *members
		after time.Duration
		want  engine.Result
	}{
		{"nobody leads", time.Second, &members{leads: -1}, 4 * time.Second, engine.Held},
		{"it takes long to say so", 5 * time.Second, &members{leads: -1}, 12 * time.Second, engine.Held},
		{"it is too early", 0, &members{leads: 1, early: 1000}, 3 * time.Second, engine.Held},
		{"all is well, and slow", 7 * time.Second, &members{leads: 1}, 21 * time.Second, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := enginetest.OneStep(enginetest.Step(func(s *plan.Step) {
				*s = plan.Step{
					Title: "update the pods", Until: plan.PodsUpdated{Count: 5}, Replace: &plan.Replace{Mode: plan.ReplaceEach},
					Leader: leader, Before: []plan.Hook{before},
				}
			}))
			p.StepTimeout = short
			onStageAs(t, p, onDelete(4, 3, 2, 1), func(t *testing.T, s *stage) {
				s.pass(test.after)
				if test.want == "" {
					require.Len(t, s.cluster.sent, 1)
					s.goesOn()
					return
				}
				require.Equal(t, test.want, s.ends().Result)
				require.Empty(t, s.cluster.sent)
			}, func(t *testing.T) *stage {
				s := newStage(t)
				s.hooks = slowly{test.m, test.takes}
				return s
			})
		})
	}
}

// closedBut is the set before the step, with this pod instead of that of the same ordinal.
func closedBut(pod *corev1.Pod) sts.Snapshot {
	return ststest.Opened(ststest.Canary(ststest.Partition(5), ststest.Generation(2)), pod)
}
