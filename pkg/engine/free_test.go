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

// Every pod is to go back to Stable: the gate is closed again.
func closing(changes ...setOption) *setObject {
	return ststest.Canary(append([]setOption{ststest.Partition(5)}, changes...)...)
}

func free(pod *podObject, why string) engine.Decision {
	return engine.Decision{Do: plan.DeletePod{Name: pod.Name, UID: pod.UID, Why: why}, WakeAt: ststest.In(stepTimeout)}
}

const (
	inTheWay = "it is not Ready, and the controller waits for it before it replaces any other"
	itsTurn  = "so that it is recreated at revision " + ststest.Stable
)

func TestFreeBlocker(t *testing.T) {
	bad := ststest.UpdatedPod(4, ststest.Unready, ststest.ReadySince(ststest.Start))
	late := &plan.Free{Mode: plan.FreeBlocker, Grace: 10 * time.Second}
	now := &plan.Free{Mode: plan.FreeBlocker}
	for _, test := range []struct {
		name string
		free *plan.Free
		s    sts.Snapshot
		at   time.Duration
		want engine.Decision
	}{
		{"the blocker is deleted", now, ststest.Opened(closing(), bad), 0, free(bad, inTheWay)},
		{"just before its grace is over it is left alone", late, ststest.Opened(closing(), bad), 10*time.Second - 1, waitsUntil(10 * time.Second)},
		{"when its grace is over it is deleted", late, ststest.Opened(closing(), bad), 10 * time.Second, free(bad, inTheWay)},
		{
			"the time before the run counts towards the grace", late,
			ststest.Opened(closing(), ststest.UpdatedPod(4, ststest.Unready, ststest.ReadySince(ststest.In(-10*time.Second)))), 0, free(bad, inTheWay),
		},
		{"no other pod is deleted", now, ststest.Opened(closing(), ststest.UpdatedPod(4)), 0, waitsUntil(stepTimeout)},
		{
			"the lowest of two is the blocker", now, ststest.Opened(closing(), bad, ststest.UpdatedPod(3, ststest.Unready)), 0,
			free(ststest.UpdatedPod(3, ststest.Unready), inTheWay),
		},
		{"a Parallel set may free itself within patience", now, ststest.Opened(closing(parallel), bad), patience - 1, waitsUntil(patience)},
		{"a Parallel set that does not free itself is freed", now, ststest.Opened(closing(parallel), bad), patience, free(bad, inTheWay)},
		{
			"nothing is deleted before the controller has seen the spec",
			now, ststest.Opened(closing(ststest.Unobserved), bad), patience, waitsUntil(stepTimeout),
		},
		{"nothing is deleted after the deadline", now, ststest.Opened(closing(ststest.Unobserved), bad), stepTimeout, engine.Decision{End: &engine.Outcome{
			Result: engine.Halted, Message: "no progress for 10m0s: still waiting for " + controllerSees,
			Step: &oneStep(returning(now)).Steps[0], Gate: "partition 5: no pod is updated", Try: toRetry,
		}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWalk(t, oneStep(returning(test.free)), test.s)
			d := w.see(test.s)
			if test.at > 0 {
				d = w.at(test.at).see(test.s)
			}
			require.Equal(t, test.want, quiet(d))
		})
	}
}

func TestFreeEach(t *testing.T) {
	for _, test := range []struct {
		name string
		s    sts.Snapshot
		want engine.Decision
	}{
		{"the highest is deleted first", ststest.Opened(closing(), ststest.UpdatedPod(4), ststest.UpdatedPod(3)), free(ststest.UpdatedPod(4), itsTurn)},
		{
			"a broken one is deleted before a higher one",
			ststest.Opened(closing(), ststest.UpdatedPod(4), ststest.UpdatedPod(3, ststest.Unready)), free(ststest.UpdatedPod(3), inTheWay),
		},
		{
			"a broken one of a Parallel set is deleted at once as well",
			ststest.Opened(closing(parallel), ststest.UpdatedPod(4), ststest.UpdatedPod(3, ststest.Unready)), free(ststest.UpdatedPod(3), inTheWay),
		},
		{
			"none is deleted while another is on its way out",
			ststest.Opened(closing(), ststest.UpdatedPod(4, ststest.Terminating), ststest.UpdatedPod(3)), waitsUntil(stepTimeout),
		},
		{"none is deleted while another is missing", ststest.Without(ststest.Opened(closing(), ststest.UpdatedPod(3)), 4), waitsUntil(stepTimeout)},
		{"none is deleted while another is not Ready", ststest.Opened(closing(), ststest.StablePod(4, ststest.Pending), ststest.UpdatedPod(3)), waitsUntil(stepTimeout)},
		{
			"none is deleted while a lower one is not Ready",
			ststest.Opened(closing(), ststest.UpdatedPod(4), ststest.StablePod(0, ststest.Unready)), waitsUntil(stepTimeout),
		},
		{
			"none is deleted while another is Ready but not Available",
			ststest.Opened(closing(minReady(60)), ststest.StablePod(4, ststest.ReadySince(ststest.In(-time.Second))), ststest.UpdatedPod(3)), waitsUntil(59 * time.Second),
		},
		{"none is deleted before the controller has seen the spec", ststest.Opened(closing(ststest.Unobserved), ststest.UpdatedPod(4)), waitsUntil(stepTimeout)},
		{"none is deleted when all are back", ststest.Opened(closing()), allIsWell},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := oneStep(returning(&plan.Free{Mode: plan.FreeEach}))
			require.Equal(t, test.want, quiet(newWalk(t, p, test.s).see(test.s)))
		})
	}
}

// The controller would make them anew at the revision that they are to leave.
func TestPodsThatAreBackAreNotDeletedWhenStableIsForgotten(t *testing.T) {
	for _, test := range []struct {
		name string
		mode plan.FreeMode
		s    sts.Snapshot
	}{
		{"a healthy one", plan.FreeEach, ststest.Opened(closing(ststest.Forgotten), ststest.UpdatedPod(4))},
		{"a broken one", plan.FreeEach, ststest.Opened(closing(ststest.Forgotten), ststest.UpdatedPod(4), ststest.StablePod(1, ststest.Unready))},
		{"a blocker", plan.FreeBlocker, ststest.Opened(closing(ststest.Forgotten), ststest.UpdatedPod(4), ststest.StablePod(1, ststest.Unready))},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := oneStep(returning(&plan.Free{Mode: test.mode}), step(func(s *plan.Step) {
				s.Until = plan.PodsGood{Gated: ststest.Stable}
			}))
			require.Equal(t, waitsUntil(stepTimeout), quiet(newWalk(t, p, test.s).see(test.s)))
		})
	}
}

func TestNothingIsDeletedAtTheDeadline(t *testing.T) {
	s := ststest.Opened(closing(), ststest.UpdatedPod(4))
	w := inStep(t, oneStep(returning(&plan.Free{Mode: plan.FreeEach})), s)
	d := w.at(stepTimeout).see(s)
	require.Nil(t, d.Do)
	require.Equal(t, "web-4: OldRevision: on another revision than wanted ("+tooLong+")", d.End.Message)
}

// A deletion that was taken shows up in a snapshot only later.
func TestAfterADeletion(t *testing.T) {
	two := func(web4, web2 podOption) sts.Snapshot {
		return ststest.Opened(closing(), ststest.UpdatedPod(4, web4), ststest.UpdatedPod(2, web2))
	}
	same := func(*podObject) {}
	for _, test := range []struct {
		name  string
		mode  plan.FreeMode
		first sts.Snapshot
		then  sts.Snapshot
		want  string // the pod that is deleted next
	}{
		{"the same pod is not deleted twice", plan.FreeEach, two(same, same), two(same, same), ""},
		{"the same blocker is not deleted twice", plan.FreeBlocker, two(same, ststest.Unready), two(same, ststest.Unready), ""},
		{"no other goes while it is still shown", plan.FreeEach, two(same, same), two(same, ststest.Unready), ""},
		{"no other goes when it shows up Ready before it leaves", plan.FreeEach, two(same, ststest.Unready), two(same, same), ""},
		{"no other goes while it is on its way out", plan.FreeEach, two(same, ststest.Unready), two(same, ststest.Terminating), ""},
		{
			"no other goes while it is missing", plan.FreeEach, two(same, same),
			ststest.Without(two(same, same), 4), "",
		},
		{"the next goes when it is back", plan.FreeEach, two(same, same), ststest.Opened(closing(), ststest.StablePod(4, ststest.Recreated), ststest.UpdatedPod(2)), "web-2"},
		{
			"it goes again when it came back on the wrong revision", plan.FreeEach, two(same, same),
			ststest.Opened(closing(), ststest.UpdatedPod(4, ststest.Recreated), ststest.UpdatedPod(2)), "web-4",
		},
		{
			"the controller won't make it while a lower one is broken, so that goes", plan.FreeEach, two(same, same),
			ststest.Without(two(same, ststest.Unready), 4), "web-2",
		},
		{
			"the next blocker goes when it is back", plan.FreeBlocker,
			ststest.Opened(closing(), ststest.UpdatedPod(4, ststest.Unready), ststest.UpdatedPod(2, ststest.Unready)),
			ststest.Opened(closing(), ststest.UpdatedPod(4, ststest.Unready), ststest.StablePod(2, ststest.Recreated)), "web-4",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWalk(t, oneStep(returning(&plan.Free{Mode: test.mode})), test.first)
			d := w.see(test.first)
			require.NotEmpty(t, deletes(d.Do))
			w.state = w.state.Applied(d.Do, nil, w.now)
			require.Equal(t, test.want, deletes(w.see(test.then).Do))
		})
	}
}
