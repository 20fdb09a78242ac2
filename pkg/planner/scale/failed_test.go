package scale_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/scale"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// halted is the record of a scale from 4 to 2 that failed on the way.
const halted = `{"version":2,"from":4,"to":2,"failed":{"at":"2030-01-02T03:04:05Z","message":"web-0: stopped being Available"}}`

func TestNoScaleGoesOnWithOneThatHasFailed(t *testing.T) {
	s := snapshot(set(ststest.Replicas(3), record(halted)), claim(0), claim(1), claim(2), claim(3))
	for _, to := range []int{2, 1, 0} {
		_, err := plantest.Saved(scale.Plan(request(to, answered(scale.Keep)), s, ststest.Start))
		var no *plan.Refusal
		require.ErrorAs(t, err, &no)
		require.Equal(t, &plan.Refusal{
			Why: `the scale of statefulset "web" from 4 to 2 failed at 2030-01-02T03:04:05Z: web-0: stopped being Available`,
			Try: hinttest.List(
				"go back: kubectl sts scale web --replicas 4 --pvc=reuse",
				"or leave it at that: kubectl sts scale web --replicas 3",
				"*try again: kubectl sts scale web --replicas 2 --retry",
			),
		}, no, "to %d", to)
	}
	for _, to := range []int{3, 4, 5} {
		_, err := plantest.Saved(scale.Plan(request(to, answered("")), s, ststest.Start))
		require.NoError(t, err, "to %d: that is somebody's decision", to)
	}
}

func TestAScaleThatIsTriedAgainForgetsTheFailureFirst(t *testing.T) {
	s := snapshot(set(ststest.Replicas(3), record(halted)), claim(0), claim(1), claim(2), claim(3))
	p, err := plantest.Saved(scale.Plan(request(2, answered(scale.Keep), func(r *scale.Request) { r.Retry = true }), s, ststest.Start))
	require.NoError(t, err)
	require.Equal(t, []string{
		check, "try again | record | " + seen, remove("web-2", "2"), "end the scale | remove the record | " + seen,
	}, lines(p))
	edit, ok := p.Steps[1].Change.(plan.Edit)
	require.True(t, ok)
	require.JSONEq(t, `{"version":1,"from":4,"to":2}`, *edit.Annotations[note.ScaleAnnotation])
}

// A scale that only sets replicas leaves a record when it halts.
func TestAPlanBringsTheRecordThatAFailureIsNotedIn(t *testing.T) {
	p, err := plantest.Saved(scale.Plan(request(2, answered(scale.Keep)), snapshot(set(), four()...), ststest.Start))
	require.NoError(t, err)
	require.JSONEq(t, `{"version":1,"from":4,"to":2}`, p.Note)
	require.Equal(t, hinttest.List("go back: kubectl sts scale web --replicas 4 --pvc=reuse"), p.Instead)
}
