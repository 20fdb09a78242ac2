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
func standing(ordinal int, state sts.State, changes ...func(*sts.Standing)) sts.Standing {
	t := sts.Standing{Ordinal: ordinal, Pod: "web-" + string(rune('0'+ordinal)), State: state, Since: ststest.In(-time.Hour)}
	if state == sts.StateMissing {
		t.Since = time.Time{}
	}
	if state == sts.StateTerminating {
		t.Since = ststest.In(0)
	}
	for _, change := range changes {
		change(&t)
	}
	return t
}

// five are the standings of five pods, old but for these.
func five(others ...sts.Standing) []sts.Standing { return fiveOf(sts.StateOld, others...) }

func fiveOf(state sts.State, others ...sts.Standing) []sts.Standing {
	var all []sts.Standing
	for o := range 5 {
		all = append(all, standing(o, state))
	}
	for _, t := range others {
		all[t.Ordinal] = t
	}
	return all
}

func TestPodsUpdated(t *testing.T) {
	good := func(o int) sts.Standing { return standing(o, sts.StateAvailable) }
	for _, test := range []struct {
		name  string
		count int
		s     sts.Snapshot
		want  plan.Progress
	}{
		{"none is yet", 1, ststest.Opened(ststest.WaitingForDeletions()), plan.Progress{Want: 1, Standings: five()}},
		{
			"any one will do", 1, ststest.Opened(ststest.WaitingForDeletions(), ststest.UpdatedPod(1)),
			plan.Progress{Done: true, Good: 1, Want: 1, Standings: five(good(1))},
		},
		{
			"one is not two", 2, ststest.Opened(ststest.WaitingForDeletions(), ststest.UpdatedPod(1)),
			plan.Progress{Good: 1, Want: 2, Standings: five(good(1))},
		},
		{
			"more than asked for are no harm", 1, ststest.Opened(ststest.WaitingForDeletions(), ststest.UpdatedPod(1), ststest.UpdatedPod(4)),
			plan.Progress{Done: true, Good: 2, Want: 1, Standings: five(good(1), good(4))},
		},
		{
			"another one on its way has to arrive first", 1, ststest.Opened(ststest.WaitingForDeletions(), ststest.UpdatedPod(1), ststest.UpdatedPod(4, ststest.Unready)),
			plan.Progress{Good: 1, Want: 1, Standings: five(good(1), standing(4, sts.StateStarting))},
		},
		{
			"so has one that is on its way out", 1, ststest.Opened(ststest.WaitingForDeletions(), ststest.UpdatedPod(1), ststest.StablePod(4, ststest.Terminating)),
			plan.Progress{Good: 1, Want: 1, Standings: five(good(1), standing(4, sts.StateTerminating))},
		},
		{
			"and one that is missing", 1, ststest.Without(ststest.Opened(ststest.WaitingForDeletions(), ststest.UpdatedPod(1)), 3),
			plan.Progress{Good: 1, Want: 1, Standings: five(good(1), standing(3, sts.StateMissing))},
		},
		{
			"never more than there are to be", 9, ststest.Opened(ststest.WaitingForDeletions(), ststest.UpdatedPod(0), ststest.UpdatedPod(1), ststest.UpdatedPod(2), ststest.UpdatedPod(3), ststest.UpdatedPod(4)),
			plan.Progress{Done: true, Good: 5, Want: 5, Standings: fiveOf(sts.StateAvailable)},
		},
		{
			"until the controller has seen the spec its revisions mean nothing", 1, ststest.Opened(ststest.WaitingForDeletions(ststest.Unobserved), ststest.UpdatedPod(1)),
			plan.Progress{Waiting: controllerSees},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, plan.PodsUpdated{Count: test.count}.Check(test.s, ststest.Start))
		})
	}
}

func TestPodsUpdatedSaysWhenTimeAloneHelps(t *testing.T) {
	s := ststest.Opened(ststest.WaitingForDeletions(ststest.MinReady(60)), ststest.UpdatedPod(4, ststest.ReadySince(ststest.In(-10*time.Second))))
	require.Equal(t, ststest.In(50*time.Second), plan.PodsUpdated{Count: 1}.Check(s, ststest.Start).NextAt)
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
	old := func(o int) sts.Standing { return standing(o, sts.StateOld, due) }
	both := []*corev1.Pod{ststest.StablePod(1, ststest.Recreated), ststest.StablePod(3, ststest.Recreated)}
	for _, test := range []struct {
		name string
		c    plan.PodsRestarted
		s    sts.Snapshot
		want plan.Progress
	}{
		{
			"none is yet", restart(), ststest.Opened(ststest.Canary(ststest.Partition(5))),
			plan.Progress{Want: 2, Standings: fiveOf(sts.StateAvailable, old(1), old(3))},
		},
		{
			"one is", restart(), ststest.Opened(ststest.Canary(ststest.Partition(5)), ststest.StablePod(3, ststest.Recreated)),
			plan.Progress{Good: 1, Want: 2, Standings: fiveOf(sts.StateAvailable, old(1))},
		},
		{
			"both are", restart(), ststest.Opened(ststest.Canary(ststest.Partition(5)), both...),
			plan.Progress{Done: true, Good: 2, Want: 2, Standings: fiveOf(sts.StateAvailable)},
		},
		{
			"both are and another one is not Ready", restart(), ststest.Opened(ststest.Canary(ststest.Partition(5)), append(both, ststest.StablePod(0, ststest.Unready))...),
			plan.Progress{Good: 2, Want: 2, Standings: fiveOf(sts.StateAvailable, standing(0, sts.StateStarting))},
		},
		{
			"both are, and the others are left out of account", restart(alone),
			ststest.Opened(ststest.Canary(ststest.Partition(5)), append(both, ststest.StablePod(0, ststest.Unready))...),
			plan.Progress{Done: true, Good: 2, Want: 2, Standings: []sts.Standing{
				standing(1, sts.StateAvailable), standing(3, sts.StateAvailable),
			}},
		},
		{
			"one is on its way out", restart(alone), ststest.Opened(ststest.Canary(ststest.Partition(5)), ststest.StablePod(1, ststest.Recreated), ststest.StablePod(3, ststest.Terminating)),
			plan.Progress{Good: 1, Want: 2, Standings: []sts.Standing{
				standing(1, sts.StateAvailable), standing(3, sts.StateTerminating),
			}},
		},
		{
			"one is missing", restart(alone), ststest.Without(ststest.Opened(ststest.Canary(ststest.Partition(5)), ststest.StablePod(1, ststest.Recreated)), 3),
			plan.Progress{Good: 1, Want: 2, Standings: []sts.Standing{
				standing(1, sts.StateAvailable), standing(3, sts.StateMissing),
			}},
		},
		{
			"one that the set no longer has is left out", restart(alone),
			ststest.Snapshot(ststest.Canary(ststest.Partition(5), ststest.Replicas(2)), ststest.Pods(0, 1), ststest.Pods(1, 2, ststest.Recreated), ststest.Pods(3, 4)),
			plan.Progress{Done: true, Good: 1, Want: 1, Standings: []sts.Standing{standing(1, sts.StateAvailable)}},
		},
		{
			"which revision the pods are on does not matter", restart(),
			ststest.Opened(ststest.WaitingForDeletions(), ststest.UpdatedPod(4), ststest.StablePod(1, ststest.Recreated), ststest.StablePod(3, ststest.Recreated)),
			plan.Progress{Done: true, Good: 2, Want: 2, Standings: fiveOf(sts.StateAvailable)},
		},
		{
			"nothing is known before the controller has seen the spec", restart(), ststest.Opened(ststest.Canary(ststest.Partition(5), ststest.Unobserved), both...),
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
	s := ststest.Opened(ststest.Canary(ststest.Partition(5), ststest.MinReady(60)), ststest.StablePod(3, ststest.ReadySince(ststest.In(-time.Second))),
		ststest.StablePod(1, ststest.ReadySince(ststest.In(-time.Second)), ststest.Recreated))
	p := restart(alone).Check(s, ststest.Start)
	require.Equal(t, ststest.In(59*time.Second), p.NextAt, "that is web-1")
	require.Equal(t, standing(3, sts.StateOld, due, func(t *sts.Standing) { t.Since = ststest.In(-time.Second) }), p.Standings[1])
}

func due(t *sts.Standing) { t.Due = true }

func TestDrivenConditionsInWords(t *testing.T) {
	require.Equal(t, "1 pod is on the revision wanted and Available", plan.PodsUpdated{Count: 1}.String())
	require.Equal(t, "3 pods are on the revision wanted and Available", plan.PodsUpdated{Count: 3}.String())
	require.Equal(t, "the pod of ordinal 3 is a new one and Available",
		plan.PodsRestarted{Pods: map[int]types.UID{3: "u"}}.String())
	require.Equal(t, "the pods of 2 ordinals are new ones and Available", restart().String())
}

// With OnDelete the controller never moves status.currentRevision on.
func TestAnOnDeleteSetIsRolledOutOnceItIsObserved(t *testing.T) {
	require.Equal(t, plan.Progress{Done: true}, plan.RolledOut{}.Check(ststest.Opened(ststest.WaitingForDeletions()), ststest.Start))
	require.Equal(t, plan.Progress{Waiting: controllerSees}, plan.RolledOut{}.Check(ststest.Opened(ststest.WaitingForDeletions(ststest.Unobserved)), ststest.Start))
}
