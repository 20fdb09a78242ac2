package engine_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/podorder"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// dressed makes the chaos one in which pods lead at times and are Ready for a
// short while at times, a change shows in their version, and a budget allows a
// disruption at times.
func (c *chaos) dressed(first sts.Snapshot) *chaos {
	version := 100
	c.touch = func(pod *podObject) {
		version++
		ststest.Version(fmt.Sprint(version))(pod)
		delete(pod.Labels, "role")
		if c.one(3) {
			ststest.Labelled("role", "primary")(pod)
		}
		if c.one(4) {
			ststest.ReadySince(c.now.Add(-time.Second))(pod)
		}
	}
	c.dress = func(s sts.Snapshot) sts.Snapshot {
		return enginetest.Budgeted(s, ststest.Healthy(int32(3+c.rand.IntN(3)), 4))
	}
	for o, pod := range c.pods {
		c.put(o, pod)
	}
	c.past = []sts.Snapshot{c.dress(ststest.SnapshotOf(first.Set, c.pods))}
	return c
}

// drivenPlans are plans whose pods the run deletes by itself.
func drivenPlans() map[string]func(*plan.Plan) {
	free := plan.Replace{Order: podorder.Order{Last: "role=primary"}, Budgets: true}
	return map[string]func(*plan.Plan){
		"each":    driving(free),
		"restart": restarting(free),
		"step by step": func(p *plan.Plan) {
			driving(free)(p)
			p.Steps[0].Until = plan.PodsUpdated{Count: 2}
			p.Steps = append(p.Steps, p.Steps[0])
			p.Steps[1].Until = plan.PodsUpdated{Count: 5}
		},
	}
}

// However the pods come and go, a run deletes one at a time, only what is to
// go, a healthy one only while all others are Available and its budget allows
// it, and a leader that is healthy only when no other is left.
func TestPodsThatARunDeletesGoInTheirOrder(t *testing.T) {
	for name, driven := range drivenPlans() {
		t.Run(name, func(t *testing.T) {
			deleted, leaders := 0, 0
			for seed := range uint64(seeds / 2) {
				policy := []appsv1.PodManagementPolicyType{appsv1.OrderedReadyPodManagement, appsv1.ParallelPodManagement}[seed%2]
				p := enginetest.OneStep(driven)
				first := ststest.Opened(ststest.WaitingForDeletions(enginetest.MinReady(30),
					func(set *setObject) { set.Spec.PodManagementPolicy = policy }))
				c := newChaos(t, seed, *forgiving(&p), first).dressed(first)
				c.play(func(s sts.Snapshot, change plan.Change) {
					d, ok := change.(plan.DeletePod)
					require.True(t, ok)
					led := c.requireMayGo(t, s, d)
					deleted++
					if led {
						leaders++
					}
				})
			}
			require.Greater(t, deleted, seeds/20, "deletions that the chaos let through")
			require.Positive(t, leaders, "leaders that were deleted")
		})
	}
}

// requireMayGo requires that the deletion does no harm, and reports whether it
// is one of a leader.
func (c *chaos) requireMayGo(t *testing.T, s sts.Snapshot, d plan.DeletePod) bool {
	t.Helper()
	again := d.UID == c.last && c.lost
	for _, pod := range s.Pods {
		require.False(t, pod.UID == c.last && !again, "%s goes while %s, deleted before, is still there", d.Name, pod.Name)
	}
	for _, pod := range s.Pods {
		if pod.UID != d.UID || again {
			continue
		}
		require.Equal(t, pod.Version, d.Version)
		require.Empty(t, s.Forbids(pod), "against its budget")
		require.True(t, c.toGo(pod, s), "%s was not to go", pod.Name)
		if !pod.Ready {
			return false
		}
		c.requireOthers(t, s, pod)
		return pod.Labels["role"] == "primary"
	}
	return false
}

// requireOthers requires that all others are Available and, for a leader, that
// none of them is to go that does not lead.
func (c *chaos) requireOthers(t *testing.T, s sts.Snapshot, pod sts.Pod) {
	t.Helper()
	require.True(t, pod.Available(s.MinReady(), c.now), "%s is Ready and not yet Available", pod.Name)
	for o := range s.Replicas() {
		other, there := s.Pod(o)
		require.True(t, there && other.Available(s.MinReady(), c.now), "%s goes while %s is not Available", pod.Name, s.PodName(o))
		if pod.Labels["role"] == "primary" && other.Labels["role"] != "primary" {
			require.False(t, c.toGo(other, s), "%s leads and goes before %s", pod.Name, other.Name)
		}
	}
}

// toGo reports whether the plan is to delete this pod.
func (c *chaos) toGo(pod sts.Pod, s sts.Snapshot) bool {
	if restarted, ok := c.plan.Steps[0].Until.(plan.PodsRestarted); ok {
		was, listed := restarted.Pods[pod.Ordinal]
		return listed && was == pod.UID
	}
	return pod.Revision != s.UpdateRevision()
}

// A gate that gives a pod up opens only as its budget allows, and only once the
// pods before it are well.
func TestAGateOpensWithinItsBudget(t *testing.T) {
	opened := 0
	for seed := range uint64(2 * seeds) {
		p := enginetest.OneStep()
		p.Steps = nil
		for o := 4; o >= 0; o-- {
			p.Steps = append(p.Steps, plan.Step{
				Part: true, Change: plan.Partition(o), Disrupts: []int{o}, Until: plan.PodsGood{From: o},
			})
		}
		c := newChaos(t, seed, *forgiving(&p), before()).dressed(before())
		c.calm = seed%2 == 0
		c.play(func(s sts.Snapshot, change plan.Change) {
			edit, ok := change.(plan.Edit)
			require.True(t, ok)
			require.Equal(t, *edit.Partition, s.Partition()-1, "one pod at a time")
			pod, there := s.Pod(*edit.Partition)
			require.True(t, !there || pod.Revision == s.UpdateRevision() || s.Forbids(pod) == "", "against its budget")
			for o := s.Partition(); o < 5; o++ {
				require.True(t, s.PodProgress(o, s.UpdateRevision(), c.now).Good(), "web-%d first", o)
			}
			opened++
		})
	}
	require.Greater(t, opened, seeds, "edits that the chaos let through")
}
