package canary_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// templateOf is what a ControllerRevision of this template holds.
func templateOf(t *testing.T, template corev1.PodTemplateSpec) []byte {
	t.Helper()
	data, err := json.Marshal(map[string]any{"spec": map[string]any{"template": template}})
	require.NoError(t, err)
	return data
}

// planner is what a verb does with a snapshot: go on, or begin.
type planner func(r canary.Request, s sts.Snapshot, now time.Time) (*plan.Plan, error)

func toRevision(name string) planner {
	return func(r canary.Request, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
		if p, _, err := canary.GoOn(operation.VerbUndo, r, s, now); p != nil || err != nil {
			return p, err
		}
		named, err := s.FindRevision(name)
		if err != nil {
			return nil, err
		}
		target, err := canary.FindUndoTarget(s, named, "kubectl sts", now)
		if err != nil {
			return nil, err
		}
		return plantest.Saved(canary.Undo(r, target, s, now))
	}
}

func restartAll(r canary.Request, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	if p, _, err := canary.GoOn(operation.VerbRestart, r, s, now); p != nil || err != nil {
		return p, err
	}
	r.Template = restarted(s)
	return plantest.Saved(canary.Restart(r, s, now))
}

// restarted is the template with another time of restart.
func restarted(s sts.Snapshot) sts.Template {
	typed := s.Set.Spec.Template.DeepCopy()
	typed.Annotations = map[string]string{canary.RestartedAt: "now"}
	data, err := json.Marshal(typed)
	if err != nil {
		panic(err)
	}
	return data
}

func restartSome(ordinals ...int) planner {
	return func(r canary.Request, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
		if p, _, err := canary.GoOn(operation.VerbRestart, r, s, now); p != nil || err != nil {
			return p, err
		}
		return plantest.Saved(canary.RestartPods(r, ordinals, s, now))
	}
}

func abortIt(r canary.Request, s sts.Snapshot, _ time.Time) (*plan.Plan, error) {
	return plantest.Saved(canary.Abort(r, s))
}

// abortAtGate is what a person asks for at the gate of the run itself.
func abortAtGate(r canary.Request, s sts.Snapshot, _ time.Time) (*plan.Plan, error) {
	r.AtGate = true
	return plantest.Saved(canary.Abort(r, s))
}

func allAtOnce(r *canary.Request) { r.Steps = operation.Steps{"100%"} }

func canaryOf(name string) planner {
	return func(r canary.Request, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
		r.Template = ststest.Raw(name)
		return plantest.Saved(canary.Plan(r, s, now))
	}
}

// Killed after any of its writes and run again, a verb ends where it would have
// ended; killed after each, too.
func TestAVerbThatIsKilledGoesOn(t *testing.T) {
	for _, test := range scenarios() {
		t.Run(test.name, func(t *testing.T) {
			w := test.world(t)
			before := w.writes
			require.Equal(t, engine.Done, w.run(planned(t)(test.do(test.request, w.see(), w.now)), -1))
			require.Equal(t, test.want, w.ends())
			all, gone := w.writes-before, w.gone

			for kill := range all {
				w := test.world(t)
				require.Equal(t, engine.Interrupted, w.run(planned(t)(test.do(test.request, w.see(), w.now)), kill), "after %d writes",
					kill)
				again := test.request
				if test.again != nil {
					test.again(&again)
				}
				require.Equal(t, engine.Done, w.run(planned(t)(test.do(again, w.see(), w.now)), -1), "run again after %d writes", kill)
				require.Equal(t, test.want, w.ends(), "killed after %d writes", kill)
				require.Equal(t, gone, w.gone, "killed after %d writes: each pod goes once", kill)
			}

			w = test.world(t)
			for range all {
				p, err := test.do(test.request, w.see(), w.now)
				require.NoError(t, err)
				if p == nil {
					break // a plan that is made later may take fewer writes
				}
				w.run(p, 1)
			}
			require.Equal(t, test.want, w.ends(), "killed after each write")
		})
	}
}
