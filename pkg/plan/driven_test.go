package plan_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// standing is one pod in a progress; those that are there are an hour old.
func standing(ordinal int, state sts.State, changes ...func(*sts.PodProgress)) sts.PodProgress {
	t := sts.PodProgress{Ordinal: ordinal, Pod: "web-" + string(rune('0'+ordinal)), State: state, Since: in(-time.Hour)}
	if state == sts.StateMissing {
		t.Since = time.Time{}
	}
	if state == sts.StateTerminating {
		t.Since = in(0)
	}
	for _, change := range changes {
		change(&t)
	}
	return t
}

// five are five pods, old but for these.
func five(others ...sts.PodProgress) []sts.PodProgress { return fiveOf(sts.StateOld, others...) }

func fiveOf(state sts.State, others ...sts.PodProgress) []sts.PodProgress {
	var all []sts.PodProgress
	for o := range 5 {
		all = append(all, standing(o, state))
	}
	for _, t := range others {
		all[t.Ordinal] = t
	}
	return all
}

func TestPodsUpdated(t *testing.T) {
	good := func(o int) sts.PodProgress { return standing(o, sts.StateAvailable) }
	for _, test := range []struct {
		name  string
		count int
		s     sts.Snapshot
		want  plan.Progress
	}{
		{"none is yet", 1, opened(waiting()), plan.Progress{Want: 1, Pods: five()}},
		{
			"any one will do", 1, opened(waiting(), updated(1)),
			plan.Progress{Done: true, Good: 1, Want: 1, Pods: five(good(1))},
		},
		{
			"one is not two", 2, opened(waiting(), updated(1)),
			plan.Progress{Good: 1, Want: 2, Pods: five(good(1))},
		},
		{
			"more than asked for are no harm", 1, opened(waiting(), updated(1), updated(4)),
			plan.Progress{Done: true, Good: 2, Want: 1, Pods: five(good(1), good(4))},
		},
		{
			"another one on its way has to arrive first", 1, opened(waiting(), updated(1), updated(4, ststest.Unready)),
			plan.Progress{Good: 1, Want: 1, Pods: five(good(1), standing(4, sts.StateStarting))},
		},
		{
			"so has one that is on its way out", 1, opened(waiting(), updated(1), stable(4, ststest.Terminating)),
			plan.Progress{Good: 1, Want: 1, Pods: five(good(1), standing(4, sts.StateTerminating))},
		},
		{
			"and one that is missing", 1, without(opened(waiting(), updated(1)), 3),
			plan.Progress{Good: 1, Want: 1, Pods: five(good(1), standing(3, sts.StateMissing))},
		},
		{
			"never more than there are to be", 9, opened(waiting(), updated(0), updated(1), updated(2), updated(3), updated(4)),
			plan.Progress{Done: true, Good: 5, Want: 5, Pods: fiveOf(sts.StateAvailable)},
		},
		{
			"until the controller has seen the spec its revisions mean nothing", 1, opened(waiting(unseen), updated(1)),
			plan.Progress{Waiting: controllerSees},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, plan.PodsUpdated{Count: test.count}.Check(test.s, ststest.Start))
		})
	}
}

func TestPodsUpdatedSaysWhenTimeAloneHelps(t *testing.T) {
	s := opened(waiting(ststest.MinReady(60)), updated(4, ststest.ReadySince(in(-10*time.Second))))
	require.Equal(t, in(50*time.Second), plan.PodsUpdated{Count: 1}.Check(s, ststest.Start).NextAt)
}

// restart is the condition that web-1 and web-3 are other pods than they were.
func restart(changes ...func(*plan.PodsRestarted)) plan.PodsRestarted {
	c := plan.PodsRestarted{Pods: map[int]types.UID{1: "web-1-uid", 3: "web-3-uid"}}
	for _, change := range changes {
		change(&c)
	}
	return c
}

func alone(c *plan.PodsRestarted) { c.Alone = true }

func TestPodsRestarted(t *testing.T) {
	old := func(o int) sts.PodProgress { return standing(o, sts.StateOld, due) }
	both := []*corev1.Pod{stable(1, anew), stable(3, anew)}
	for _, test := range []struct {
		name string
		c    plan.PodsRestarted
		s    sts.Snapshot
		want plan.Progress
	}{
		{
			"none is yet", restart(), opened(set(ststest.Partition(5))),
			plan.Progress{Want: 2, Pods: fiveOf(sts.StateAvailable, old(1), old(3))},
		},
		{
			"one is", restart(), opened(set(ststest.Partition(5)), stable(3, anew)),
			plan.Progress{Good: 1, Want: 2, Pods: fiveOf(sts.StateAvailable, old(1))},
		},
		{
			"both are", restart(), opened(set(ststest.Partition(5)), both...),
			plan.Progress{Done: true, Good: 2, Want: 2, Pods: fiveOf(sts.StateAvailable)},
		},
		{
			"both are and another one is not Ready", restart(),
			opened(set(ststest.Partition(5)), append(both, stable(0, ststest.Unready))...),
			plan.Progress{Good: 2, Want: 2, Pods: fiveOf(sts.StateAvailable, standing(0, sts.StateStarting))},
		},
		{
			"both are, and the others are left out of account", restart(alone),
			opened(set(ststest.Partition(5)), append(both, stable(0, ststest.Unready))...),
			plan.Progress{Done: true, Good: 2, Want: 2, Pods: []sts.PodProgress{
				standing(1, sts.StateAvailable), standing(3, sts.StateAvailable),
			}},
		},
		{
			"one is on its way out", restart(alone), opened(set(ststest.Partition(5)), stable(1, anew), stable(3, ststest.Terminating)),
			plan.Progress{Good: 1, Want: 2, Pods: []sts.PodProgress{
				standing(1, sts.StateAvailable), standing(3, sts.StateTerminating),
			}},
		},
		{
			"one is missing", restart(alone), without(opened(set(ststest.Partition(5)), stable(1, anew)), 3),
			plan.Progress{Good: 1, Want: 2, Pods: []sts.PodProgress{
				standing(1, sts.StateAvailable), standing(3, sts.StateMissing),
			}},
		},
		{
			"one that the set no longer has is left out", restart(alone),
			ststest.Snapshot(set(ststest.Partition(5), ststest.Replicas(2)),
				ststest.Pods(0, 1), ststest.Pods(1, 2, anew), ststest.Pods(3, 4)),
			plan.Progress{Done: true, Good: 1, Want: 1, Pods: []sts.PodProgress{standing(1, sts.StateAvailable)}},
		},
		{
			"which revision the pods are on does not matter", restart(),
			opened(waiting(), updated(4), stable(1, anew), stable(3, anew)),
			plan.Progress{Done: true, Good: 2, Want: 2, Pods: fiveOf(sts.StateAvailable)},
		},
		{
			"nothing is known before the controller has seen the spec", restart(), opened(set(ststest.Partition(5), unseen), both...),
			plan.Progress{Waiting: controllerSees},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, test.c.Check(test.s, ststest.Start))
		})
	}
}

// It is Ready for an hour, but it is the pod that is to go.
func TestAPodThatIsToBeRestartedHasNothingToWaitFor(t *testing.T) {
	s := opened(set(ststest.Partition(5), ststest.MinReady(60)), stable(3, ststest.ReadySince(in(-time.Second))),
		stable(1, ststest.ReadySince(in(-time.Second)), anew))
	p := restart(alone).Check(s, ststest.Start)
	require.Equal(t, in(59*time.Second), p.NextAt, "that is web-1")
	require.Equal(t, standing(3, sts.StateOld, due, func(t *sts.PodProgress) { t.Since = in(-time.Second) }), p.Pods[1])
}

func due(t *sts.PodProgress) { t.Due = true }

func TestDrivenConditionsInWords(t *testing.T) {
	require.Equal(t, "1 pod is on the revision wanted and Available", plan.PodsUpdated{Count: 1}.String())
	require.Equal(t, "3 pods are on the revision wanted and Available", plan.PodsUpdated{Count: 3}.String())
	require.Equal(t, "the pod of ordinal 3 is a new one and Available",
		plan.PodsRestarted{Pods: map[int]types.UID{3: "u"}}.String())
	require.Equal(t, "the pods of 2 ordinals are new ones and Available", restart().String())
}

// With OnDelete the controller never moves status.currentRevision on.
func TestAnOnDeleteSetIsRolledOutOnceItIsObserved(t *testing.T) {
	require.Equal(t, plan.Progress{Done: true}, plan.RolledOut{}.Check(opened(waiting()), ststest.Start))
	require.Equal(t, plan.Progress{Waiting: controllerSees}, plan.RolledOut{}.Check(opened(waiting(unseen)), ststest.Start))
}
