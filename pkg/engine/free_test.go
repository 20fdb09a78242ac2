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
	return set(append([]setOption{ststest.Partition(5)}, changes...)...)
}

func free(pod *podObject, why string) engine.Decision {
	return engine.Decision{Do: plan.DeletePod{Name: pod.Name, UID: pod.UID, Why: why}, WakeAt: in(stepTimeout)}
}

const (
	inTheWay = "it is not Ready, and the controller waits for it before it replaces any other"
	itsTurn  = "so that it is recreated at revision " + ststest.Stable
)

func TestFreeBlocker(t *testing.T) {
	bad := updated(4, ststest.Unready, ststest.ReadySince(ststest.Start))
	late := &plan.Free{Mode: plan.FreeBlocker, Grace: 10 * time.Second}
	now := &plan.Free{Mode: plan.FreeBlocker}
	for _, test := range []struct {
		name string
		free *plan.Free
		s    sts.Snapshot
		at   time.Duration
		want engine.Decision
	}{
		{"the blocker is deleted", now, opened(closing(), bad), 0, free(bad, inTheWay)},
		{"just before its grace is over it is left alone", late, opened(closing(), bad), 10*time.Second - 1, waitsUntil(10 * time.Second)},
		{"when its grace is over it is deleted", late, opened(closing(), bad), 10 * time.Second, free(bad, inTheWay)},
		{
			"the time before the run counts towards the grace", late,
			opened(closing(), updated(4, ststest.Unready, ststest.ReadySince(in(-10*time.Second)))), 0, free(bad, inTheWay),
		},
		{"no other pod is deleted", now, opened(closing(), updated(4)), 0, waitsUntil(stepTimeout)},
		{
			"the lowest of two is the blocker", now, opened(closing(), bad, updated(3, ststest.Unready)), 0,
			free(updated(3, ststest.Unready), inTheWay),
		},
		{"a Parallel set may free itself within patience", now, opened(closing(parallel), bad), patience - 1, waitsUntil(patience)},
		{"a Parallel set that does not free itself is freed", now, opened(closing(parallel), bad), patience, free(bad, inTheWay)},
		{
			"nothing is deleted before the controller has seen the spec",
			now, opened(closing(unseen), bad), patience, waitsUntil(stepTimeout),
		},
		{"nothing is deleted after the deadline", now, opened(closing(unseen), bad), stepTimeout, engine.Decision{End: &engine.Outcome{
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
		{"the highest is deleted first", opened(closing(), updated(4), updated(3)), free(updated(4), itsTurn)},
		{
			"a broken one is deleted before a higher one",
			opened(closing(), updated(4), updated(3, ststest.Unready)), free(updated(3), inTheWay),
		},
		{
			"a broken one of a Parallel set is deleted at once as well",
			opened(closing(parallel), updated(4), updated(3, ststest.Unready)), free(updated(3), inTheWay),
		},
		{
			"none is deleted while another is on its way out",
			opened(closing(), updated(4, ststest.Terminating), updated(3)), waitsUntil(stepTimeout),
		},
		{"none is deleted while another is missing", without(opened(closing(), updated(3)), 4), waitsUntil(stepTimeout)},
		{"none is deleted while another is not Ready", opened(closing(), stable(4, pending), updated(3)), waitsUntil(stepTimeout)},
		{
			"none is deleted while a lower one is not Ready",
			opened(closing(), updated(4), stable(0, ststest.Unready)), waitsUntil(stepTimeout),
		},
		{
			"none is deleted while another is Ready but not Available",
			opened(closing(minReady(60)), stable(4, ststest.ReadySince(in(-time.Second))), updated(3)), waitsUntil(59 * time.Second),
		},
		{"none is deleted before the controller has seen the spec", opened(closing(unseen), updated(4)), waitsUntil(stepTimeout)},
		{"none is deleted when all are back", opened(closing()), allIsWell},
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
		{"a healthy one", plan.FreeEach, opened(closing(forgotten), updated(4))},
		{"a broken one", plan.FreeEach, opened(closing(forgotten), updated(4), stable(1, ststest.Unready))},
		{"a blocker", plan.FreeBlocker, opened(closing(forgotten), updated(4), stable(1, ststest.Unready))},
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
	s := opened(closing(), updated(4))
	w := inStep(t, oneStep(returning(&plan.Free{Mode: plan.FreeEach})), s)
	d := w.at(stepTimeout).see(s)
	require.Nil(t, d.Do)
	require.Equal(t, "web-4: OldRevision: on another revision than wanted ("+tooLong+")", d.End.Message)
}

// A deletion that was taken shows up in a snapshot only later.
func TestAfterADeletion(t *testing.T) {
	two := func(web4, web2 podOption) sts.Snapshot {
		return opened(closing(), updated(4, web4), updated(2, web2))
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
			without(two(same, same), 4), "",
		},
		{"the next goes when it is back", plan.FreeEach, two(same, same), opened(closing(), stable(4, anew), updated(2)), "web-2"},
		{
			"it goes again when it came back on the wrong revision", plan.FreeEach, two(same, same),
			opened(closing(), updated(4, anew), updated(2)), "web-4",
		},
		{
			"the controller won't make it while a lower one is broken, so that goes", plan.FreeEach, two(same, same),
			without(two(same, ststest.Unready), 4), "web-2",
		},
		{
			"the next blocker goes when it is back", plan.FreeBlocker,
			opened(closing(), updated(4, ststest.Unready), updated(2, ststest.Unready)),
			opened(closing(), updated(4, ststest.Unready), stable(2, anew)), "web-4",
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
