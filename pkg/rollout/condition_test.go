package rollout_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

const controllerSees = "the StatefulSet controller to see the change"

func TestCondition(t *testing.T) {
	hourAgo := in(-time.Hour)
	available := func(ordinal int, pod string) sts.Standing {
		return sts.Standing{Ordinal: ordinal, Pod: pod, State: sts.StateAvailable, Since: hourAgo}
	}
	startsAt := func(set *appsv1.StatefulSet) {
		set.Spec.Ordinals = &appsv1.StatefulSetOrdinals{Start: 3}
		set.Spec.Replicas = ptr.To[int32](2)
		set.Spec.UpdateStrategy.RollingUpdate.Partition = ptr.To[int32](1)
	}
	for _, test := range []struct {
		name string
		c    rollout.Condition
		s    sts.Snapshot
		want rollout.Progress
	}{
		{"the controller has seen the newest generation", rollout.Observed{}, opened(set()), rollout.Progress{Done: true}},
		{"the controller lags behind", rollout.Observed{}, opened(set(unseen)), rollout.Progress{Waiting: controllerSees}},
		{
			"updated and Available pods are good",
			rollout.PodsGood{From: 4},
			opened(set(), updated(4)),
			rollout.Progress{Done: true, Good: 1, Want: 1, Standings: []sts.Standing{available(4, "web-4")}},
		},
		{
			"below the gate the stable revision is wanted",
			rollout.PodsGood{From: 3},
			opened(set(), updated(4)),
			rollout.Progress{Done: true, Good: 2, Want: 2, Standings: []sts.Standing{available(3, "web-3"), available(4, "web-4")}},
		},
		{
			"a pod on the old revision is not good",
			rollout.PodsGood{From: 4},
			opened(set()),
			rollout.Progress{Want: 1, Standings: []sts.Standing{{Ordinal: 4, Pod: "web-4", State: sts.StateOld, Since: hourAgo}}},
		},
		{
			"a pod that is not Ready is not good",
			rollout.PodsGood{From: 4},
			opened(set(), updated(4, ststest.Unready)),
			rollout.Progress{Want: 1, Standings: []sts.Standing{{Ordinal: 4, Pod: "web-4", State: sts.StateStarting, Since: hourAgo}}},
		},
		{
			"a pod that is missing is not good",
			rollout.PodsGood{From: 4},
			without(opened(set()), 4),
			rollout.Progress{Want: 1, Standings: []sts.Standing{{Ordinal: 4, Pod: "web-4", State: sts.StateMissing}}},
		},
		{
			"the first of two Ready pods to become Available says when to look again",
			rollout.PodsGood{From: 3},
			opened(set(minReady(60), ststest.Partition(3)),
				updated(3, ststest.ReadySince(in(-10*time.Second))), updated(4, ststest.ReadySince(in(-20*time.Second)))),
			rollout.Progress{Want: 2, NextAt: in(40 * time.Second), Standings: []sts.Standing{
				{Ordinal: 3, Pod: "web-3", State: sts.StateReady, Since: in(-10 * time.Second), GoodAt: in(50 * time.Second)},
				{Ordinal: 4, Pod: "web-4", State: sts.StateReady, Since: in(-20 * time.Second), GoodAt: in(40 * time.Second)},
			}},
		},
		{
			"a pod that time does not help does not hide one that it does",
			rollout.PodsGood{From: 3},
			opened(set(minReady(60), ststest.Partition(3)), updated(3, ststest.ReadySince(in(-10*time.Second)))),
			rollout.Progress{Want: 2, NextAt: in(50 * time.Second), Standings: []sts.Standing{
				{Ordinal: 3, Pod: "web-3", State: sts.StateReady, Since: in(-10 * time.Second), GoodAt: in(50 * time.Second)},
				{Ordinal: 4, Pod: "web-4", State: sts.StateOld, Since: hourAgo},
			}},
		},
		{
			"below the gate a plan may want a revision that the controller has forgotten",
			rollout.PodsGood{From: 3, Gated: ststest.Stable},
			opened(set(forgotten), updated(3), updated(4)),
			rollout.Progress{Good: 1, Want: 2, Standings: []sts.Standing{
				{Ordinal: 3, Pod: "web-3", State: sts.StateOld, Since: hourAgo}, available(4, "web-4"),
			}},
		},
		{
			"until the controller has seen the spec its revisions mean nothing",
			rollout.PodsGood{From: 4},
			opened(set(unseen), updated(4)),
			rollout.Progress{Want: 1, Waiting: controllerSees},
		},
		{
			"the partition is an index from ordinals.start",
			rollout.PodsGood{From: 3},
			opened(set(startsAt), updated(4)),
			rollout.Progress{Done: true, Good: 2, Want: 2, Standings: []sts.Standing{available(3, "web-3"), available(4, "web-4")}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, test.c.Check(test.s, ststest.Start))
		})
	}
}

func TestRolledOut(t *testing.T) {
	s := ststest.Snapshot(ststest.Set(ststest.Updating("nginx:1.22")))
	require.Equal(t, rollout.Progress{Waiting: "the StatefulSet controller to end the rollout"},
		rollout.RolledOut{}.Check(s, ststest.Start))
	require.Equal(t, rollout.Progress{Done: true}, rollout.RolledOut{}.Check(ststest.Snapshot(ststest.Set()), ststest.Start))
	require.False(t, rollout.RolledOut{}.Check(ststest.Snapshot(ststest.Set(ststest.Unseen)), ststest.Start).Done)
	require.Equal(t, "the controller has ended the rollout", rollout.RolledOut{}.String())
}
