package abort_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/abort"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/rolling"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// templateBack is the first step of every way back of a canary with its own template.
const templateBack = "put the template of revision web-stable back; " +
	"template, annotation kubectl-sts.github.io/canary, no annotation kubernetes.io/change-cause; observed"

func TestThePlanOfAnAbort(t *testing.T) {
	withCause := verbtest.Record(func(r *operation.Rollout) { r.Cause = ptr.To("kubectl apply") })
	text := `{"version":1,"run":"RUN","started":"2030-01-02T03:04:05Z","stable":"web-stable","ownTemplate":true,"partition":0,` +
		`"steps":["1","50%","100%"],"soak":"1m0s","cause":"kubectl apply","aborting":true,"left":"web-update"}`
	undone := `{"from":"web-update","to":"web-stable","at":"2030-01-02T03:04:05Z","by":"abort"}`
	s := ststest.Snapshot(
		verbtest.CanarySet(withCause, 2, ststest.Annotated(operation.ChangeCause, "kubectl sts canary web")),
		verbtest.Updated(2, 0),
	)

	got, err := plantest.Saved(abort.Plan(verbtest.Ask().Abort(), s))

	require.NoError(t, err)
	require.Equal(t, &plan.Plan{
		Stable: ststest.Stable,
		Verb:   "abort", Namespace: "default", Name: "web", UID: "web-uid", Record: "kubectl-sts.github.io/canary",
		Title:    "abort the canary of statefulset web: back to revision web-stable",
		Details:  []string{"image nginx:1.22 -> nginx:1.21", "pods that go back, one at a time: web-4, web-3, web-2 (3 of 5)"},
		Images:   []podtemplate.ImageChange{{Container: "nginx", From: "nginx:1.22", To: "nginx:1.21", Alone: true}},
		Patience: 30 * time.Second, StepTimeout: 10 * time.Minute, Timeout: time.Hour,
		Abort:   hint.Plugin("", "abort", "web"),
		Watch:   hint.Plugin("", "watch", "web", "--follow"),
		Success: "all 5 pods of web are back on revision web-stable and Available",
		Steps: []plan.Step{
			{
				Title: "put the template of revision web-stable back",
				Change: plan.Edit{
					Template:    ststest.Raw("nginx:1.21"),
					Annotations: map[string]*string{note.RolloutAnnotation: &text, operation.ChangeCause: ptr.To("kubectl apply")},
					Says:        "put the template of revision web-stable back",
				},
				Until: plan.Observed{},
			},
			{
				Title: "return web-4, web-3, web-2 to revision web-stable",
				Until: plan.PodsGood{From: 0, Gated: ststest.Stable}, Replace: &plan.Replace{Mode: plan.ReplaceBlocker},
			},
			{
				Title: "end the canary",
				Change: plan.Edit{
					Partition: ptr.To(0), Annotations: map[string]*string{note.RolloutAnnotation: nil, rolling.UndoneAnnotation: &undone},
					Says: "partition 0, no record",
				},
				Until: plan.PodsGood{From: 0, Gated: ststest.Stable},
			},
		},
	}, got)
}

// Whoever closes the gate of a canary by hand leaves its pods where they are: they are to
// go back all the same.
func TestAbortOpensAGateThatSomebodyElseHasClosed(t *testing.T) {
	s := ststest.Snapshot(verbtest.CanarySet(verbtest.Record(), 5), verbtest.Updated(2, 0))

	got, err := plantest.Saved(abort.Plan(verbtest.Ask().Abort(), s))

	require.NoError(t, err)
	edit, ok := got.Steps[0].Change.(plan.Edit)
	require.True(t, ok)
	require.Equal(t, "put the template of revision web-stable back and open the gate", edit.Says)
	require.Equal(t, ptr.To(2), edit.Partition)
	require.Equal(t, "return web-4, web-3, web-2 to revision web-stable", got.Steps[1].Title)
}

func TestAbortOfACanaryWithItsOwnTemplate(t *testing.T) {
	tests := []struct {
		name string
		set  *appsv1.StatefulSet
		pods []*corev1.Pod
		back string
	}{
		{
			"before any pod was updated", verbtest.CanarySet(verbtest.Record(), 5), verbtest.Updated(5, 0),
			"wait until every pod is Available; good from 0; free blocker after 0s",
		},
		{
			"a broken pod is named like any other", verbtest.CanarySet(verbtest.Record(), 4),
			append(ststest.Pods(0, 4), ststest.Pod(4, ststest.Revision(ststest.Update), ststest.Unready)),
			"return web-4 to revision web-stable; good from 0; free blocker after 0s",
		},
		{
			"after every pod was updated, and the controller forgot the stable revision",
			verbtest.CanarySet(verbtest.Record(), 0, ststest.Updated), verbtest.Updated(0, 0),
			"return web-4 … web-0 (5 pods) to revision web-stable; good from 0; free blocker after 0s",
		},
		{
			"four pods are all named", verbtest.CanarySet(verbtest.Record(), 1), verbtest.Updated(1, 0),
			"return web-4, web-3, web-2, web-1 to revision web-stable; good from 0; free blocker after 0s",
		},
		{
			"after the replicas grew: the new pods were born updated, above the gate",
			verbtest.CanarySet(verbtest.Record(), 4, ststest.Replicas(7)),
			append(ststest.Pods(0, 4), ststest.Pods(4, 7, ststest.Revision(ststest.Update))...),
			"return web-6, web-5, web-4 to revision web-stable; good from 0; free blocker after 0s",
		},
		{
			"after the replicas shrank: the updated pods are gone", verbtest.CanarySet(verbtest.Record(), 4, ststest.Replicas(3)),
			ststest.Pods(0, 3),
			"wait until every pod is Available; good from 0; free blocker after 0s",
		},
		{
			"after a scale to zero there is nothing to return", verbtest.CanarySet(verbtest.Record(), 4, ststest.Replicas(0)), nil,
			"wait until every pod is Available; good from 0; free blocker after 0s",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := verbtest.Planned(t)(plantest.Saved(abort.Plan(verbtest.Ask().Abort(), ststest.Snapshot(tt.set, tt.pods))))
			require.Equal(t, []string{templateBack, tt.back, verbtest.AbortEnded}, verbtest.Outline(p))
			require.Equal(t, verbtest.Record(verbtest.Aborting, verbtest.Left), verbtest.Written(t, verbtest.Write(t, p.Steps[0])))
		})
	}
}

func TestAbortCountsFromTheFirstOrdinal(t *testing.T) {
	set := verbtest.CanarySet(verbtest.Record(), 3, ststest.From(5), ststest.Replicas(4))
	s := ststest.Snapshot(set, ststest.Pods(5, 8), ststest.Pods(8, 9, ststest.Revision(ststest.Update)))
	require.Equal(t, []string{
		templateBack,
		"return web-8 to revision web-stable; good from 5; free blocker after 0s",
		"end the canary; partition 0, no annotation kubectl-sts.github.io/canary, annotation kubectl-sts.github.io/undone; good from 5",
	}, verbtest.Outline(verbtest.Planned(t)(plantest.Saved(abort.Plan(verbtest.Ask().Abort(), s)))))
}

// Once the canary is marked and its template is back, the first step's change
// is done: that is what makes a second abort go on where the first stopped.
func TestAbortRunAgainGoesOn(t *testing.T) {
	first := verbtest.Planned(
		t,
	)(
		plantest.Saved(
			abort.Plan(verbtest.Ask().Abort(), ststest.Snapshot(verbtest.CanarySet(verbtest.Record(), 2), verbtest.Updated(2, 0))),
		),
	)
	require.False(t, first.Steps[0].Change.Done(ststest.Snapshot(verbtest.CanarySet(verbtest.Record(), 2), verbtest.Updated(2, 0))))

	back := verbtest.CanarySet(verbtest.Record(verbtest.Aborting, verbtest.Left), 2, func(set *appsv1.StatefulSet) {
		set.Spec.Template, set.Status.UpdateRevision = ststest.Template("nginx:1.21"), ststest.Stable
	})
	s := ststest.Snapshot(back, verbtest.Updated(3, 0))
	again := verbtest.Planned(t)(plantest.Saved(abort.Plan(verbtest.Ask().Abort(), s)))

	require.Equal(t, first.Steps[0], again.Steps[0])
	require.True(t, again.Steps[0].Change.Done(s))
	require.Equal(t, []string{
		templateBack, "return web-4, web-3 to revision web-stable; good from 0; free blocker after 0s", verbtest.AbortEnded,
	}, verbtest.Outline(again))
}

func TestAbortWithoutACanaryDoesNothing(t *testing.T) {
	p, err := plantest.Saved(abort.Plan(verbtest.Ask().Abort(), verbtest.Settled(ststest.Strategy("OnDelete"))))
	require.NoError(t, err)
	require.Nil(t, p)
}

func TestAbortIsRefused(t *testing.T) {
	forgotten := &plan.Refusal{
		Why: `every pod of statefulset "web" is updated, so its controller has forgotten revision web-stable, ` +
			`and it was not the canary that set the template`,
		Try: hinttest.List(
			"end the canary: kubectl sts promote web --full",
			"then put the old template back as you put the new one in",
		),
	}
	tests := []struct {
		name string
		s    sts.Snapshot
		want *plan.Refusal
	}{
		{
			"when the revision to go back to is gone",
			ststest.Snapshot(
				verbtest.CanarySet(verbtest.Record(func(r *operation.Rollout) { r.Stable = "web-older" }), 2),
				verbtest.Updated(2, 0),
			),
			&plan.Refusal{
				Why: `revision web-older, which the canary of statefulset "web" started from, is gone (revisionHistoryLimit?)`,
				Try: hinttest.List("go forward: kubectl sts promote web --full", "or apply the old manifest"),
			},
		},
		{
			"when the controller has forgotten the stable revision of a change that was taken up",
			ststest.Snapshot(
				verbtest.CanarySet(verbtest.Record(verbtest.TakenUp(5)), 0, ststest.Updated),
				verbtest.Updated(0, 0),
			), forgotten,
		},
		{
			"on a set that is being deleted",
			ststest.Snapshot(verbtest.CanarySet(verbtest.Record(), 2, ststest.Deleted), verbtest.Updated(2, 0)),
			verbtest.UnsupportedSets()["it is being deleted"].Want,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := plantest.Saved(abort.Plan(verbtest.Ask().Abort(), tt.s))
			verbtest.RequireRefusal(t, tt.want, p, err)
		})
	}
}

func TestAbortOfARevisionThatHoldsNoTemplate(t *testing.T) {
	s := ststest.Snapshot(verbtest.CanarySet(verbtest.Record(), 2), verbtest.Updated(2, 0))
	s.Revisions[0].Data.Raw = []byte(`{}`)
	p, err := plantest.Saved(abort.Plan(verbtest.Ask().Abort(), s))
	require.EqualError(t, err, "revision web-stable holds no pod template")
	require.Nil(t, p)
}
