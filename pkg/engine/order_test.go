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

// An OrderedReady controller replaces nothing while a lower pod is not
// healthy, so the trouble of that one is the step's.
func TestTroubleBelowTheGate(t *testing.T) {
	for _, test := range []struct {
		name string
		s    sts.Snapshot
		want engine.Decision
	}{
		{
			"counts in an OrderedReady set", opened(set(), stable(1, badName)),
			halted(oneStep(), "web-1", badNameTrouble, "web-1: nginx: InvalidImageName: no"),
		},
		{"does not count in a Parallel set", opened(set(parallel), stable(1, badName)), waitsUntil(stepTimeout)},
		{"does not count when the step is done", opened(set(), updated(4), stable(1, badName)), allIsWell},
		{
			"does not count before the controller has seen the spec", opened(set(unseen), stable(1, badName)), waitsUntil(stepTimeout),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, quiet(newWalk(t, oneStep(), test.s).see(test.s)))
		})
	}
}

func TestWhoIsNamedAtTheDeadline(t *testing.T) {
	starting := sts.Trouble{Reason: sts.ReasonNotReady, Message: "running, not Ready", Grace: sts.AtDeadline}
	p := oneStep(step(func(s *plan.Step) { s.Change, s.Until = plan.Partition(2), plan.PodsGood{From: 2} }))
	for _, test := range []struct {
		name string
		s    sts.Snapshot
		want string
	}{
		{
			"the lowest on its way, where the controller goes in order",
			opened(set(ststest.Partition(2)), updated(4, ststest.Unready), updated(3, ststest.Unready)), "web-3",
		},
		{
			"one below the gate, where the controller goes in order",
			opened(set(ststest.Partition(2)), updated(4, ststest.Unready), stable(0, ststest.Unready)), "web-0",
		},
		{
			"the highest on its way in a Parallel set",
			opened(set(ststest.Partition(2), parallel),
				updated(4, ststest.Unready), updated(3, ststest.Unready), stable(0, ststest.Unready)), "web-4",
		},
		{
			"one on its way before one that waits for its turn",
			opened(set(ststest.Partition(2)), updated(3, ststest.Unready)), "web-3",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := inStep(t, p, test.s)
			d := w.at(stepTimeout).see(test.s)
			require.Equal(t, test.want, d.End.Pod)
			require.Equal(t, test.want+": NotReady: running, not Ready (no progress for 10m0s)", d.End.Message)
			require.Equal(t, starting, *d.End.Trouble)
		})
	}
}

// As a Deployment's progressDeadlineSeconds, the deadline is for a step that
// gets nowhere.
func TestTheDeadlineRunsFromTheLastPodThatGotGood(t *testing.T) {
	p := oneStep(step(func(s *plan.Step) { s.Change, s.Until = plan.Partition(2), plan.PodsGood{From: 2} }))
	show := func(pods ...*podObject) sts.Snapshot {
		return opened(set(ststest.Partition(2)), pods...)
	}
	w := inStep(t, p, show())
	require.Equal(t, waitsUntil(9*time.Minute+stepTimeout), quiet(w.at(9*time.Minute).see(show(updated(4)))))
	require.Equal(t, waitsUntil(18*time.Minute+stepTimeout), quiet(w.at(18*time.Minute).see(show(updated(4), updated(3)))))

	flapping := show(updated(4, ststest.Unready), updated(3))
	require.Equal(t, waitsUntil(18*time.Minute+stepTimeout), quiet(w.at(20*time.Minute).see(flapping)))
	again := show(updated(4), updated(3))
	require.Equal(t, waitsUntil(18*time.Minute+stepTimeout), quiet(w.at(21*time.Minute).see(again)), "two were good before")
	require.Equal(t, "web-2: OldRevision: on another revision than wanted ("+tooLong+")", w.at(28*time.Minute).see(again).End.Message)
}

const blockedWords = "not Ready, on another revision than wanted; the controller waits for it before it replaces any pod, " +
	"and deleting it frees the rollout"

// The trap of kubernetes#67250, in a step that deletes nothing by itself.
func TestABlockerThatNothingFrees(t *testing.T) {
	p := oneStep(step(func(s *plan.Step) { s.Change, s.Until = nil, plan.PodsGood{} }))
	back := func(changes ...setOption) setOption {
		return func(set *setObject) {
			ststest.Partition(5)(set)
			for _, change := range changes {
				change(set)
			}
		}
	}
	blocked := func(message string) engine.Decision {
		d := halted(p, "web-4", sts.Trouble{Reason: sts.ReasonBlocked, Message: message}, "web-4: "+message)
		d.End.Gate = "partition 5: no pod is updated"
		return d
	}
	for _, test := range []struct {
		name string
		s    sts.Snapshot
		at   time.Duration
		want engine.Decision
	}{
		{"is given patience", opened(set(back()), updated(4, ststest.Unready)), patience - 1, waitsUntil(patience)},
		{"ends the run when patience is over", opened(set(back()), updated(4, ststest.Unready)), patience, blocked(blockedWords)},
		{
			"ends the run with what it suffers from", opened(set(back()), updated(4, badName)), patience,
			blocked("nginx: InvalidImageName: no; " + blockedWords),
		},
		{
			"ends the run of a Parallel set, too", opened(set(back(parallel)), updated(4, ststest.Unready)), patience,
			blocked(blockedWords),
		},
		{
			"is none when it is on its way out",
			opened(set(back()), updated(4, ststest.Unready, ststest.Terminating)), patience, waitsUntil(stepTimeout),
		},
		{"is none when it is Ready", opened(set(back()), updated(4)), patience, waitsUntil(stepTimeout)},
		{"is none on the revision that is wanted", opened(set(back()), stable(4, ststest.Unready)), patience, waitsUntil(stepTimeout)},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := inStep(t, p, test.s)
			require.Equal(t, test.want, quiet(w.at(test.at).see(test.s)))
		})
	}
}

func TestABlockerThatGotReadyHasItsTimeAgain(t *testing.T) {
	s := func(changes ...podOption) sts.Snapshot {
		return opened(set(), stable(4, changes...))
	}
	w := inStep(t, oneStep(), s(ststest.Unready))
	w.at(10 * time.Second).see(s())
	require.Equal(t, waitsUntil(patience+patience), quiet(w.at(patience).see(s(ststest.Unready))))
}

func TestABlockerKeepsItsTimeWhileALowerPodIsInTheWay(t *testing.T) {
	w := inStep(t, oneStep(), opened(set(), stable(4, ststest.Unready)))
	w.at(10 * time.Second).see(opened(set(), stable(4, ststest.Unready), stable(0, ststest.Unready)))
	d := w.at(patience).see(opened(set(), stable(4, ststest.Unready)))
	require.Equal(t, "web-4: "+blockedWords, d.End.Message)
}
