package verdict_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
)

// canaryAt is the annotation of a canary that started so long ago and soaks
// each step for a minute.
func canaryAt(ago time.Duration, more string) func(*appsv1.StatefulSet) {
	started := ststest.Start.Add(-ago).Format(time.RFC3339)
	return ststest.Annotated(note.RolloutAnnotation, `{"version":1,"run":"r","started":"`+started+
		`","stable":"web-stable","steps":["1","100%"],"soak":"1m0s"`+more+`}`)
}

type setOption = func(*appsv1.StatefulSet)

// wrote says who wrote fields of the set, and how long ago.
func wrote(ago time.Duration, fields string) func(*appsv1.StatefulSet) {
	return func(set *appsv1.StatefulSet) {
		set.ManagedFields = append(set.ManagedFields, metav1.ManagedFieldsEntry{
			Manager: "kubectl-sts", Time: ptr.To(metav1.NewTime(ststest.Start.Add(-ago))), FieldsV1: metav1.NewFieldsV1(fields),
		})
	}
}

const partitionField = `{"f:spec":{"f:updateStrategy":{"f:rollingUpdate":{"f:partition":{}}}}}`

// looked is what a watch makes of a set, without the pods one by one.
func looked(s sts.Snapshot) plan.Progress {
	p := verdict.Settled{}.Check(s, ststest.Start)
	p.Pods, p.Operation = nil, nil
	return p
}

func TestSettled(t *testing.T) {
	updating, onDelete := ststest.Updating("nginx:1.22"), ststest.Strategy("OnDelete")
	in := func(d time.Duration) time.Time { return ststest.Start.Add(d) }
	tests := []struct {
		name string
		s    sts.Snapshot
		want plan.Progress
	}{
		{
			"it holds when every pod is where the spec says",
			ststest.Snapshot(ststest.Set(), ststest.Pods(0, 5)),
			plan.Progress{Done: true, Good: 5, Want: 5, Success: "all 5 pods are updated and Available"},
		},
		{
			"a set without replicas is there",
			ststest.Snapshot(ststest.Set(ststest.Replicas(0))),
			plan.Progress{Done: true, Success: "it has no replicas"},
		},
		{
			"pods that are to be replaced are waited for",
			ststest.Snapshot(ststest.Set(updating), updated(3)),
			plan.Progress{Good: 2, Want: 5},
		},
		{
			"the controller has not seen the newest spec",
			ststest.Snapshot(ststest.Set(ststest.Unseen), ststest.Pods(0, 5)),
			plan.Progress{Want: 5, Waiting: "the StatefulSet controller to see the change"},
		},
		{
			"Ready is not Available: time alone will tell",
			ststest.Snapshot(ststest.Set(ststest.MinReady(10)), ststest.Pods(0, 4),
				ststest.Pods(4, 5, ststest.ReadySince(in(-time.Second)))),
			plan.Progress{Good: 4, Want: 5, NextAt: in(9 * time.Second)},
		},
		{
			"a pod of a scale-down is there still",
			ststest.Snapshot(ststest.Set(ststest.Replicas(4)), ststest.Pods(0, 5)),
			plan.Progress{Good: 4, Want: 4, Waiting: "web-4 to be removed"},
		},
		{
			"pods of a scale-down are on their way out",
			ststest.Snapshot(ststest.Set(ststest.Replicas(3)), ststest.Pods(0, 3), ststest.Pods(3, 5, ststest.Terminating)),
			plan.Progress{Good: 3, Want: 3, Waiting: "web-4 to be gone (2 pods of a scale-down are left)"},
		},
		{
			"the set is on its way out",
			ststest.Snapshot(ststest.Set(ststest.Deleted), ststest.Pods(0, 5)),
			plan.Progress{Want: 5, Waiting: "the StatefulSet to be deleted"},
		},
		{
			"a partition holds pods back",
			ststest.Snapshot(ststest.Set(updating, ststest.Partition(3)), updated(3)),
			plan.Progress{Good: 5, Want: 5, Held: "partition 3 keeps 3 of 5 pods on the old revision"},
		},
		{
			"a partition holds pods back, but one that it lets through is not there yet",
			ststest.Snapshot(ststest.Set(updating, ststest.Partition(3)), updated(4)),
			plan.Progress{Good: 4, Want: 5},
		},
		{
			"a partition is above pods that are updated already",
			ststest.Snapshot(ststest.Set(updating, ststest.Partition(5)), updated(4)),
			plan.Progress{
				Good: 4, Want: 5,
				Held: "partition 5 is above pods that are updated already, which the controller leaves so: web-4",
			},
		},
		{
			"OnDelete pods wait to be deleted",
			ststest.Snapshot(ststest.Set(updating, onDelete), updated(3)),
			plan.Progress{Good: 2, Want: 5, Held: "strategy OnDelete, 3 pods wait to be deleted: web-0, web-1, web-2"},
		},
		{
			"OnDelete pods wait to be deleted, but one is coming back",
			ststest.Snapshot(ststest.Set(updating, onDelete), ststest.Pods(0, 4)),
			plan.Progress{Want: 5},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, looked(tt.s)) })
	}
}

func TestSettledDuringACanary(t *testing.T) {
	updating := ststest.Updating("nginx:1.22")
	const (
		soak, nextStep = "the soak of step 1 of 2 to end", "the canary's next step"
		inProgress     = "a canary is in progress"
		driven         = `,"driver":{"host":"h","process":7,"since":"2030-01-02T03:00:00Z"}`
	)
	in := func(d time.Duration) time.Time { return ststest.Start.Add(d) }
	good := func(ago time.Duration) [][]*corev1.Pod {
		return [][]*corev1.Pod{
			ststest.Pods(0, 4), ststest.Pods(4, 5, ststest.Revision(ststest.Update), ststest.ReadySince(in(-ago))),
		}
	}
	tests := []struct {
		name    string
		changes []setOption
		pods    [][]*corev1.Pod
		want    plan.Progress
	}{
		{
			"the step soaks",
			[]setOption{canaryAt(time.Hour, "")},
			good(20 * time.Second),
			plan.Progress{Good: 5, Want: 5, Waiting: soak, NextAt: in(40 * time.Second), Until: in(40 * time.Second)},
		},
		{
			"the soak is over, but not for long",
			[]setOption{canaryAt(time.Hour, "")},
			good(65*time.Second - 1),
			plan.Progress{Good: 5, Want: 5, Waiting: nextStep, NextAt: in(1), Until: in(1)},
		},
		{
			"a process that drives it may be late",
			[]setOption{canaryAt(time.Hour, driven)},
			good(90*time.Second - 1),
			plan.Progress{Good: 5, Want: 5, Waiting: nextStep, NextAt: in(1), Until: in(1)},
		},
		{
			"but not for ever",
			[]setOption{canaryAt(time.Hour, driven)},
			good(90 * time.Second),
			plan.Progress{Good: 5, Want: 5, Held: inProgress},
		},
		{
			"nobody has gone on with it",
			[]setOption{canaryAt(time.Hour, "")},
			good(65 * time.Second),
			plan.Progress{Good: 5, Want: 5, Held: inProgress},
		},
		{
			"minReadySeconds count before the soak",
			[]setOption{canaryAt(time.Hour, ""), ststest.MinReady(10)},
			good(65 * time.Second),
			plan.Progress{Good: 5, Want: 5, Waiting: soak, NextAt: in(5 * time.Second), Until: in(5 * time.Second)},
		},
		{
			"it has just begun",
			[]setOption{canaryAt(time.Second, "")},
			good(time.Hour),
			plan.Progress{Good: 5, Want: 5, Waiting: soak, NextAt: in(59 * time.Second), Until: in(59 * time.Second)},
		},
		{
			"the gate was moved a moment ago",
			[]setOption{canaryAt(time.Hour, ""), wrote(2*time.Second, partitionField)},
			good(time.Hour),
			plan.Progress{Good: 5, Want: 5, Waiting: soak, NextAt: in(58 * time.Second), Until: in(58 * time.Second)},
		},
		{
			"an abort deletes the next pod without a soak",
			[]setOption{
				canaryAt(time.Hour, `,"aborting":true`), wrote(2*time.Second, partitionField), ststest.Partition(5),
			},
			good(time.Hour),
			plan.Progress{Good: 4, Want: 5, Waiting: nextStep, NextAt: in(3 * time.Second), Until: in(3 * time.Second)},
		},
		{
			"an abort that nobody goes on with",
			[]setOption{canaryAt(time.Hour, `,"aborting":true`)},
			good(time.Hour),
			plan.Progress{Good: 5, Want: 5, Held: "a canary is being aborted"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set := ststest.Set(append([]setOption{updating, ststest.Partition(4)}, tt.changes...)...)
			require.Equal(t, tt.want, looked(ststest.Snapshot(set, tt.pods...)))
		})
	}
}

func TestSettledDuringAScale(t *testing.T) {
	const replicasField = `{"f:spec":{"f:replicas":{}}}`
	long := ststest.Pods(0, 5, ststest.ReadySince(ststest.Start.Add(-time.Hour)))
	tests := []struct {
		name string
		ago  time.Duration
		want plan.Progress
	}{
		{
			"the last pod has just gone", 20 * time.Second,
			plan.Progress{
				Good: 5, Want: 5, Waiting: "the scale's next step", NextAt: ststest.Start.Add(40 * time.Second),
				Until: ststest.Start.Add(40 * time.Second),
			},
		},
		{"nobody has gone on with it", time.Minute, plan.Progress{Good: 5, Want: 5, Held: "a scale from 6 to 2 is not over"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, looked(ststest.Snapshot(ststest.Set(scaling, wrote(tt.ago, replicasField)), long)))
		})
	}
}

func TestARecordThatCantBeReadIsNotSettled(t *testing.T) {
	s := ststest.Snapshot(ststest.Set(ststest.Annotated(note.RolloutAnnotation, "nonsense")), ststest.Pods(0, 5))
	require.Equal(t, plan.Progress{Good: 5, Want: 5, Held: "the record of a canary can't be read"}, looked(s))
}
