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

func free(pod *podObject, why string) engine.Decision {
	return engine.Decision{Do: plan.DeletePod{Name: pod.Name, UID: pod.UID, Why: why}, WakeAt: ststest.In(enginetest.StepTimeout)}
}

func TestReplaceBlocker(t *testing.T) {
	bad := ststest.UpdatedPod(4, ststest.Unready, ststest.ReadySince(ststest.Start))
	late := &plan.Replace{Mode: plan.ReplaceBlocker, Grace: 10 * time.Second}
	now := &plan.Replace{Mode: plan.ReplaceBlocker}
	for _, test := range []struct {
		name string
		free *plan.Replace
		s    sts.Snapshot
		at   time.Duration
		want engine.Decision
	}{
		{"the blocker is deleted", now, ststest.Opened(enginetest.Closing(), bad), 0, free(bad, enginetest.InTheWay)},
		{
			"just before its grace is over it is left alone", late, ststest.Opened(enginetest.Closing(), bad), 10*time.Second - 1,
			waitsUntil(10 * time.Second),
		},
		{
			"when its grace is over it is deleted", late, ststest.Opened(enginetest.Closing(), bad), 10 * time.Second,
			free(bad, enginetest.InTheWay),
		},
		{
			"the time before the run counts towards the grace", late,
			ststest.Opened(enginetest.Closing(), ststest.UpdatedPod(4, ststest.Unready, ststest.ReadySince(ststest.In(-10*time.Second)))),
			0, free(bad, enginetest.InTheWay),
		},
		{
			"no other pod is deleted", now, ststest.Opened(enginetest.Closing(), ststest.UpdatedPod(4)), 0,
			waitsUntil(enginetest.StepTimeout),
		},
		{
			"the lowest of two is the blocker", now, ststest.Opened(enginetest.Closing(), bad, ststest.UpdatedPod(3, ststest.Unready)), 0,
			free(ststest.UpdatedPod(3, ststest.Unready), enginetest.InTheWay),
		},
		{
			"a Parallel set may free itself within patience", now, ststest.Opened(enginetest.Closing(enginetest.Parallel), bad),
			enginetest.Patience - 1, waitsUntil(enginetest.Patience),
		},
		{
			"a Parallel set that does not free itself is freed", now, ststest.Opened(enginetest.Closing(enginetest.Parallel), bad),
			enginetest.Patience, free(bad, enginetest.InTheWay),
		},
		{
			"nothing is deleted before the controller has seen the spec",
			now, ststest.Opened(enginetest.Closing(ststest.Unobserved), bad), enginetest.Patience, waitsUntil(enginetest.StepTimeout),
		},
		{
			"nothing is deleted after the deadline",
			now, ststest.Opened(enginetest.Closing(ststest.Unobserved), bad), enginetest.StepTimeout,
			engine.Decision{End: &engine.Outcome{
				Result: engine.Halted, Message: "no progress for 10m0s: still waiting for " + enginetest.ControllerSees,
				Step: &enginetest.OneStep(enginetest.Returning(now)).Steps[0], Gate: "partition 5: no pod is updated",
				Try: enginetest.ToRetry,
			}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWalk(t, enginetest.OneStep(enginetest.Returning(test.free)), test.s)
			d := w.see(test.s)
			if test.at > 0 {
				d = w.at(test.at).see(test.s)
			}
			require.Equal(t, test.want, quiet(d))
		})
	}
}

func TestReplaceEach(t *testing.T) {
	for _, test := range []struct {
		name string
		s    sts.Snapshot
		want engine.Decision
	}{
		{
			"the highest is deleted first", ststest.Opened(enginetest.Closing(), ststest.UpdatedPod(4), ststest.UpdatedPod(3)),
			free(ststest.UpdatedPod(4), enginetest.ItsTurn),
		},
		{
			"a broken one is deleted before a higher one",
			ststest.Opened(enginetest.Closing(), ststest.UpdatedPod(4), ststest.UpdatedPod(3, ststest.Unready)),
			free(ststest.UpdatedPod(3), enginetest.InTheWay),
		},
		{
			"a broken one of a Parallel set is deleted at once as well",
			ststest.Opened(enginetest.Closing(enginetest.Parallel), ststest.UpdatedPod(4), ststest.UpdatedPod(3, ststest.Unready)),
			free(ststest.UpdatedPod(3), enginetest.InTheWay),
		},
		{
			"none is deleted while another is on its way out",
			ststest.Opened(enginetest.Closing(), ststest.UpdatedPod(4, ststest.Terminating), ststest.UpdatedPod(3)),
			waitsUntil(enginetest.StepTimeout),
		},
		{
			"none is deleted while another is missing", ststest.Without(ststest.Opened(enginetest.Closing(), ststest.UpdatedPod(3)), 4),
			waitsUntil(enginetest.StepTimeout),
		},
		{
			"none is deleted while another is not Ready",
			ststest.Opened(enginetest.Closing(), ststest.StablePod(4, ststest.Pending), ststest.UpdatedPod(3)),
			waitsUntil(enginetest.StepTimeout),
		},
		{
			"none is deleted while a lower one is not Ready",
			ststest.Opened(enginetest.Closing(), ststest.UpdatedPod(4), ststest.StablePod(0, ststest.Unready)),
			waitsUntil(enginetest.StepTimeout),
		},
		{
			"none is deleted while another is Ready but not Available",
			ststest.Opened(enginetest.Closing(enginetest.MinReady(60)), ststest.StablePod(4, ststest.ReadySince(ststest.In(-time.Second))),
				ststest.UpdatedPod(3)), waitsUntil(59 * time.Second),
		},
		{
			"none is deleted before the controller has seen the spec",
			ststest.Opened(enginetest.Closing(ststest.Unobserved), ststest.UpdatedPod(4)), waitsUntil(enginetest.StepTimeout),
		},
		{"none is deleted when all are back", ststest.Opened(enginetest.Closing()), allIsWell},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := enginetest.OneStep(enginetest.Returning(&plan.Replace{Mode: plan.ReplaceEach}))
			require.Equal(t, test.want, quiet(newWalk(t, p, test.s).see(test.s)))
		})
	}
}

// The controller would recreate them at the revision that they are to leave.
func TestPodsThatAreBackAreNotDeletedWhenStableIsForgotten(t *testing.T) {
	for _, test := range []struct {
		name string
		mode plan.ReplaceMode
		s    sts.Snapshot
	}{
		{"a healthy one", plan.ReplaceEach, ststest.Opened(enginetest.Closing(ststest.Forgotten), ststest.UpdatedPod(4))},
		{
			"a broken one", plan.ReplaceEach,
			ststest.Opened(enginetest.Closing(ststest.Forgotten), ststest.UpdatedPod(4), ststest.StablePod(1, ststest.Unready)),
		},
		{
			"a blocker", plan.ReplaceBlocker,
			ststest.Opened(enginetest.Closing(ststest.Forgotten), ststest.UpdatedPod(4), ststest.StablePod(1, ststest.Unready)),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := enginetest.OneStep(enginetest.Returning(&plan.Replace{Mode: test.mode}), enginetest.Step(func(s *plan.Step) {
				s.Until = plan.PodsGood{Gated: ststest.Stable}
			}))
			require.Equal(t, waitsUntil(enginetest.StepTimeout), quiet(newWalk(t, p, test.s).see(test.s)))
		})
	}
}

func TestNothingIsDeletedAtTheDeadline(t *testing.T) {
	s := ststest.Opened(enginetest.Closing(), ststest.UpdatedPod(4))
	w := inStep(t, enginetest.OneStep(enginetest.Returning(&plan.Replace{Mode: plan.ReplaceEach})), s)
	d := w.at(enginetest.StepTimeout).see(s)
	require.Nil(t, d.Do)
	require.Equal(t, "web-4: OldRevision: on another revision than wanted ("+enginetest.TooLong+")", d.End.Message)
}

// A deletion that was taken shows up in a snapshot only later.
func TestAfterADeletion(t *testing.T) {
	two := func(web4, web2 podOption) sts.Snapshot {
		return ststest.Opened(enginetest.Closing(), ststest.UpdatedPod(4, web4), ststest.UpdatedPod(2, web2))
	}
	same := func(*podObject) {}
	for _, test := range []struct {
		name  string
		mode  plan.ReplaceMode
		first sts.Snapshot
		then  sts.Snapshot
		want  string // the pod that is deleted next
	}{
		{"the same pod is not deleted twice", plan.ReplaceEach, two(same, same), two(same, same), ""},
		{"the same blocker is not deleted twice", plan.ReplaceBlocker, two(same, ststest.Unready), two(same, ststest.Unready), ""},
		{"no other goes while it is still shown", plan.ReplaceEach, two(same, same), two(same, ststest.Unready), ""},
		{"no other goes when it shows up Ready before it leaves", plan.ReplaceEach, two(same, ststest.Unready), two(same, same), ""},
		{"no other goes while it is on its way out", plan.ReplaceEach, two(same, ststest.Unready), two(same, ststest.Terminating), ""},
		{
			"no other goes while it is missing", plan.ReplaceEach, two(same, same),
			ststest.Without(two(same, same), 4), "",
		},
		{
			"the next goes when it is back", plan.ReplaceEach, two(same, same),
			ststest.Opened(enginetest.Closing(), ststest.StablePod(4, ststest.Recreated), ststest.UpdatedPod(2)), "web-2",
		},
		{
			"it goes again when it came back on the wrong revision", plan.ReplaceEach, two(same, same),
			ststest.Opened(enginetest.Closing(), ststest.UpdatedPod(4, ststest.Recreated), ststest.UpdatedPod(2)), "web-4",
		},
		{
			"the controller won't make it while a lower one is broken, so that goes", plan.ReplaceEach, two(same, same),
			ststest.Without(two(same, ststest.Unready), 4), "web-2",
		},
		{
			"the next blocker goes when it is back", plan.ReplaceBlocker,
			ststest.Opened(enginetest.Closing(), ststest.UpdatedPod(4, ststest.Unready), ststest.UpdatedPod(2, ststest.Unready)),
			ststest.Opened(enginetest.Closing(), ststest.UpdatedPod(4, ststest.Unready), ststest.StablePod(2, ststest.Recreated)), "web-4",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWalk(t, enginetest.OneStep(enginetest.Returning(&plan.Replace{Mode: test.mode})), test.first)
			d := w.see(test.first)
			require.NotEmpty(t, deletes(d.Do))
			w.state = w.state.Applied(d.Do, nil, w.now)
			require.Equal(t, test.want, deletes(w.see(test.then).Do))
		})
	}
}
