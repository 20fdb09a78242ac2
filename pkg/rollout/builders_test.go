package rollout_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/rollout/rollouttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// record is the annotation that the test plans rely on.
const record = "kubectl-sts.github.io/canary"

const (
	patience    = 30 * time.Second
	stepTimeout = 10 * time.Minute
)

// tooLong is what a run says at a step's deadline.
const tooLong = "no progress for 10m0s"

// onlyWeb4 is where most snapshots have the gate.
const onlyWeb4 = "partition 4: only web-4 is updated"

var (
	toGoOn   = []string{"resume: kubectl sts canary web", "roll back: kubectl sts abort web"}
	toRetry  = []string{"roll back: kubectl sts abort web", "try again: kubectl sts canary web --retry"}
	toGoNext = []string{"the next step: kubectl sts promote web", "roll back: kubectl sts abort web"}
)

// plan has one step, which updates web-4.
func plan(changes ...func(*rollout.Plan)) rollout.Plan {
	p := rollout.Plan{
		Verb: "canary", Namespace: "default", Name: "web", UID: "web-uid", Record: record,
		Steps: []rollout.Step{{
			Title: "update web-4", Number: 1, Of: 2, Change: rollout.Partition(4), Until: rollout.PodsGood{From: 4},
		}},
		Patience:    patience,
		StepTimeout: stepTimeout,
		Resume:      "kubectl sts canary web",
		Promote:     "kubectl sts promote web",
		Abort:       "kubectl sts abort web",
		Watch:       "kubectl sts watch web --follow",
		Success:     "all is well",
	}
	for _, change := range changes {
		change(&p)
	}
	return rollout.Identify(p)
}

// step changes the plan's first step.
func step(change func(*rollout.Step)) func(*rollout.Plan) {
	return func(p *rollout.Plan) { change(&p.Steps[0]) }
}

func soaked(d time.Duration) func(*rollout.Plan) {
	return step(func(s *rollout.Step) { s.Soak = d })
}

func gated(g rollout.Gate) func(*rollout.Plan) {
	return step(func(s *rollout.Step) { s.Gate = &g })
}

// returning makes the step one that takes every pod back to its revision.
func returning(free *rollout.Free) func(*rollout.Plan) {
	return step(func(s *rollout.Step) {
		*s = rollout.Step{Title: "return the pods", Until: rollout.PodsGood{}, Free: free}
	})
}

type (
	setOption = func(*appsv1.StatefulSet)
	setObject = appsv1.StatefulSet
	podObject = corev1.Pod
	podOption = func(*corev1.Pod)
)

// set is a StatefulSet in the middle of a canary: partition 4, generation 3.
func set(changes ...setOption) *appsv1.StatefulSet {
	return ststest.Set(append([]setOption{
		ststest.Updating("nginx:1.22"), ststest.Partition(4), ststest.Generation(3), ststest.Annotated(record, "r1"),
	}, changes...)...)
}

func parallel(set *appsv1.StatefulSet) { set.Spec.PodManagementPolicy = appsv1.ParallelPodManagement }

func minReady(seconds int32) setOption {
	return func(set *appsv1.StatefulSet) { set.Spec.MinReadySeconds = seconds }
}

// forgotten is what a controller makes of Stable when it thinks that every pod
// is updated (kubernetes#121534, #136831).
func forgotten(set *setObject) { set.Status.CurrentRevision = ststest.Update }

// unseen takes the controller's view of the newest spec away.
func unseen(set *appsv1.StatefulSet) { set.Status.ObservedGeneration-- }

// closed is the snapshot before the step: partition 5, every pod on Stable.
func closed(changes ...setOption) sts.Snapshot {
	return ststest.Snapshot(set(append([]setOption{ststest.Partition(5), ststest.Generation(2)}, changes...)...), ststest.Pods(0, 5))
}

// opened is the snapshot in the step, with these pods instead of the stable
// ones of the same ordinals.
func opened(set *appsv1.StatefulSet, pods ...*corev1.Pod) sts.Snapshot {
	all := ststest.Pods(0, 5)
	for _, pod := range pods {
		for i := range all {
			if all[i].Name == pod.Name {
				all[i] = pod
			}
		}
	}
	return ststest.Snapshot(set, all)
}

// without takes pods out of a snapshot.
func without(s sts.Snapshot, ordinals ...int) sts.Snapshot {
	pods := s.Pods
	s.Pods = nil
	for _, pod := range pods {
		gone := false
		for _, o := range ordinals {
			gone = gone || pod.Ordinal == o
		}
		if !gone {
			s.Pods = append(s.Pods, pod)
		}
	}
	return s
}

// updated is a pod on the update revision.
func updated(ordinal int, changes ...podOption) *corev1.Pod {
	return ststest.Pod(ordinal, append([]podOption{ststest.Revision(ststest.Update)}, changes...)...)
}

// stable is a pod on the stable revision.
func stable(ordinal int, changes ...podOption) *corev1.Pod { return ststest.Pod(ordinal, changes...) }

// anew makes the pod another object under the same name.
func anew(pod *corev1.Pod) { pod.UID += "-anew" }

// pending makes the pod one that is on no node yet.
func pending(pod *corev1.Pod) {
	ststest.Unready(pod)
	pod.Status.Phase = corev1.PodPending
}

// walk is a run by hand: the test shows one snapshot after another to Next.
type walk struct {
	t     testing.TB
	plan  rollout.Plan
	state rollout.State
	now   time.Time
}

func newWalk(t testing.TB, p rollout.Plan, first sts.Snapshot) *walk {
	t.Helper()
	return &walk{t: t, plan: rollouttest.Same(p), state: rollout.NewState(first, ststest.Start), now: ststest.Start}
}

// inStep is a walk whose change is sent already: it waits in its first step.
func inStep(t *testing.T, p rollout.Plan, s sts.Snapshot) *walk {
	t.Helper()
	w := newWalk(t, p, s)
	w.see(s)
	return w
}

// see shows a snapshot and returns what Next decides. Next is pure: asked
// twice it gives the same answer, and leaves the state that it got alone.
func (w *walk) see(s sts.Snapshot) rollout.Decision {
	w.t.Helper()
	before := fmt.Sprintf("%+v", w.state)
	state, d := rollout.Next(w.plan, w.state, s, w.now)
	require.Equal(w.t, before, fmt.Sprintf("%+v", w.state), "the state that Next got")
	again, same := rollout.Next(w.plan, w.state, s, w.now)
	require.Equal(w.t, d, same, "the decision when asked twice")
	require.Equal(w.t, state, again, "the state when asked twice")
	require.False(w.t, d.End != nil && (d.Do != nil || d.Ask != nil), "the end is the end")
	w.state = state
	return d
}

// after lets time pass.
func (w *walk) after(d time.Duration) *walk {
	w.now = w.now.Add(d)
	return w
}

// at goes to a time since the start.
func (w *walk) at(d time.Duration) *walk {
	w.now = ststest.Start.Add(d)
	return w
}

// in is the time that long after the start.
func in(d time.Duration) time.Time { return ststest.Start.Add(d) }

// quiet is the decision without its events, which have tests of their own.
func quiet(d rollout.Decision) rollout.Decision {
	d.Events = nil
	return d
}

// halted is a decision to end in the first step because of a pod.
func halted(p rollout.Plan, pod string, t sts.Trouble, message string) rollout.Decision {
	return rollout.Decision{End: &rollout.Outcome{
		Result: rollout.Halted, Message: message, Pod: pod, Trouble: &t, Step: &p.Steps[0], Gate: onlyWeb4, Try: toRetry,
	}}
}

// waitsUntil is a decision to do nothing before this long after the start.
func waitsUntil(d time.Duration) rollout.Decision { return rollout.Decision{WakeAt: in(d)} }

// deletes is the name of the pod that a change deletes, or "".
func deletes(c rollout.Change) string {
	if d, ok := c.(rollout.DeletePod); ok {
		return d.Name
	}
	return ""
}
