package engine_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/intent"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// chaos is a set whose pods do anything at any time, seen through watches
// that lag behind, by a run some of whose writes get lost. It is no
// controller: whatever it shows, the run must do no harm.
type chaos struct {
	*walk
	rand *rand.Rand
	set  *workload.Set
	pods []*podObject   // by ordinal, nil for a missing one
	past []sts.Snapshot // what was shown, newest last
	made int            // pods made so far, for their uids
	last types.UID      // the pod whose deletion was taken or got lost last
	lost bool           // its answer did
	calm bool           // pods only go where they are wanted
	// dress adds to what is shown and touch to pods that change, nil for nothing.
	dress func(sts.Snapshot) sts.Snapshot
	touch func(*podObject)
}

func newChaos(t *testing.T, seed uint64, p plan.Plan, first sts.Snapshot) *chaos {
	return &chaos{
		walk: newWalk(t, p, first), rand: rand.New(rand.NewPCG(seed, 0)),
		set: first.Set, pods: ststest.Pods(0, 5), past: []sts.Snapshot{first},
	}
}

func (c *chaos) one(in int) bool { return c.rand.IntN(in) == 0 }

// pod is a new one, on a random revision, Ready or not.
func (c *chaos) pod(ordinal int) *podObject {
	c.made++
	pod := ststest.Pod(ordinal)
	if c.one(2) {
		pod = ststest.UpdatedPod(ordinal)
	}
	pod.UID = types.UID(fmt.Sprintf("pod-%d", c.made))
	if c.one(3) {
		ststest.Unready(pod)
	}
	return pod
}

// stir changes up to two pods, and shows the set as it is now or lately was.
func (c *chaos) stir() sts.Snapshot {
	for range c.rand.IntN(3) {
		o := c.rand.IntN(5)
		pod := c.pods[o]
		switch {
		case c.calm:
			pod = ststest.Pod(o)
			if o >= c.set.Spec.Partition {
				pod = ststest.UpdatedPod(o)
			}
		case pod == nil:
			pod = c.pod(o)
		case pod.DeletionTimestamp != nil:
			pod = nil
		case c.one(2):
			pod = pod.DeepCopy()
			ststest.Terminating(pod)
		default:
			pod = pod.DeepCopy()
			pod.Status.Conditions[0].Status = "True"
			if c.one(2) {
				ststest.Unready(pod)
			}
		}
		c.put(o, pod)
	}
	if c.one(2) {
		c.set = enginetest.Observed(c.set)
	}
	s := ststest.SnapshotOf(c.set, slices.DeleteFunc(slices.Clone(c.pods), func(p *podObject) bool { return p == nil }))
	if c.dress != nil {
		s = c.dress(s)
	}
	c.past = append(c.past, s)
	back := c.rand.IntN(min(3, len(c.past)))
	return c.past[len(c.past)-1-back]
}

// put makes this the pod with the ordinal, nil for none.
func (c *chaos) put(ordinal int, pod *podObject) {
	if c.pods[ordinal] = pod; pod != nil && c.touch != nil {
		c.touch(pod)
	}
}

// write takes a write, or loses it, or both.
func (c *chaos) write(change plan.Change) {
	lost, takes := c.one(4), !c.one(4)
	if edit, ok := change.(plan.Edit); ok && takes {
		c.set = enginetest.Taken(c.set, edit)
	}
	if d, ok := change.(plan.DeletePod); ok && takes {
		for o, pod := range c.pods {
			if pod != nil && pod.UID == d.UID {
				if d.Version != "" && d.Version != pod.ResourceVersion {
					takes = false
					continue
				}
				pod = pod.DeepCopy()
				ststest.Terminating(pod)
				c.put(o, pod)
			}
		}
	}
	switch {
	case lost:
		c.state = c.state.Unsure(change)
	case takes:
		c.state = c.state.Applied(change, c.set, c.now)
	default:
		return // a conflict
	}
	if d, ok := change.(plan.DeletePod); ok {
		c.last, c.lost = d.UID, lost
	}
}

// play runs until the run ends or enough has happened, and calls check before
// each write. It returns what was written.
func (c *chaos) play(check func(s sts.Snapshot, change plan.Change)) []plan.Change {
	var written []plan.Change
	s := c.past[0]
	for range 80 {
		c.after(time.Second)
		d := c.see(s)
		if d.End != nil {
			return written
		}
		if d.Do != nil {
			check(s, d.Do)
			written = append(written, d.Do)
			c.write(d.Do)
		}
		s = c.stir()
	}
	return written
}

// forgiving is a plan that chaos does not end at once.
func forgiving(p *plan.Plan) *plan.Plan {
	p.Patience, p.StepTimeout = time.Hour, 0
	for i := range p.Steps {
		p.Steps[i].Soak = 0
	}
	return p
}

const seeds = 150

func TestACanaryNeverRaisesThePartition(t *testing.T) {
	lowered := 0
	for seed := range uint64(seeds) {
		p := toTheEnd(t)
		c := newChaos(t, seed, *forgiving(&p), ststest.Settled())
		c.calm = true
		written := c.play(func(s sts.Snapshot, change plan.Change) {
			edit, ok := change.(plan.Edit)
			require.True(t, ok, "seed %d: a canary deletes no pod", seed)
			if edit.Template == nil {
				require.LessOrEqual(t, *edit.Partition, s.Partition(), "seed %d", seed)
			}
		})
		for _, change := range written {
			if edit, ok := change.(plan.Edit); ok && edit.Template == nil {
				lowered++
			}
		}
	}
	require.Greater(t, lowered, seeds/2, "edits that the chaos let through")
}

func TestPodsAreDeletedOneAtATime(t *testing.T) {
	deleted := 0
	for seed := range uint64(seeds) {
		mode := []plan.ReplaceMode{plan.ReplaceEach, plan.ReplaceBlocker}[seed%2]
		policy := []appsv1.PodManagementPolicyType{appsv1.OrderedReadyPodManagement, appsv1.ParallelPodManagement}[seed/2%2]
		first := ststest.Opened(enginetest.Closing(func(set *appsv1.StatefulSet) { set.Spec.PodManagementPolicy = policy }),
			ststest.UpdatedPod(2), ststest.UpdatedPod(4))
		p := enginetest.OneStep(enginetest.Returning(&plan.Replace{Mode: mode}))
		c := newChaos(t, seed, *forgiving(&p), first)
		written := c.play(func(s sts.Snapshot, change plan.Change) {
			d, ok := change.(plan.DeletePod)
			require.True(t, ok)
			for _, pod := range s.Pods {
				require.False(t, pod.UID == c.last && d.UID != c.last,
					"seed %d: %s goes while %s, deleted before, is still there", seed, d.Name, pod.Name)
				if pod.UID == d.UID && pod.Ready && d.UID != c.last {
					requireOthersGood(t, s, pod.Ordinal)
				}
			}
		})
		deleted += len(written)
	}
	require.Greater(t, deleted, seeds/2, "deletions that the chaos let through")
}

// requireOthersGood requires that a healthy pod is only deleted while all
// others are Available.
func requireOthersGood(t *testing.T, s sts.Snapshot, but int) {
	t.Helper()
	for o := range s.Replicas() {
		if o != but {
			require.Equal(t, sts.StateAvailable, s.PodProgress(o, "", ststest.Start).State, "%s", s.PodName(o))
		}
	}
}

// toTheEnd is the plan of a canary of web to nginx:1.22.
func toTheEnd(t testing.TB) plan.Plan {
	t.Helper()
	r := canary.Request{
		Run: intent.Run{
			Limits: plan.Limits{Patience: enginetest.Patience, StepTimeout: enginetest.StepTimeout},
		},
		Start:    intent.Start{ID: "run", Steps: operation.DefaultSteps(), Soak: enginetest.Soak},
		Template: ststest.Raw("nginx:1.22"),
	}
	p, err := plantest.Saved(canary.Plan(r, ststest.Settled(), ststest.Start))
	require.NoError(t, err)
	return *p
}
