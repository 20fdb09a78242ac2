package plan_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

const controllerSees = "the StatefulSet controller to see the change"

func TestCondition(t *testing.T) {
	hourAgo := in(-time.Hour)
	available := func(ordinal int, pod string) sts.PodProgress {
		return sts.PodProgress{Ordinal: ordinal, Pod: pod, State: sts.StateAvailable, Since: hourAgo}
	}
	startsAt := func(set *appsv1.StatefulSet) {
		set.Spec.Ordinals = &appsv1.StatefulSetOrdinals{Start: 3}
		set.Spec.Replicas = ptr.To[int32](2)
		set.Spec.UpdateStrategy.RollingUpdate.Partition = ptr.To[int32](1)
	}
	for _, test := range []struct {
		name string
		c    plan.Condition
		s    sts.Snapshot
		want plan.Progress
	}{
		{"the controller has seen the newest generation", plan.Observed{}, opened(set()), plan.Progress{Done: true}},
		{"the controller lags behind", plan.Observed{}, opened(set(unseen)), plan.Progress{Waiting: controllerSees}},
		{
			"updated and Available pods are good",
			plan.PodsGood{From: 4},
			opened(set(), updated(4)),
			plan.Progress{Done: true, Good: 1, Want: 1, Pods: []sts.PodProgress{available(4, "web-4")}},
		},
		{
			"below the gate the stable revision is wanted",
			plan.PodsGood{From: 3},
			opened(set(), updated(4)),
			plan.Progress{Done: true, Good: 2, Want: 2, Pods: []sts.PodProgress{available(3, "web-3"), available(4, "web-4")}},
		},
		{
			"a pod on the old revision is not good",
			plan.PodsGood{From: 4},
			opened(set()),
			plan.Progress{Want: 1, Pods: []sts.PodProgress{{Ordinal: 4, Pod: "web-4", State: sts.StateOld, Since: hourAgo}}},
		},
		{
			"a pod that is not Ready is not good",
			plan.PodsGood{From: 4},
			opened(set(), updated(4, ststest.Unready)),
			plan.Progress{Want: 1, Pods: []sts.PodProgress{{Ordinal: 4, Pod: "web-4", State: sts.StateStarting, Since: hourAgo}}},
		},
		{
			"a pod that is missing is not good",
			plan.PodsGood{From: 4},
			without(opened(set()), 4),
			plan.Progress{Want: 1, Pods: []sts.PodProgress{{Ordinal: 4, Pod: "web-4", State: sts.StateMissing}}},
		},
		{
			"the first of two Ready pods to become Available says when to look again",
			plan.PodsGood{From: 3},
			opened(set(ststest.MinReady(60), ststest.Partition(3)),
				updated(3, ststest.ReadySince(in(-10*time.Second))), updated(4, ststest.ReadySince(in(-20*time.Second)))),
			plan.Progress{Want: 2, NextAt: in(40 * time.Second), Pods: []sts.PodProgress{
				{Ordinal: 3, Pod: "web-3", State: sts.StateReady, Since: in(-10 * time.Second), GoodAt: in(50 * time.Second)},
				{Ordinal: 4, Pod: "web-4", State: sts.StateReady, Since: in(-20 * time.Second), GoodAt: in(40 * time.Second)},
			}},
		},
		{
			"a pod that time does not help does not hide one that it does",
			plan.PodsGood{From: 3},
			opened(set(ststest.MinReady(60), ststest.Partition(3)), updated(3, ststest.ReadySince(in(-10*time.Second)))),
			plan.Progress{Want: 2, NextAt: in(50 * time.Second), Pods: []sts.PodProgress{
				{Ordinal: 3, Pod: "web-3", State: sts.StateReady, Since: in(-10 * time.Second), GoodAt: in(50 * time.Second)},
				{Ordinal: 4, Pod: "web-4", State: sts.StateOld, Since: hourAgo},
			}},
		},
		{
			"below the gate a plan may want a revision that the controller has forgotten",
			plan.PodsGood{From: 3, Gated: ststest.Stable},
			opened(set(forgotten), updated(3), updated(4)),
			plan.Progress{Good: 1, Want: 2, Pods: []sts.PodProgress{
				{Ordinal: 3, Pod: "web-3", State: sts.StateOld, Since: hourAgo}, available(4, "web-4"),
			}},
		},
		{
			"until the controller has seen the spec its revisions mean nothing",
			plan.PodsGood{From: 4},
			opened(set(unseen), updated(4)),
			plan.Progress{Want: 1, Waiting: controllerSees},
		},
		{
			"the partition is an index from ordinals.start",
			plan.PodsGood{From: 3},
			opened(set(startsAt), updated(4)),
			plan.Progress{Done: true, Good: 2, Want: 2, Pods: []sts.PodProgress{available(3, "web-3"), available(4, "web-4")}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, test.c.Check(test.s, ststest.Start))
		})
	}
}

func TestRolledOut(t *testing.T) {
	s := ststest.Snapshot(ststest.Set(ststest.Updating("nginx:1.22")))
	require.Equal(t, plan.Progress{Waiting: "the StatefulSet controller to end the rollout"},
		plan.RolledOut{}.Check(s, ststest.Start))
	require.Equal(t, plan.Progress{Done: true}, plan.RolledOut{}.Check(ststest.Snapshot(ststest.Set()), ststest.Start))
	require.False(t, plan.RolledOut{}.Check(ststest.Snapshot(ststest.Set(ststest.Unseen)), ststest.Start).Done)
	require.Equal(t, "the controller has ended the rollout", plan.RolledOut{}.String())
}
