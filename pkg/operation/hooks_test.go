package operation_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestTheFlagsOfHooks(t *testing.T) {
	find := plan.Hook{Moment: plan.Leads, Exec: true}
	down := plan.Hook{Moment: plan.StepDown, Exec: true}
	before, beforeHere := plan.Hook{Exec: true}, plan.Hook{}
	after, afterHere := plan.Hook{Moment: plan.AfterPod, Exec: true}, plan.Hook{Moment: plan.AfterPod}
	for _, test := range []struct {
		name  string
		hooks plan.Hooks
		want  []string
	}{
		{"none", plan.Hooks{}, nil},
		{"in pods", plan.Hooks{Before: []plan.Hook{before}, After: []plan.Hook{after}}, []string{"before-exec", "after-exec"}},
		{"here", plan.Hooks{Before: []plan.Hook{beforeHere}, After: []plan.Hook{afterHere}}, []string{"before-cmd", "after-cmd"}},
		{"each once", plan.Hooks{Before: []plan.Hook{before, before, beforeHere}}, []string{"before-exec", "before-cmd"}},
		{"who leads", plan.Hooks{Leader: &plan.Leader{Find: find}}, []string{"last-exec"}},
		{
			"who leads and steps down",
			plan.Hooks{After: []plan.Hook{after}, Leader: &plan.Leader{Find: find, StepDown: &down}},
			[]string{"after-exec", "last-exec", "step-down-exec"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, operation.HookFlags(test.hooks))
		})
	}
}

func TestFlagsForTheSameMoment(t *testing.T) {
	moments := [][]string{
		{operation.BeforeExec, operation.BeforeCmd},
		{operation.AfterExec, operation.AfterCmd},
		{operation.LastExec},
		{operation.StepDownExec},
	}
	for i, some := range moments {
		for k, others := range moments {
			for _, a := range some {
				for _, b := range others {
					require.Equal(t, i == k, operation.SameMoment(a, b), "%s and %s", a, b)
				}
			}
		}
	}
}

// hooked makes the record that of a rollout with the commands of these flags.
func hooked(flags ...string) func(*operation.Rollout) {
	return func(r *operation.Rollout) { r.Hooks = flags }
}

func TestARecordKnowsItsHooks(t *testing.T) {
	all := []string{"before-exec", "before-cmd", "after-exec", "after-cmd", "last-exec", "step-down-exec"}
	in := func(r operation.Rollout) func(*appsv1.StatefulSet) {
		return ststest.Annotated(note.RolloutAnnotation, *r.Text())
	}

	record, err := operation.FindRollout(ststest.Snapshot(ststest.Set(in(rolling(hooked(all...))))))
	require.NoError(t, err)
	require.Equal(t, all, record.Hooks)

	_, err = operation.FindRollout(ststest.Snapshot(ststest.Set(in(rolling(hooked("before-exec", "between-exec"))))))
	require.EqualError(t, err, `annotation kubectl-sts.github.io/canary of statefulset "web" can't be read: `+
		`commands ["before-exec" "between-exec"]`)
}

func TestWhoeverGoesOnIsRemindedOfTheCommands(t *testing.T) {
	hooks := hooked("before-exec", "last-exec")
	verb := func(v operation.Verb) func(*operation.Rollout) { return func(r *operation.Rollout) { r.Verb = v } }
	failed := func(r *operation.Rollout) { r.Failed = &note.Failure{At: ststest.Start.Add(time.Minute)} }
	const back = "roll back: kubectl sts -n prod abort web"
	const other = "go to another revision: kubectl sts -n prod undo web --to-revision REVISION"
	for _, test := range []struct {
		name   string
		record operation.Rollout
		good   bool
		want   []string
	}{
		{
			"a canary whose pods are good", rolling(hooks), true,
			[]string{"the next step: kubectl sts -n prod promote web --before-exec '...' --last-exec '...'", back},
		},
		{
			"a canary on its way", rolling(hooks), false,
			[]string{"resume: kubectl sts -n prod canary web --before-exec '...' --last-exec '...'", back},
		},
		{
			"an undo", rolling(hooks, verb(operation.VerbUndo)), false,
			[]string{"resume: kubectl sts -n prod undo web --before-exec '...' --last-exec '...'"},
		},
		{
			"a restart", rolling(hooks, verb(operation.VerbRestart)), false,
			[]string{"resume: kubectl sts -n prod restart web --before-exec '...' --last-exec '...'"},
		},
		{
			"an abort", rolling(hooks, aborting), false,
			[]string{"finish the abort: kubectl sts -n prod abort web --before-exec '...' --last-exec '...'"},
		},
		{
			"a canary that failed", rolling(hooks, failed), false,
			[]string{back, "or " + other, "try again: kubectl sts -n prod canary web --retry --before-exec '...' --last-exec '...'"},
		},
		{
			"an undo that failed", rolling(hooks, failed, verb(operation.VerbUndo)), false,
			[]string{other, "try again: kubectl sts -n prod undo web --retry --before-exec '...' --last-exec '...'"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, rendered(test.record.Helps(ststest.Snapshot(ststest.Set()), test.good)))
		})
	}
}
