package canary_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation/operationtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestACanaryGoesOnWhereItsPartitionIs(t *testing.T) {
	tests := []struct {
		name string
		set  *appsv1.StatefulSet
		pods []*corev1.Pod
		want []string
	}{
		{
			"the gate is still closed", verbtest.CanarySet(verbtest.Record(), 5), verbtest.Updated(5, 0),
			[]string{
				"wait for the controller; observed",
				"1/3 update web-4; partition 4; good from 4; soak 1m0s; ask (wanted false) before web-3, web-2",
				"2/3 update web-3, web-2; partition 2; good from 2; soak 1m0s; ask (wanted false) before web-1, web-0",
				"3/3 update web-1, web-0; partition 0; good from 0; soak 1m0s",
				verbtest.Ended,
			},
		},
		{
			"the first step soaks: it lacks what is left", verbtest.CanarySet(verbtest.Record(), 4), verbtest.Updated(4, 20*time.Second),
			[]string{
				"1/3 check web-4; good from 4; soak 40s; ask (wanted false) before web-3, web-2",
				"2/3 update web-3, web-2; partition 2; good from 2; soak 1m0s; ask (wanted false) before web-1, web-0",
				"3/3 update web-1, web-0; partition 0; good from 0; soak 1m0s",
				verbtest.Ended,
			},
		},
		{
			"the second step has not got there: it soaks in full", verbtest.CanarySet(verbtest.Record(), 2), verbtest.Updated(3, time.Hour),
			[]string{
				"2/3 check web-3, web-2; good from 2; soak 1m0s; ask (wanted false) before web-1, web-0",
				"3/3 update web-1, web-0; partition 0; good from 0; soak 1m0s",
				verbtest.Ended,
			},
		},
		{
			"the second step has soaked for longer than asked for", verbtest.CanarySet(verbtest.Record(), 2),
			verbtest.Updated(2, time.Hour),
			[]string{
				"2/3 check web-3, web-2; good from 2; ask (wanted false) before web-1, web-0",
				"3/3 update web-1, web-0; partition 0; good from 0; soak 1m0s",
				verbtest.Ended,
			},
		},
		{
			"the last step is Available, and the controller has forgotten the stable revision",
			verbtest.CanarySet(verbtest.Record(), 0, ststest.Updated), verbtest.Updated(0, 59*time.Second),
			[]string{"3/3 check web-1, web-0; good from 0; soak 1s", verbtest.Ended},
		},
		{
			"what was taken up gets its own partition back", verbtest.CanarySet(verbtest.Record(verbtest.TakenUp(3)), 2),
			verbtest.Updated(2, time.Minute),
			[]string{
				"2/3 check web-3, web-2; good from 2; ask (wanted false) before web-1, web-0",
				"3/3 update web-1, web-0; partition 0; good from 0; soak 1m0s",
				"end the canary; partition 3, no annotation kubectl-sts.github.io/canary; observed",
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := ststest.Snapshot(tt.set, tt.pods)

			p := verbtest.Planned(t)(plantest.Saved(canary.Plan(verbtest.Ask(verbtest.Asking).Canary(), s, ststest.Start)))
			require.Equal(t, tt.want, verbtest.Outline(p))
			require.Equal(t, []string{"image nginx:1.21 -> nginx:1.22"}, p.Details, "who decides sees what it is about")

			// The command line that began it goes on with it too.
			again := verbtest.Planned(
				t,
			)(
				plantest.Saved(canary.Plan(verbtest.Ask(verbtest.Asking, verbtest.Image("nginx:1.22")).Canary(), s, ststest.Start)),
			)
			require.Equal(t, p, again)
		})
	}
}

func TestWhatASoakLacks(t *testing.T) {
	update := ststest.Revision(ststest.Update)
	ready := func(ago time.Duration) func(*corev1.Pod) { return ststest.ReadySince(ststest.Start.Add(-ago)) }
	second := func(changes ...func(*appsv1.StatefulSet)) *appsv1.StatefulSet {
		return verbtest.CanarySet(verbtest.Record(), 2, changes...)
	}
	tests := []struct {
		name string
		set  *appsv1.StatefulSet
		pods []*corev1.Pod
		want time.Duration
	}{
		{
			"the pod that came last decides", second(),
			[]*corev1.Pod{
				ststest.Pod(2, update, ready(10*time.Second)), ststest.Pod(3, update, ready(50*time.Second)), ststest.Pod(4, update),
			},
			50 * time.Second,
		},
		{
			"a pod of an earlier step counts as well", second(),
			[]*corev1.Pod{ststest.Pod(2, update), ststest.Pod(3, update), ststest.Pod(4, update, ready(time.Second))},
			59 * time.Second,
		},
		{
			"it begins when a pod is Available, not when it is Ready", second(ststest.MinReady(10)),
			[]*corev1.Pod{ststest.Pod(2, update, ready(30*time.Second)), ststest.Pod(3, update), ststest.Pod(4, update)},
			40 * time.Second,
		},
		{
			"no more than the whole, by a clock that is behind", second(),
			[]*corev1.Pod{ststest.Pod(2, update, ready(-time.Hour)), ststest.Pod(3, update), ststest.Pod(4, update)},
			time.Minute,
		},
		{
			"the whole while a pod is missing", second(),
			[]*corev1.Pod{ststest.Pod(2, update), ststest.Pod(4, update)},
			time.Minute,
		},
		{
			"the whole while the controller has not seen the step", second(ststest.Unseen), ststest.Pods(2, 5, update),
			time.Minute,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := ststest.Snapshot(tt.set, ststest.Pods(0, 2), tt.pods)
			p := verbtest.Planned(t)(plantest.Saved(canary.Plan(verbtest.Ask().Canary(), s, ststest.Start)))
			require.Equal(t, tt.want, p.Steps[0].Soak)
		})
	}
}

func TestACanaryThatGoesOnKeepsItsOwnStepsAndSoak(t *testing.T) {
	s := ststest.Snapshot(
		verbtest.CanarySet(verbtest.Record(func(r *operation.Rollout) { r.Steps = operationtest.Steps("2") }), 3),
		verbtest.Updated(3, 0),
	)
	hour := func(r *verbtest.Request) { r.Soak = time.Hour }
	p := verbtest.Planned(t)(plantest.Saved(canary.Plan(verbtest.Ask(verbtest.Steps("1", "4"), hour).Canary(), s, ststest.Start)))
	require.Equal(t, []string{
		"1/2 check web-4, web-3; good from 3; soak 1m0s",
		"2/2 update web-2, web-1, web-0; partition 0; good from 0; soak 1m0s",
		verbtest.Ended,
	}, verbtest.Outline(p))
}

func TestForceFreesWhatACanaryThatGoesOnIsStuckAt(t *testing.T) {
	s := ststest.Snapshot(verbtest.CanarySet(verbtest.Record(), 2), verbtest.Updated(3, time.Hour))
	p := verbtest.Planned(t)(plantest.Saved(canary.Plan(verbtest.Ask(verbtest.Force).Canary(), s, ststest.Start)))
	require.Equal(t, []string{
		"2/3 check web-3, web-2; good from 2; free blocker after 30s; soak 1m0s",
		"3/3 update web-1, web-0; partition 0; good from 0; free blocker after 30s; soak 1m0s",
		verbtest.Ended,
	}, verbtest.Outline(p))
}

func TestAnotherTemplateDuringACanaryIsRefused(t *testing.T) {
	s := ststest.Snapshot(verbtest.CanarySet(verbtest.Record(), 4), verbtest.Updated(4, 0))
	p, err := plantest.Saved(canary.Plan(verbtest.Ask(verbtest.Image("nginx:1.23")).Canary(), s, ststest.Start))
	verbtest.RequireRefusal(t, &plan.Refusal{
		Why: `a canary of statefulset "web" is in progress since 2030-01-02T03:04:05Z, with another template`,
		Try: hinttest.List("finish it: kubectl sts promote web --full", "or go back: kubectl sts abort web"),
	}, p, err)
}

func TestACanaryThatIsBeingAbortedDoesNotGoOn(t *testing.T) {
	s := ststest.Snapshot(verbtest.CanarySet(verbtest.Record(verbtest.Aborting), 4), verbtest.Updated(4, 0))
	want := &plan.Refusal{
		Why: `the canary of statefulset "web" is being aborted`,
		Try: hinttest.List("finish that: kubectl sts abort web"),
	}
	p, err := plantest.Saved(canary.Plan(verbtest.Ask().Canary(), s, ststest.Start))
	verbtest.RequireRefusal(t, want, p, err)
	p, err = plantest.Saved(canary.Plan(verbtest.Ask(verbtest.Image("nginx:1.23"), verbtest.Force).Canary(), s, ststest.Start))
	verbtest.RequireRefusal(t, want, p, err)
	p, err = plantest.Saved(canary.Promote(verbtest.Ask().Promotion(true), s, ststest.Start))
	verbtest.RequireRefusal(t, want, p, err)
}

func TestStepsThatSomebodySpoiledStopACanary(t *testing.T) {
	const want = `annotation kubectl-sts.github.io/canary of statefulset "web" can't be read: ` +
		`step "x" is neither a count like 2 nor a share like 50%`
	s := ststest.Snapshot(
		verbtest.CanarySet(verbtest.Record(), 4, ststest.Annotated(note.RolloutAnnotation,
			`{"version":1,"run":"R","started":"2030-01-02T03:04:05Z","stable":"web-stable","steps":["x"]}`)),
		verbtest.Updated(4, 0),
	)
	_, err := plantest.Saved(canary.Plan(verbtest.Ask().Canary(), s, ststest.Start))
	require.EqualError(t, err, want)
	_, err = plantest.Saved(canary.Promote(verbtest.Ask().Promotion(true), s, ststest.Start))
	require.EqualError(t, err, want)
}
