package abort_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/abort"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// A canary that took up a change did not set the template, so abort leaves it
// and puts the partition back. The controller replaces no pod for that, so
// the plan deletes each.
func TestAbortOfACanaryThatTookUpAChange(t *testing.T) {
	const all = "all 5 pods of web are back on revision web-stable and Available"
	tests := []struct {
		name    string
		record  operation.Rollout
		set     []func(*appsv1.StatefulSet)
		gate    int32
		pods    []*corev1.Pod
		want    []string
		success string
	}{
		{
			name: "no pod had the change before", record: verbtest.Record(verbtest.TakenUp(5)), gate: 2, pods: verbtest.Updated(2, 0),
			want: []string{
				"raise the partition to 5 again; partition 5, annotation kubectl-sts.github.io/canary; observed",
				"return web-4, web-3, web-2 to revision web-stable; good from 0; free each after 0s",
				"end the canary; partition 5, no annotation kubectl-sts.github.io/canary; good from 0",
			},
			success: all,
		},
		{
			name: "pods that had the change before keep it", record: verbtest.Record(verbtest.TakenUp(3)), gate: 2,
			pods: verbtest.Updated(2, 0),
			want: []string{
				"raise the partition to 3 again; partition 3, annotation kubectl-sts.github.io/canary; observed",
				"return web-2 to revision web-stable; good from 0; free each after 0s",
				"end the canary; partition 3, no annotation kubectl-sts.github.io/canary; good from 0",
			},
			success: "the pods of web below partition 3 are back on revision web-stable, and all 5 are Available",
		},
		{
			name: "the ordinals start later", record: verbtest.Record(verbtest.TakenUp(3)), gate: 2,
			set:  []func(*appsv1.StatefulSet){ststest.From(5), ststest.Replicas(4)},
			pods: append(ststest.Pods(5, 7), ststest.Pods(7, 9, ststest.Revision(ststest.Update))...),
			want: []string{
				"raise the partition to 3 again; partition 3, annotation kubectl-sts.github.io/canary; observed",
				"return web-7 to revision web-stable; good from 5; free each after 0s",
				"end the canary; partition 3, no annotation kubectl-sts.github.io/canary; good from 5",
			},
			success: "the pods of web below partition 3 are back on revision web-stable, and all 4 are Available",
		},
		{
			name: "it was begun before: what is done is not repeated", record: verbtest.Record(verbtest.TakenUp(5), verbtest.Aborting),
			gate: 5, pods: verbtest.Updated(4, 0),
			want: []string{
				"raise the partition to 5 again; partition 5, annotation kubectl-sts.github.io/canary; observed",
				"return web-4 to revision web-stable; good from 0; free each after 0s",
				"end the canary; partition 5, no annotation kubectl-sts.github.io/canary; good from 0",
			},
			success: all,
		},
		{
			name: "the revisions in the status are of the spec before, so they are not asked",
			record: verbtest.Record(
				verbtest.TakenUp(5),
			), gate: 2, set: []func(*appsv1.StatefulSet){ststest.Updated, ststest.Unseen}, pods: verbtest.Updated(5, 0),
			want: []string{
				"raise the partition to 5 again; partition 5, annotation kubectl-sts.github.io/canary; observed",
				"wait until every pod is Available; good from 0; free each after 0s",
				"end the canary; partition 5, no annotation kubectl-sts.github.io/canary; good from 0",
			},
			success: all,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := ststest.Snapshot(verbtest.CanarySet(tt.record, tt.gate, tt.set...), tt.pods)

			p := verbtest.Planned(t)(plantest.Saved(abort.Plan(verbtest.Ask().Abort(), s)))

			require.Equal(t, tt.want, verbtest.Outline(p))
			require.Equal(t, tt.success, p.Success)
			marked := tt.record
			marked.Aborting = true
			require.Equal(t, marked, verbtest.Written(t, verbtest.Write(t, p.Steps[0])))
		})
	}
}

func TestAbortLeavesTheChangeCauseOfSomebodyElse(t *testing.T) {
	s := ststest.Snapshot(
		verbtest.CanarySet(verbtest.Record(verbtest.TakenUp(5)), 2, ststest.Annotated(operation.ChangeCause, "kubectl apply")),
		verbtest.Updated(2, 0),
	)
	p := verbtest.Planned(t)(plantest.Saved(abort.Plan(verbtest.Ask().Abort(), s)))
	edit := verbtest.Write(t, p.Steps[0])
	edit.Annotations[note.RolloutAnnotation] = nil
	require.Equal(t, plan.Edit{
		Partition: ptr.To(5), Annotations: map[string]*string{note.RolloutAnnotation: nil}, Says: "raise the partition to 5 again",
	}, edit)
}
