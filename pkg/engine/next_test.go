package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

func TestFirstDecision(t *testing.T) {
	done := engine.Decision{End: &engine.Outcome{Result: engine.Done, Message: "all is well"}}
	watch := enginetest.Step(func(s *plan.Step) { s.Change = nil })
	for _, test := range []struct {
		name string
		plan plan.Plan
		s    sts.Snapshot
		want engine.Decision
	}{
		{
			"a change that the set lacks is sent", enginetest.OneStep(), ststest.Closed(),
			engine.Decision{Do: plan.Partition(4), WakeAt: ststest.In(enginetest.StepTimeout)},
		},
		{
			"a change that the set has is not sent again: that is resume", enginetest.OneStep(),
			ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)), done,
		},
		{
			"a change that the set has is still waited for", enginetest.OneStep(), ststest.Opened(ststest.Canary()),
			waitsUntil(enginetest.StepTimeout),
		},
		{
			"a step without a change only waits", enginetest.OneStep(watch), ststest.Opened(ststest.Canary()),
			waitsUntil(enginetest.StepTimeout),
		},
		{
			"a step without a change is done when its condition holds", enginetest.OneStep(watch),
			ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)), done,
		},
		{"a plan without steps is done", enginetest.OneStep(func(p *plan.Plan) { p.Steps = nil }), ststest.Closed(), done},
		{
			"a step may take for ever", enginetest.OneStep(func(p *plan.Plan) { p.StepTimeout = 0 }), ststest.Closed(),
			engine.Decision{Do: plan.Partition(4)},
		},
		{
			"nothing counts before the controller has seen the spec", enginetest.OneStep(),
			ststest.Opened(ststest.Canary(ststest.Unobserved), ststest.UpdatedPod(4)), waitsUntil(enginetest.StepTimeout),
		},
		{
			"a Ready pod is looked at again when it becomes Available", enginetest.OneStep(),
			ststest.Opened(ststest.Canary(enginetest.MinReady(60)), ststest.UpdatedPod(4, ststest.ReadySince(ststest.In(-45*time.Second)))),
			waitsUntil(15 * time.Second),
		},
		{
			"the deadline comes before minReadySeconds are over", enginetest.OneStep(),
			ststest.Opened(ststest.Canary(enginetest.MinReady(3600)), ststest.UpdatedPod(4, ststest.ReadySince(ststest.Start))),
			waitsUntil(enginetest.StepTimeout),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, quiet(newWalk(t, test.plan, test.s).see(test.s)))
		})
	}
}

func TestStepsFollowEachOtherInOneDecision(t *testing.T) {
	p := enginetest.OneStep(func(p *plan.Plan) {
		p.Steps = append(p.Steps, plan.Step{Title: "update web-3", Change: plan.Partition(3), Until: plan.PodsGood{From: 3}})
	})
	s := ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4))
	require.Equal(t, engine.Decision{Do: plan.Partition(3), WakeAt: ststest.In(enginetest.StepTimeout)}, quiet(newWalk(t, p, s).see(s)))
}

// Watches lag behind the answers to writes.
func TestSnapshotsOlderThanTheRunsOwnWrite(t *testing.T) {
	version := func(rv string) setOption { return func(set *appsv1.StatefulSet) { set.ResourceVersion = rv } }
	drifted := engine.Decision{End: &engine.Outcome{
		Result: engine.Drifted, Message: "the partition was changed from 4 to 1; nothing more is written",
		Gate: "partition 1: web-1 and above are updated", Try: enginetest.ToRetry, Step: &enginetest.OneStep().Steps[0],
	}}
	for _, test := range []struct {
		name string
		s    sts.Snapshot
		want engine.Decision
	}{
		{
			"an older generation is ignored", ststest.Opened(ststest.Canary(ststest.Partition(1), ststest.Generation(2))),
			waitsUntil(enginetest.StepTimeout),
		},
		{
			"an older generation is ignored, whatever the resourceVersion",
			ststest.Opened(ststest.Canary(ststest.Partition(1), ststest.Generation(2), version("opaque"))),
			waitsUntil(enginetest.StepTimeout),
		},
		{
			"an older resourceVersion is ignored", ststest.Opened(ststest.Canary(ststest.Partition(1), version("299"))),
			waitsUntil(enginetest.StepTimeout),
		},
		{
			"resourceVersions compare as numbers", ststest.Opened(ststest.Canary(ststest.Partition(1), version("99"))),
			waitsUntil(enginetest.StepTimeout),
		},
		{"the same resourceVersion counts", ststest.Opened(ststest.Canary(ststest.Partition(1))), drifted},
		{"a newer resourceVersion counts", ststest.Opened(ststest.Canary(ststest.Partition(1), version("1000"))), drifted},
		{"a resourceVersion that is no number counts", ststest.Opened(ststest.Canary(ststest.Partition(1), version("opaque"))), drifted},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWalk(t, enginetest.OneStep(), ststest.Closed())
			d := w.see(ststest.Closed())
			w.state = w.state.Applied(d.Do, workload.FromApps(ststest.Canary()), w.now)
			require.Equal(t, test.want, quiet(w.see(test.s)))
		})
	}
}

// So are snapshots, behind each other: a watch may be taken up with another
// API server.
func TestSnapshotsOlderThanTheLast(t *testing.T) {
	w := inStep(t, enginetest.OneStep(), ststest.Opened(ststest.Canary()))
	w.see(ststest.Opened(ststest.Canary(enginetest.Later)))
	require.Equal(t, waitsUntil(enginetest.StepTimeout), quiet(w.see(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)))))
	require.Equal(t, allIsWell, quiet(w.see(ststest.Opened(ststest.Canary(enginetest.Later), ststest.UpdatedPod(4)))))
}

// Nothing is drift for a run that has seen no set before.
func TestTheFirstSetThatARunSees(t *testing.T) {
	w := newWalk(t, enginetest.OneStep(), sts.Snapshot{})
	w.state = w.state.Applied(plan.Partition(4), workload.FromApps(ststest.Canary()), w.now)
	require.Equal(t, allIsWell, quiet(w.see(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)))))
	w = newWalk(t, enginetest.OneStep(), sts.Snapshot{})
	require.Equal(t, allIsWell, quiet(w.see(ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)))))
}

func TestSnapshotsThatStayBehindRunIntoTheDeadline(t *testing.T) {
	w := newWalk(t, enginetest.OneStep(), ststest.Closed())
	d := w.see(ststest.Closed())
	w.after(time.Minute)
	w.state = w.state.Applied(d.Do, workload.FromApps(ststest.Canary()), w.now)
	require.Equal(t, waitsUntil(time.Minute+enginetest.StepTimeout), w.see(ststest.Closed()))
	w.after(enginetest.StepTimeout)
	require.Equal(t, engine.Decision{End: &engine.Outcome{
		Result: engine.Halted, Message: "no progress for 10m0s: still waiting for the watch to show the change",
		// The gate is where the run put it, not where the snapshot has it.
		Step: &w.plan.Steps[0], Gate: enginetest.OnlyWeb4, Try: enginetest.ToRetry,
	}}, w.see(ststest.Closed()))
}

func TestAStaleSnapshotDecidesNothingInASoak(t *testing.T) {
	w := inStep(t, enginetest.OneStep(enginetest.Soaked(time.Minute)), ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)))
	require.Equal(t, engine.Decision{}, w.after(time.Hour).see(ststest.Closed()))
}

func TestAChangeThatIsNotTakenRunsIntoTheDeadline(t *testing.T) {
	// A pod that is not well has nothing to do with it.
	s := ststest.Opened(ststest.Canary(ststest.Partition(5)), ststest.StablePod(0, ststest.Unready))
	w := newWalk(t, enginetest.OneStep(), s)
	w.see(s)
	require.Equal(t, engine.Decision{Do: plan.Partition(4), WakeAt: ststest.In(enginetest.StepTimeout)},
		w.at(enginetest.StepTimeout-1).see(s))
	require.Equal(t, engine.Decision{End: &engine.Outcome{
		Result: engine.Halted, Message: "no progress for 10m0s: still waiting for the API server to take the change",
		Step: &w.plan.Steps[0], Gate: "partition 5: no pod is updated", Try: enginetest.ToRetry,
	}}, w.at(enginetest.StepTimeout).see(s))
}

func TestTheControllerNeverSeesTheChange(t *testing.T) {
	s := ststest.Opened(ststest.Canary(ststest.Unobserved))
	w := inStep(t, enginetest.OneStep(), s)
	require.Equal(t, engine.Decision{End: &engine.Outcome{
		Result: engine.Halted, Message: "no progress for 10m0s: still waiting for " + enginetest.ControllerSees,
		Step: &w.plan.Steps[0], Gate: enginetest.OnlyWeb4, Try: enginetest.ToRetry,
	}}, w.at(enginetest.StepTimeout).see(s))
}

// The time that the API server takes does not count against the pods.
func TestTheDeadlineRunsFromTheWrite(t *testing.T) {
	w := newWalk(t, enginetest.OneStep(), ststest.Closed())
	d := w.see(ststest.Closed())
	w.after(time.Minute)
	w.state = w.state.Applied(d.Do, workload.FromApps(ststest.Canary()), w.now)
	require.Equal(t, waitsUntil(time.Minute+enginetest.StepTimeout), quiet(w.see(ststest.Opened(ststest.Canary()))))
}
