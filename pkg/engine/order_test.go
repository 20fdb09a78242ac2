package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
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
			"counts in an OrderedReady set", ststest.Opened(ststest.Canary(), ststest.StablePod(1, badName)),
			halted(enginetest.OneStep(), "web-1", badNameTrouble, "web-1: nginx: InvalidImageName: no"),
		},
		{
			"does not count in a Parallel set", ststest.Opened(ststest.Canary(enginetest.Parallel), ststest.StablePod(1, badName)),
			waitsUntil(enginetest.StepTimeout),
		},
		{
			"does not count when the step is done", ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4), ststest.StablePod(1, badName)),
			allIsWell,
		},
		{
			"does not count before the controller has seen the spec",
			ststest.Opened(ststest.Canary(ststest.Unobserved), ststest.StablePod(1, badName)), waitsUntil(enginetest.StepTimeout),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, quiet(newWalk(t, enginetest.OneStep(), test.s).see(test.s)))
		})
	}
}

func TestWhoIsNamedAtTheDeadline(t *testing.T) {
	starting := sts.Trouble{Reason: sts.ReasonNotReady, Message: "running, not Ready", Grace: sts.AtDeadline}
	p := enginetest.OneStep(enginetest.Step(func(s *plan.Step) { s.Change, s.Until = plan.Partition(2), plan.PodsGood{From: 2} }))
	for _, test := range []struct {
		name string
		s    sts.Snapshot
		want string
	}{
		{
			"the lowest on its way, where the controller goes in order",
			ststest.Opened(ststest.Canary(ststest.Partition(2)), ststest.UpdatedPod(4, ststest.Unready),
				ststest.UpdatedPod(3, ststest.Unready)), "web-3",
		},
		{
			"one below the gate, where the controller goes in order",
			ststest.Opened(ststest.Canary(ststest.Partition(2)), ststest.UpdatedPod(4, ststest.Unready),
				ststest.StablePod(0, ststest.Unready)), "web-0",
		},
		{
			"the highest on its way in a Parallel set",
			ststest.Opened(ststest.Canary(ststest.Partition(2), enginetest.Parallel),
				ststest.UpdatedPod(4, ststest.Unready), ststest.UpdatedPod(3, ststest.Unready), ststest.StablePod(0, ststest.Unready)),
			"web-4",
		},
		{
			"one on its way before one that waits for its turn",
			ststest.Opened(ststest.Canary(ststest.Partition(2)), ststest.UpdatedPod(3, ststest.Unready)), "web-3",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := inStep(t, p, test.s)
			d := w.at(enginetest.StepTimeout).see(test.s)
			require.Equal(t, test.want, d.End.Pod)
			require.Equal(t, test.want+": NotReady: running, not Ready (no progress for 10m0s)", d.End.Message)
			require.Equal(t, starting, *d.End.Trouble)
		})
	}
}

// As a Deployment's progressDeadlineSeconds, the deadline is for a step that
// gets nowhere.
func TestTheDeadlineRunsFromTheLastPodThatGotGood(t *testing.T) {
	p := enginetest.OneStep(enginetest.Step(func(s *plan.Step) { s.Change, s.Until = plan.Partition(2), plan.PodsGood{From: 2} }))
	show := func(pods ...*podObject) sts.Snapshot {
		return ststest.Opened(ststest.Canary(ststest.Partition(2)), pods...)
	}
	w := inStep(t, p, show())
	require.Equal(t, waitsUntil(9*time.Minute+enginetest.StepTimeout), quiet(w.at(9*time.Minute).see(show(ststest.UpdatedPod(4)))))
	require.Equal(t, waitsUntil(18*time.Minute+enginetest.StepTimeout),
		quiet(w.at(18*time.Minute).see(show(ststest.UpdatedPod(4), ststest.UpdatedPod(3)))))

	flapping := show(ststest.UpdatedPod(4, ststest.Unready), ststest.UpdatedPod(3))
	require.Equal(t, waitsUntil(18*time.Minute+enginetest.StepTimeout), quiet(w.at(20*time.Minute).see(flapping)))
	again := show(ststest.UpdatedPod(4), ststest.UpdatedPod(3))
	require.Equal(t, waitsUntil(18*time.Minute+enginetest.StepTimeout), quiet(w.at(21*time.Minute).see(again)), "two were good before")
	require.Equal(t, "web-2: OldRevision: on another revision than wanted ("+enginetest.TooLong+")",
		w.at(28*time.Minute).see(again).End.Message)
}

const blockedWords = "not Ready, on another revision than wanted; the controller waits for it before it replaces any pod, " +
	"and deleting it frees the rollout"

// The trap of kubernetes#67250, in a step that deletes nothing by itself.
func TestABlockerThatNothingFrees(t *testing.T) {
	p := enginetest.OneStep(enginetest.Step(func(s *plan.Step) { s.Change, s.Until = nil, plan.PodsGood{} }))
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
		{
			"is given patience", ststest.Opened(ststest.Canary(back()), ststest.UpdatedPod(4, ststest.Unready)), enginetest.Patience - 1,
			waitsUntil(enginetest.Patience),
		},
		{
			"ends the run when patience is over", ststest.Opened(ststest.Canary(back()), ststest.UpdatedPod(4, ststest.Unready)),
			enginetest.Patience, blocked(blockedWords),
		},
		{
			"ends the run with what it suffers from", ststest.Opened(ststest.Canary(back()), ststest.UpdatedPod(4, badName)),
			enginetest.Patience,
			blocked("nginx: InvalidImageName: no; " + blockedWords),
		},
		{
			"ends the run of a Parallel set, too",
			ststest.Opened(ststest.Canary(back(enginetest.Parallel)), ststest.UpdatedPod(4, ststest.Unready)), enginetest.Patience,
			blocked(blockedWords),
		},
		{
			"is none when it is on its way out",
			ststest.Opened(ststest.Canary(back()), ststest.UpdatedPod(4, ststest.Unready, ststest.Terminating)), enginetest.Patience,
			waitsUntil(enginetest.StepTimeout),
		},
		{
			"is none when it is Ready", ststest.Opened(ststest.Canary(back()), ststest.UpdatedPod(4)), enginetest.Patience,
			waitsUntil(enginetest.StepTimeout),
		},
		{
			"is none on the revision that is wanted", ststest.Opened(ststest.Canary(back()), ststest.StablePod(4, ststest.Unready)),
			enginetest.Patience, waitsUntil(enginetest.StepTimeout),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := inStep(t, p, test.s)
			require.Equal(t, test.want, quiet(w.at(test.at).see(test.s)))
		})
	}
}

func TestABlockerThatGotReadyHasItsTimeAgain(t *testing.T) {
	s := func(changes ...podOption) sts.Snapshot {
		return ststest.Opened(ststest.Canary(), ststest.StablePod(4, changes...))
	}
	w := inStep(t, enginetest.OneStep(), s(ststest.Unready))
	w.at(10 * time.Second).see(s())
	require.Equal(t, waitsUntil(enginetest.Patience+enginetest.Patience), quiet(w.at(enginetest.Patience).see(s(ststest.Unready))))
}

func TestABlockerKeepsItsTimeWhileALowerPodIsInTheWay(t *testing.T) {
	w := inStep(t, enginetest.OneStep(), ststest.Opened(ststest.Canary(), ststest.StablePod(4, ststest.Unready)))
	w.at(10 * time.Second).see(ststest.Opened(ststest.Canary(), ststest.StablePod(4, ststest.Unready),
		ststest.StablePod(0, ststest.Unready)))
	d := w.at(enginetest.Patience).see(ststest.Opened(ststest.Canary(), ststest.StablePod(4, ststest.Unready)))
	require.Equal(t, "web-4: "+blockedWords, d.End.Message)
}
