package engine_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

type (
	setOption = func(*appsv1.StatefulSet)
	setObject = appsv1.StatefulSet
	podObject = corev1.Pod
	podOption = func(*corev1.Pod)
)

// walk is a run by hand: the test shows one snapshot after another to Next.
type walk struct {
	t     testing.TB
	plan  plan.Plan // as it is read after it was written
	made  plan.Plan
	state engine.State
	now   time.Time
}

func newWalk(t testing.TB, p plan.Plan, first sts.Snapshot) *walk {
	t.Helper()
	w := &walk{t: t, plan: plantest.Same(p), made: p, state: engine.NewState(first, ststest.Start), now: ststest.Start}
	if !p.ReadOnly {
		w.made = plan.Identify(p)
	}
	return w
}

// inStep is a walk whose change is sent already: it waits in its first step.
func inStep(t *testing.T, p plan.Plan, s sts.Snapshot) *walk {
	t.Helper()
	w := newWalk(t, p, s)
	w.see(s)
	return w
}

// see shows a snapshot and returns what Next decides. Next is pure: asked
// twice it gives the same answer, and leaves the state that it got alone. The plan
// that was written and read decides as the one that was made.
func (w *walk) see(s sts.Snapshot) engine.Decision {
	w.t.Helper()
	before := fmt.Sprintf("%+v", w.state)
	state, d := engine.Next(w.plan, w.state, s, w.now)
	require.Equal(w.t, before, fmt.Sprintf("%+v", w.state), "the state that Next got")
	again, same := engine.Next(w.made, w.state, s, w.now)
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

// quiet is the decision without its events, which have tests of their own.
func quiet(d engine.Decision) engine.Decision {
	d.Events = nil
	return d
}

// halted is a decision to end in the first step because of a pod.
func halted(p plan.Plan, pod string, t sts.Trouble, message string) engine.Decision {
	return engine.Decision{End: &engine.Outcome{
		Result: engine.Halted, Message: message, Pod: pod, Trouble: &t, Step: &p.Steps[0], Gate: enginetest.OnlyWeb4,
		Try: enginetest.ToRetry,
	}}
}

// waitsUntil is a decision to do nothing before this long after the start.
func waitsUntil(d time.Duration) engine.Decision { return engine.Decision{WakeAt: ststest.In(d)} }

// deletes is the name of the pod that a change deletes, or "".
func deletes(c plan.Change) string {
	if d, ok := c.(plan.DeletePod); ok {
		return d.Name
	}
	return ""
}
