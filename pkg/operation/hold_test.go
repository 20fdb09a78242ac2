package operation_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// holding is the record of a hold since an hour, as it is on a set.
func holding() operation.Hold {
	return operation.Hold{
		Version: 1, Started: ststest.Start.Add(-time.Hour), Reason: "a migration",
		By: &note.Driver{User: "alice", Host: "ci-7", Process: 7, Since: ststest.Start},
	}
}

func heldSet(changes ...setOption) *appsv1.StatefulSet {
	base := []setOption{ststest.Partition(math.MaxInt32), ststest.Annotated(operation.HoldAnnotation, *holding().Text())}
	return ststest.Set(append(base, changes...)...)
}

func TestAHoldSaysWhoAndWhy(t *testing.T) {
	s := ststest.Snapshot(heldSet(), ststest.Pods(0, 5))
	found := operation.Find(s)
	r := holding()
	require.Equal(t, operation.Found{Records: []operation.Record{&r}}, found)

	first := found.First()
	require.Equal(t, "no template change rolls out until it is released (held since 2030-01-02T02:04:05Z by alice on ci-7: a migration)",
		first.Says())
	require.Equal(t, "hold for 60m", first.Short(s, ststest.Start))
	require.Equal(t, [][2]string{{"Held", "60m ago by alice on ci-7"}, {"Reason", "a migration"}}, first.Lines(s, ststest.Start))
	require.Equal(t, plan.Operation{Verb: "hold", Started: r.Started, By: r.By, Reason: "a migration"}, first.Progress(s, ststest.Start))
	require.Nil(t, first.Driven(s, ststest.Start), "nobody drives it")
	until, _ := first.GoesOn(s, plan.Progress{}, ststest.Start)
	require.Zero(t, until, "nothing goes on by itself")
}

func TestAHoldIsLeft(t *testing.T) {
	const release = "release it: kubectl sts -n prod release web"
	opened := ststest.Partition(2)
	tests := []struct {
		name  string
		set   *appsv1.StatefulSet
		fails string
		helps []string
	}{
		{"where nothing waits", heldSet(), "", []string{release}},
		{
			"where a change waits", heldSet(ststest.Updating("nginx:1.22")), "", []string{
				"release it, and the controller rolls out the change that waits: kubectl sts -n prod release web",
				"or take that through step by step, and hold the set further: kubectl sts -n prod canary web",
				"or take it back: kubectl sts -n prod undo web",
			},
		},
		{"where another number closes the gate", heldSet(ststest.Partition(sts.MostReplicas)), "", []string{release}},
		{
			"where somebody has opened the gate", heldSet(opened), "the gate of the hold was opened by somebody: the partition is 2",
			[]string{"close the gate again: kubectl sts -n prod hold web", "or give the hold up: kubectl sts -n prod release web"},
		},
		{
			"where somebody is known to have opened it", heldSet(opened, func(set *appsv1.StatefulSet) {
				at := metav1.NewTime(ststest.Start)
				set.ManagedFields = []metav1.ManagedFieldsEntry{{
					Manager: "argocd", Operation: metav1.ManagedFieldsOperationUpdate, Time: &at, FieldsType: "FieldsV1",
					FieldsV1: metav1.NewFieldsV1(`{"f:spec":{"f:updateStrategy":{"f:rollingUpdate":{"f:partition":{}}}}}`),
				}}
			}), "the gate of the hold was opened by argocd at 2030-01-02T03:04:05Z: the partition is 2",
			[]string{"close the gate again: kubectl sts -n prod hold web", "or give the hold up: kubectl sts -n prod release web"},
		},
		{
			"where there is no gate any more", heldSet(func(set *appsv1.StatefulSet) {
				set.Spec.UpdateStrategy = appsv1.StatefulSetUpdateStrategy{Type: appsv1.OnDeleteStatefulSetStrategyType}
			}), "", []string{release},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := ststest.Snapshot(tt.set, ststest.Pods(0, 5))
			first := operation.Find(s).First()
			require.Equal(t, tt.helps, rendered(first.Helps(s, true)))
			f := first.Failure(s)
			require.Equal(t, tt.fails != "", f != nil)
			if f != nil {
				require.Equal(t, tt.fails, f.Message)
			}
		})
	}
}

func TestWithAPodInTroubleTheWayBackIsOfferedFirst(t *testing.T) {
	s := ststest.Snapshot(heldSet(ststest.Updating("nginx:1.22")), ststest.Pods(0, 5))
	require.Equal(t, []string{
		"take the change back, and hold the set further: kubectl sts -n prod undo web",
		"or release it, and the controller rolls the change out: kubectl sts -n prod release web",
	}, rendered(operation.Find(s).First().Helps(s, false)))
}

func TestWhatAHoldExcludes(t *testing.T) {
	s := ststest.Snapshot(heldSet(func(set *appsv1.StatefulSet) {
		r := holding()
		r.Reason = "a \x1b[31mmigration"
		set.Annotations[operation.HoldAnnotation] = *r.Text()
	}), ststest.Pods(0, 5))
	for verb, also := range map[string][]hint.Hint{
		"canary":  nil,
		"restart": hinttest.List("or restart pods as they are, by deleting them: kubectl sts restart web --ordinals 0-4"),
	} {
		var no *plan.Refusal
		require.ErrorAs(t, operation.Refuse(verb, s), &no)
		require.Equal(t, &plan.Refusal{
			Why: `statefulset "web" is held since 2030-01-02T02:04:05Z by alice on ci-7: a migration`,
			Try: append(hinttest.List("release it: kubectl sts release web"), also...),
		}, no)
	}
	for _, verb := range []string{"undo", "scale", "abort", "promote"} {
		require.NoError(t, operation.Refuse(verb, s))
	}
}

func TestARecordThatNoHoldWritesIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"no time":               `{"version":1,"partition":0}`,
		"a negative partition":  `{"version":1,"started":"2030-01-02T03:04:05Z","partition":-1}`,
		"one beyond any":        `{"version":1,"started":"2030-01-02T03:04:05Z","partition":2147483648}`,
		"a failure without one": `{"version":2,"started":"2030-01-02T03:04:05Z","partition":0}`,
		"a newer format":        `{"version":3,"started":"2030-01-02T03:04:05Z","partition":0}`,
		"nonsense":              `nonsense`,
	} {
		t.Run(name, func(t *testing.T) {
			found := operation.Find(ststest.Snapshot(ststest.Set(ststest.Annotated(operation.HoldAnnotation, text))))
			require.Empty(t, found.Records)
			require.Len(t, found.Unreadable, 1)
			require.Equal(t, "the record of a hold can't be read", found.Unreadable[0].Says())
		})
	}
}
