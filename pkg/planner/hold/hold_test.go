package hold_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation/operationtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/hold"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

var alice = &note.Driver{User: "alice", Host: "ci-7", Process: 7, Since: ststest.Start}

func request(changes ...func(*hold.Request)) hold.Request {
	r := hold.Request{Caller: hint.Caller{}.In("prod"), Driver: alice}
	for _, change := range changes {
		change(&r)
	}
	return r
}

func because(reason string) func(*hold.Request) { return func(r *hold.Request) { r.Reason = reason } }

// record is what a hold leaves of a set without a partition.
func record(changes ...func(*operation.Hold)) operation.Hold {
	r := operation.Hold{Version: 1, Started: ststest.Start.Add(-time.Hour), By: alice, Reason: "a migration"}
	for _, change := range changes {
		change(&r)
	}
	return r
}

func held(r operation.Hold, changes ...func(*appsv1.StatefulSet)) *appsv1.StatefulSet {
	base := []func(*appsv1.StatefulSet){ststest.Partition(math.MaxInt32), ststest.Annotated(operation.HoldAnnotation, *r.Text())}
	return ststest.Set(append(base, changes...)...)
}

func onDelete(set *appsv1.StatefulSet) {
	set.Spec.UpdateStrategy = appsv1.StatefulSetUpdateStrategy{Type: appsv1.OnDeleteStatefulSetStrategyType}
}

func TestPlan(t *testing.T) {
	updating := ststest.Updating("nginx:1.22")
	tests := []struct {
		name    string
		r       hold.Request
		s       sts.Snapshot
		record  operation.Hold
		details []string
	}{
		{
			"a set that is settled", request(because("a migration")), ststest.Snapshot(ststest.Set(), ststest.Pods(0, 5)),
			operation.Hold{Version: 1, Started: ststest.Start, By: alice, Reason: "a migration"},
			nil,
		},
		{
			"a partition is remembered", request(), ststest.Snapshot(ststest.Set(ststest.Partition(3)), ststest.Pods(0, 5)),
			operation.Hold{Version: 1, Started: ststest.Start, By: alice, Partition: 3},
			[]string{"partition 3 is remembered, and set again by the release"},
		},
		{
			"a rollout on its way", request(),
			ststest.Snapshot(ststest.Set(updating), ststest.Pods(0, 4), ststest.Pods(4, 5, ststest.Revision(ststest.Update))),
			operation.Hold{Version: 1, Started: ststest.Start, By: alice},
			[]string{
				"the rollout of revision web-update stops: web-0, web-1, web-2, web-3 are not updated",
				"web-4 is updated already; a pod that is recreated while the set is held comes back at revision web-stable",
			},
		},
		{
			"another reason for what is held already", request(because("another")), ststest.Snapshot(held(record()), ststest.Pods(0, 5)),
			record(func(r *operation.Hold) { r.Reason, r.Started = "another", ststest.Start }), nil,
		},
		{
			"a gate that somebody has opened is closed again, for the same reason", request(func(r *hold.Request) { r.Manager = "argo" }),
			ststest.Snapshot(held(record(func(r *operation.Hold) { r.Partition = 2 }), ststest.Partition(1)), ststest.Pods(0, 5)),
			record(func(r *operation.Hold) { r.Partition, r.Managers = 2, []string{"argo"} }),
			[]string{"partition 2 is remembered, and set again by the release"},
		},
		{
			"a gate that somebody had closed by another number", request(),
			ststest.Snapshot(ststest.Set(ststest.Partition(sts.MostReplicas)), ststest.Pods(0, 5)),
			operation.Hold{Version: 1, Started: ststest.Start, By: alice, Partition: sts.MostReplicas},
			[]string{"the gate was closed before: it stays so after the release"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := plantest.Saved(hold.Plan(tt.r, tt.s, ststest.Start))
			require.NoError(t, err)
			require.Equal(t, tt.details, p.Details)
			require.Equal(t, []plan.Step{{
				Title: "close the gate", Until: plan.Observed{},
				Change: plan.Edit{
					Partition:   ptr.To(math.MaxInt32),
					Annotations: map[string]*string{operation.HoldAnnotation: tt.record.Text()}, Says: "gate closed, record",
				},
			}}, p.Steps)
		})
	}
}

func TestWhatIsHeldAlreadyIsLeftAlone(t *testing.T) {
	for _, reason := range []string{"", "a migration"} {
		p, err := plantest.Saved(hold.Plan(request(because(reason)), ststest.Snapshot(held(record()), ststest.Pods(0, 5)), ststest.Start))
		require.NoError(t, err)
		require.Nil(t, p)
		p, err = plantest.Saved(hold.Plan(request(because(reason)),
			ststest.Snapshot(held(record(), ststest.Partition(sts.MostReplicas)), ststest.Pods(0, 5)), ststest.Start))
		require.NoError(t, err)
		require.Nil(t, p, "another number closes it as well")
	}
}

func TestWhatCannotBeHeld(t *testing.T) {
	canary := operation.Rollout{
		Version: 1, Run: "r", Started: ststest.Start, Stable: ststest.Stable, OwnTemplate: true, Steps: operationtest.Steps("1", "100%"),
	}
	tests := []struct {
		name string
		set  *appsv1.StatefulSet
		why  string
		try  []hint.Hint
	}{
		{
			"one that is deleted", ststest.Set(func(set *appsv1.StatefulSet) { set.DeletionTimestamp = &metav1.Time{Time: ststest.Start} }),
			`statefulset "web" is being deleted`, nil,
		},
		{
			"one without a gate", ststest.Set(onDelete),
			`statefulset "web" has update strategy OnDelete: no template change rolls out by itself, so there is nothing to hold`, nil,
		},
		{
			"one of a strategy that nobody knows", ststest.Set(func(set *appsv1.StatefulSet) {
				set.Spec.UpdateStrategy = appsv1.StatefulSetUpdateStrategy{Type: "Recreate"}
			}),
			`statefulset "web" has update strategy Recreate, which has no partition to hold pods back with`,
			hinttest.List("change spec.updateStrategy.type to RollingUpdate or OnDelete"),
		},
		{
			"one whose gate somebody has in hand",
			ststest.Set(ststest.Partition(4), ststest.Annotated(note.RolloutAnnotation, *canary.Text())),
			`a canary of statefulset "web" is in progress, which opens and closes the gate itself`,
			hinttest.List("*resume: kubectl sts canary web", "roll back: kubectl sts abort web"),
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := plantest.Saved(hold.Plan(request(), ststest.Snapshot(tt.set, ststest.Pods(0, 5)), ststest.Start))
			var no *plan.Refusal
			require.ErrorAs(t, err, &no)
			require.Equal(t, &plan.Refusal{Why: tt.why, Try: tt.try}, no)
		})
	}
	for _, annotation := range []string{operation.HoldAnnotation, note.RolloutAnnotation} {
		s := ststest.Snapshot(ststest.Set(ststest.Annotated(annotation, "nonsense")))
		_, err := plantest.Saved(hold.Plan(request(), s, ststest.Start))
		require.ErrorContains(t, err, "annotation "+annotation+` of statefulset "web" can't be read`)
	}
}

func TestRelease(t *testing.T) {
	pods := func(from, to int, revision string) []*corev1.Pod {
		return ststest.Pods(from, to, ststest.Revision(revision))
	}
	before := func(partition int) operation.Hold { return record(func(r *operation.Hold) { r.Partition = partition }) }
	const image = "image nginx:1.21 -> nginx:1.22"
	updating := ststest.Updating("nginx:1.22")
	tests := []struct {
		name     string
		s        sts.Snapshot
		change   plan.Edit
		details  []string
		warnings []string
		rolls    bool
	}{
		{
			"nothing waits", ststest.Snapshot(held(before(0)), ststest.Pods(0, 5)),
			plan.Edit{Partition: ptr.To(0), Says: "partition 0, no record"},
			nil, nil, false,
		},
		{
			"a change waits", ststest.Snapshot(held(before(0), updating), ststest.Pods(0, 4), pods(4, 5, ststest.Update)),
			plan.Edit{Partition: ptr.To(0), Says: "partition 0, no record"},
			[]string{image, "the controller then updates web-3, web-2, web-1, web-0 to revision web-update"},
			nil, true,
		},
		{
			"the partition before holds some of them back", ststest.Snapshot(held(before(3), updating), ststest.Pods(0, 5)),
			plan.Edit{Partition: ptr.To(3), Says: "partition 3, no record"},
			[]string{image, "the controller then updates web-4, web-3 to revision web-update"},
			nil, true,
		},
		{
			"one that holds all of them back", ststest.Snapshot(held(before(9), updating), ststest.Pods(0, 5)),
			plan.Edit{Partition: ptr.To(9), Says: "partition 9, no record"},
			nil, nil, false,
		},
		{
			"one that somebody has set since",
			ststest.Snapshot(held(before(0), updating, ststest.Partition(4)), ststest.Pods(0, 4), pods(4, 5, ststest.Update)),
			plan.Edit{Says: "no record"},
			nil,
			[]string{"the partition is 4 by now, which somebody else has set: it is left at that (it was 0 before the hold)"},
			false,
		},
		{
			"what was closed before", ststest.Snapshot(held(before(sts.MostReplicas), updating), ststest.Pods(0, 5)),
			plan.Edit{Partition: ptr.To(sts.MostReplicas), Says: "gate closed, no record"},
			nil, nil, false,
		},
		{
			"another number of a closed gate", ststest.Snapshot(held(before(0), ststest.Partition(sts.MostReplicas)), ststest.Pods(0, 5)),
			plan.Edit{Partition: ptr.To(0), Says: "partition 0, no record"},
			nil, nil, false,
		},
		{
			"what was closed, and that somebody has opened since",
			ststest.Snapshot(held(before(math.MaxInt32), updating, ststest.Partition(4)), ststest.Pods(0, 4), pods(4, 5, ststest.Update)),
			plan.Edit{Says: "no record"},
			nil,
			[]string{"the partition is 4 by now, which somebody else has set: it is left at that (it was closed before the hold)"},
			false,
		},
		{
			"a set that has no gate any more", ststest.Snapshot(held(before(2), updating, onDelete), ststest.Pods(0, 5)),
			plan.Edit{Says: "no record"},
			nil, nil, false,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := plantest.Saved(hold.Release(request(), tt.s))
			require.NoError(t, err)
			tt.change.Annotations = map[string]*string{operation.HoldAnnotation: nil}
			require.Equal(t, tt.change, p.Steps[0].Change)
			require.Equal(t, tt.details, p.Details)
			require.Equal(t, tt.warnings, p.Warnings)
			require.Equal(t, tt.rolls, hold.Rolls(p))
		})
	}
}

func TestARolloutThatHasTheGateIsEndedFirst(t *testing.T) {
	open := operation.Rollout{
		Version: 1, Run: "r", Started: ststest.Start, Stable: ststest.Stable, Partition: math.MaxInt32,
		Steps: operationtest.Steps("1", "100%"),
	}
	s := ststest.Snapshot(held(record(), ststest.Partition(4), ststest.Annotated(note.RolloutAnnotation, *open.Text())), ststest.Pods(0, 5))
	_, err := plantest.Saved(hold.Release(request(), s))
	var no *plan.Refusal
	require.ErrorAs(t, err, &no)
	require.Equal(t, `a canary of statefulset "web" is in progress, which opens and closes the gate itself`, no.Why)
}

func TestWhatIsNotHeldIsNotReleased(t *testing.T) {
	p, err := plantest.Saved(hold.Release(request(), ststest.Snapshot(ststest.Set(ststest.Partition(math.MaxInt32)), ststest.Pods(0, 5))))
	require.NoError(t, err)
	require.Nil(t, p)
}

func TestNoNumberNamesAClosedGate(t *testing.T) {
	before := record(func(r *operation.Hold) { r.Partition = math.MaxInt32 })
	p, err := plantest.Saved(hold.Release(request(), ststest.Snapshot(held(before), ststest.Pods(0, 5))))
	require.NoError(t, err)
	require.Equal(t, "release statefulset web: gate closed", p.Title)
	require.Equal(t, "statefulset web is released; its gate stays closed, as it was before", p.Success)

	before.Partition = 9
	p, err = plantest.Saved(hold.Release(request(), ststest.Snapshot(held(before), ststest.Pods(0, 5))))
	require.NoError(t, err)
	require.Equal(t, "release statefulset web: partition 9", p.Title)
	require.Equal(t, "statefulset web is released; its gate stays closed, as it was before: partition 9", p.Success)
}
