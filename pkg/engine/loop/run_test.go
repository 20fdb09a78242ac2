package loop_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/loop"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/intent"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// wholeCanary is the plan of a canary of web to nginx:1.22.
func wholeCanary(t testing.TB) plan.Plan {
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

// split is a snapshot with the pods from ordinal n up on the update revision.
func split(set *workload.Set, n int, pods ...*corev1.Pod) sts.Snapshot {
	s := ststest.SnapshotOf(set, ststest.Pods(0, n), ststest.Pods(n, 5, ststest.Revision(ststest.Update)))
	if len(pods) > 0 {
		s = ststest.SnapshotOf(set, ststest.Pods(0, n), pods, ststest.Pods(n+len(pods), 5, ststest.Revision(ststest.Update)))
	}
	return s
}

func TestRunWholeCanary(t *testing.T) {
	p := wholeCanary(t)
	set := workload.FromApps(ststest.Set())
	onStage(t, p, ststest.Settled(), func(t *testing.T, s *stage) {
		// take is what the controller makes of the newest write.
		take := func() *workload.Set {
			edit, ok := s.cluster.sent[len(s.cluster.sent)-1].change.(plan.Edit)
			require.True(t, ok)
			set = enginetest.Taken(set, edit)
			s.show(split(set, 5-len(s.cluster.sent)/2)) // not seen by the controller: nothing happens
			set = enginetest.Observed(set)
			return set
		}
		s.pass(time.Second)
		s.show(split(take(), 5))
		s.pass(time.Second)
		s.show(split(take(), 4, ststest.StablePod(4, ststest.Terminating)))
		s.show(ststest.Without(split(set, 5), 4))
		s.pass(time.Second)
		s.show(split(set, 4))
		s.pass(enginetest.Soak)
		s.show(split(take(), 4))
		s.show(split(set, 3))
		s.pass(time.Second)
		s.show(split(set, 2))
		s.pass(enginetest.Soak)
		s.pass(time.Second)
		s.show(split(take(), 0))
		s.pass(enginetest.Soak - 1)
		s.goesOn()
		s.pass(1)
		over := take()
		over.Status.CurrentRevision = ststest.Update
		s.show(split(over, 0))

		for i, partition := range []int{4, 2, 0} {
			edit, ok := p.Steps[i+1].Change.(plan.Edit)
			require.True(t, ok)
			require.Equal(t, ptr.To(partition), edit.Partition)
		}
		require.Equal(t, []sent{
			{0, p.Steps[0].Change},
			{1 * time.Second, p.Steps[1].Change},
			{3*time.Second + enginetest.Soak, p.Steps[2].Change},
			{4*time.Second + 2*enginetest.Soak, p.Steps[3].Change},
			{5*time.Second + 3*enginetest.Soak, p.Steps[4].Change},
		}, s.cluster.sent)
		require.Equal(t, engine.Outcome{Result: engine.Done, Message: "all 5 pods of web are updated and Available"}, s.ends())
		require.Equal(t, canaryStory(p), story(s.sink.events))
	})
}

// story is one line per event.
func story(events []engine.Event) []string {
	var lines []string
	for _, e := range events {
		line := string(e.Type)
		switch {
		case e.Type == engine.EventStep:
			line += ": " + e.Step.Title
		case e.Type == engine.EventPod:
			line += fmt.Sprintf(": %s %s (%d of %d)", e.Pod.Pod, e.Pod.State, e.Good, e.Want)
		case e.Change != nil:
			line += ": " + e.Change.String()
		case e.Message != "":
			line += ": " + e.Message
		case e.Type == engine.EventSoak:
			line += " until " + e.Until.Sub(ststest.Start).String()
		}
		lines = append(lines, line)
	}
	return lines
}

func canaryStory(p plan.Plan) []string {
	return []string{
		"plan",
		"step: set the template, rollout paused",
		"change: " + p.Steps[0].Change.String(),
		"wait: " + enginetest.ControllerSees,
		"stepDone",
		"step: update web-4",
		"change: partition 4",
		"wait: " + enginetest.ControllerSees,
		"pod: web-4 terminating (0 of 1)",
		"wait: web-4: terminating",
		"pod: web-4 missing (0 of 1)",
		"wait: web-4: not created yet",
		"pod: web-4 available (1 of 1)",
		"soak until 1m3s",
		"stepDone",
		"step: update web-3, web-2",
		"change: partition 2",
		"wait: " + enginetest.ControllerSees,
		"wait: web-3: on another revision than wanted",
		"pod: web-3 available (2 of 3)",
		"wait: web-2: on another revision than wanted",
		"pod: web-2 available (3 of 3)",
		"soak until 2m4s",
		"stepDone",
		"step: update web-1, web-0",
		"change: partition 0",
		"wait: " + enginetest.ControllerSees,
		"soak until 3m5s",
		"stepDone",
		"step: end the canary",
		"change: " + p.Steps[4].Change.String(),
		"wait: " + enginetest.ControllerSees,
		"stepDone",
		"outcome",
	}
}

func TestRunLooksAgainWhenAPodBecomesAvailable(t *testing.T) {
	ready := ststest.Opened(ststest.Canary(enginetest.MinReady(60)), ststest.UpdatedPod(4, ststest.ReadySince(ststest.Start)))
	onStage(t, enginetest.OneStep(), ready, func(t *testing.T, s *stage) {
		s.pass(time.Minute - 1)
		s.goesOn()
		s.pass(1)
		require.Equal(t, engine.Outcome{Result: engine.Done, Message: "all is well"}, s.ends())
	})
}

func TestRunTellsThePlanAndItsWarningsFirst(t *testing.T) {
	p := enginetest.OneStep(func(p *plan.Plan) { p.Warnings = []string{"one", "two"} })
	onStage(t, p, ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)), func(t *testing.T, s *stage) {
		require.Equal(t, []engine.Event{
			{Type: engine.EventPlan, Time: ststest.Start, Plan: &p},
			{Type: engine.EventWarning, Time: ststest.Start, Message: "one"},
			{Type: engine.EventWarning, Time: ststest.Start, Message: "two"},
			{Type: engine.EventStep, Time: ststest.Start, Step: &p.Steps[0]},
			{Type: engine.EventStepDone, Time: ststest.Start, Step: &p.Steps[0]},
		}, s.sink.events[:5])
	})
}

func TestRunGoesByTheMachinesClockWithoutAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := &sink{goroutines: map[string]bool{}}
		loop.Engine{Sink: sink}.Run(t.Context(), enginetest.OneStep(), ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)))
		for _, e := range sink.events {
			require.Equal(t, time.Now(), e.Time)
		}
	})
}

func TestRunDeletesPods(t *testing.T) {
	p := enginetest.OneStep(enginetest.Returning(&plan.Replace{Mode: plan.ReplaceEach}))
	onStage(t, p, ststest.Opened(enginetest.Closing(), ststest.UpdatedPod(4), ststest.UpdatedPod(3)), func(t *testing.T, s *stage) {
		s.pass(time.Second)
		s.show(ststest.Without(ststest.Opened(enginetest.Closing(), ststest.UpdatedPod(3)), 4))
		s.pass(time.Second)
		s.show(ststest.Opened(enginetest.Closing(), ststest.StablePod(4, ststest.Recreated), ststest.UpdatedPod(3)))
		s.show(ststest.Opened(enginetest.Closing(), ststest.StablePod(4, ststest.Recreated), ststest.StablePod(3, ststest.Recreated)))
		require.Equal(t, []sent{
			{0, plan.DeletePod{Name: "web-4", UID: ststest.UpdatedPod(4).UID, Why: enginetest.ItsTurn}},
			{2 * time.Second, plan.DeletePod{Name: "web-3", UID: ststest.UpdatedPod(3).UID, Why: enginetest.ItsTurn}},
		}, s.cluster.sent)
		require.Equal(t, engine.Done, s.ends().Result)
	})
}

func TestRunWithRealEditsTakesThemAsTheServerWould(t *testing.T) {
	after := ststest.Settled()
	edit := plan.Edit{Partition: ptr.To(3), Annotations: map[string]*string{ststest.CanaryRecord: nil, "note": ptr.To("x")}}
	after.Set = enginetest.Taken(workload.FromApps(ststest.Canary()), edit)
	require.True(t, edit.Done(after), "the stage itself")
}
