package rolling_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/restart"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/undo"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// heldBy is a set that alice holds.
func heldBy(changes ...func(*appsv1.StatefulSet)) *appsv1.StatefulSet {
	hold := operation.Hold{Version: 1, Started: ststest.Start, By: &note.Driver{User: "alice", Host: "ci-7"}, Reason: "a migration"}
	base := []func(*appsv1.StatefulSet){ststest.Partition(math.MaxInt32), ststest.Annotated(operation.HoldAnnotation, *hold.Text())}
	return ststest.Set(append(base, changes...)...)
}

const whoHolds = "since 2030-01-02T03:04:05Z by alice on ci-7: a migration"

func TestWhatIsHeldGetsNoOtherTemplate(t *testing.T) {
	open := verbtest.Record()
	open.Partition = math.MaxInt32
	inCanary := heldBy(ststest.Updating("nginx:1.22"), ststest.Partition(4), ststest.Annotated(note.RolloutAnnotation, *open.Text()))
	unreadable := heldBy(ststest.Annotated(operation.HoldAnnotation, "nonsense"))
	planned := func(set *appsv1.StatefulSet, changes ...func(*verbtest.Request)) func() error {
		return func() error {
			s := ststest.Snapshot(set, ststest.Pods(0, 5))
			_, err := plantest.Saved(canary.Plan(verbtest.Ask(changes...).Canary(), s, ststest.Start))
			return err
		}
	}
	for name, refused := range map[string]func() error{
		"a canary of another template": planned(heldBy(), verbtest.Image("nginx:1.23")),
		"a canary where nothing waits": planned(heldBy()),
		"a template in place of the canary's": planned(inCanary, verbtest.Image("nginx:1.23"),
			func(r *verbtest.Request) { r.Replace = true }),
		"a restart": func() error {
			_, err := plantest.Saved(restart.Plan(
				verbtest.Ask(verbtest.Image("nginx:1.23")).Restart(), ststest.Snapshot(heldBy(), ststest.Pods(0, 5)), ststest.Start,
			))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, `statefulset "web" is held `+whoHolds, verbtest.Refusal(t, refused()).Why)
		})
	}
	t.Run("what a record that can't be read excludes nobody knows", func(t *testing.T) {
		require.ErrorContains(
			t,
			planned(unreadable, verbtest.Image("nginx:1.23"))(),
			"annotation kubectl-sts.github.io/hold of statefulset",
		)
	})
	t.Run("what is refused is not offered", func(t *testing.T) {
		offered := func(r *verbtest.Request) { r.Change = []string{"web"} }
		no := verbtest.Refusal(t, planned(inCanary, verbtest.Image("nginx:1.23"), offered)())
		require.NotContains(t, no.Try, hinttest.Of("or put this one in its place, on the same pods: kubectl sts canary web --replace"))
	})
}

func TestThroughTheGateOfAHoldAndBack(t *testing.T) {
	s := ststest.Snapshot(heldBy(ststest.Updating("nginx:1.22")), ststest.Pods(0, 5))
	s.Revisions = verbtest.On(verbtest.Rolling(ststest.Stable, ststest.Update), "", ststest.Stable).Revisions
	const isSaid = "the set is held, and stays so: " + whoHolds

	through := verbtest.Planned(t)(plantest.Saved(canary.Plan(verbtest.Ask().Canary(), s, ststest.Start)))
	require.Contains(t, through.Details, isSaid)
	end := verbtest.Write(t, through.Steps[len(through.Steps)-1])
	require.Equal(t, math.MaxInt32, *end.Partition)
	require.Equal(t, "gate closed, no record", end.Says)

	target, err := undo.FindTarget(s, nil, ststest.Start)
	require.NoError(t, err)
	back := verbtest.Planned(t)(plantest.Saved(undo.Plan(verbtest.Ask(verbtest.AllAtOnce).Undo(), target, s, ststest.Start)))
	require.Contains(t, back.Details, isSaid)
	for _, step := range back.Steps {
		if edit, ok := step.Change.(plan.Edit); ok {
			require.Equal(t, math.MaxInt32, *edit.Partition, step.Title)
		}
		require.Zero(t, step.Soak, "no pod is replaced")
	}
}
