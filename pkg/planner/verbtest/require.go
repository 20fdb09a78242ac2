package verbtest

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// Planned is the plan that there must be.
func Planned(t *testing.T) func(*plan.Plan, error) *plan.Plan {
	t.Helper()
	return func(p *plan.Plan, err error) *plan.Plan {
		t.Helper()
		require.NoError(t, err)
		require.NotNil(t, p)
		return p
	}
}

// RequireRefusal wants exactly this refusal, and no plan.
func RequireRefusal(t *testing.T, want *plan.Refusal, p *plan.Plan, err error) {
	t.Helper()
	require.Nil(t, p)
	var got *plan.Refusal
	require.ErrorAs(t, err, &got)
	require.Equal(t, want.Why, got.Why)
	require.Equal(t, hint.Caller{}.RenderAll(want.Try), hint.Caller{}.RenderAll(got.Try))
	require.Equal(t, want.Cancelled, got.Cancelled)
	require.EqualError(t, err, want.Why)
}

// Refusal is the one that there must be.
func Refusal(t *testing.T, err error) *plan.Refusal {
	t.Helper()
	var no *plan.Refusal
	require.ErrorAs(t, err, &no)
	return no
}

// Write is the edit that a step makes.
func Write(t *testing.T, s plan.Step) plan.Edit {
	t.Helper()
	edit, ok := s.Change.(plan.Edit)
	require.True(t, ok, "step %q makes no edit", s.Title)
	return edit
}

// Written is the record that an edit writes.
func Written(t *testing.T, edit plan.Edit) operation.Rollout {
	t.Helper()
	text := edit.Annotations[note.RolloutAnnotation]
	require.NotNil(t, text)
	r, err := operation.FindRollout(Settled(ststest.Annotated(note.RolloutAnnotation, *text)))
	require.NoError(t, err)
	return *r
}

// Unsupported makes a set one that no rollout runs on, and is how that is refused.
type Unsupported struct {
	Change func(*appsv1.StatefulSet)
	Want   *plan.Refusal
}

// UnsupportedSets are the sets that no rollout runs on, and why.
func UnsupportedSets() map[string]Unsupported {
	return map[string]Unsupported{
		"it is being deleted": {ststest.Deleted, &plan.Refusal{Why: `statefulset "web" is being deleted`}},
		"its strategy deletes all pods at once": {ststest.Strategy("Recreate"), &plan.Refusal{
			Why: `statefulset "web" has update strategy Recreate: its controller deletes all of its pods at once, ` +
				`and no step can be held back`,
			Try: hinttest.List("change spec.updateStrategy.type to RollingUpdate or OnDelete"),
		}},
		"its strategy is of a time to come": {ststest.Strategy("BlueGreen"), &plan.Refusal{
			Why: `statefulset "web" has update strategy "BlueGreen", which this kubectl-sts does not know`,
			Try: hinttest.List("change spec.updateStrategy.type to RollingUpdate, or use a newer kubectl-sts"),
		}},
		"it has no replicas": {ststest.Replicas(0), &plan.Refusal{
			Why: `statefulset "web" has zero replicas: there is no pod to try the change on`,
			Try: hinttest.List("scale it up first, or change the template directly"),
		}},
	}
}
