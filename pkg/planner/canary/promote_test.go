package canary_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation/operationtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestPromote(t *testing.T) {
	tests := []struct {
		name string
		set  *appsv1.StatefulSet
		pods []*corev1.Pod
		full bool
		want []string
	}{
		{
			name: "the next step, past the gate that it was held at, and no further",
			set:  verbtest.CanarySet(verbtest.Record(), 4), pods: verbtest.Updated(4, time.Hour),
			want: []string{
				"1/3 check web-4; good from 4",
				"2/3 update web-3, web-2; partition 2; good from 2; soak 1m0s; hold (wanted true) before web-1, web-0",
				"3/3 update web-1, web-0; partition 0; good from 0; soak 1m0s",
				verbtest.Ended,
			},
		},
		{
			name: "with full all that are left, and nobody is asked",
			set:  verbtest.CanarySet(verbtest.Record(), 4), pods: verbtest.Updated(4, 20*time.Second), full: true,
			want: []string{
				"1/3 check web-4; good from 4; soak 40s",
				"2/3 update web-3, web-2; partition 2; good from 2; soak 1m0s",
				"3/3 update web-1, web-0; partition 0; good from 0; soak 1m0s",
				verbtest.Ended,
			},
		},
		{
			name: "the first step of a canary whose gate is still closed",
			set:  verbtest.CanarySet(verbtest.Record(), 5), pods: verbtest.Updated(5, 0),
			want: []string{
				"wait for the controller; observed",
				"1/3 update web-4; partition 4; good from 4; soak 1m0s; hold (wanted true) before web-3, web-2",
				"2/3 update web-3, web-2; partition 2; good from 2; soak 1m0s; hold (wanted true) before web-1, web-0",
				"3/3 update web-1, web-0; partition 0; good from 0; soak 1m0s",
				verbtest.Ended,
			},
		},
		{
			name: "the end, when every step is done",
			set:  verbtest.CanarySet(verbtest.Record(), 0, ststest.Updated), pods: verbtest.Updated(0, time.Hour),
			want: []string{"3/3 check web-1, web-0; good from 0", verbtest.Ended},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			// The pace of the request is not promote's: it has its own.
			p := verbtest.Planned(
				t,
			)(
				plantest.Saved(
					canary.Promote(verbtest.Ask(verbtest.Asking).Promotion(tt.full), ststest.Snapshot(tt.set, tt.pods), ststest.Start),
				),
			)
			require.Equal(t, tt.want, verbtest.Outline(p))
			require.Equal(t, "promote", p.Verb)
			require.Equal(t, "promote of statefulset web: 5 pods in 3 steps (1, 3, 5), each soaked for 1m0s", p.Title)
		})
	}
}

func TestThereIsNothingToPromoteWithoutACanary(t *testing.T) {
	p, err := plantest.Saved(canary.Promote(verbtest.Ask().Promotion(true), verbtest.Settled(), ststest.Start))
	verbtest.RequireRefusal(t, &plan.Refusal{
		Why: `no canary of statefulset "web" is in progress`,
		Try: hinttest.List(
			"start one: kubectl sts canary web --image CONTAINER=IMAGE",
			"or look: kubectl sts status web",
		),
	}, p, err)
}

func TestPromoteGoesOnAfterTheReplicasHaveChanged(t *testing.T) {
	// Of eight pods 3 and 50% went up; of four 50% would be 2.
	mixed := verbtest.Record(func(r *operation.Rollout) { r.Steps = operationtest.Steps("3", "50%") })
	set := verbtest.CanarySet(mixed, 1, ststest.Replicas(4))
	s := ststest.Snapshot(set, ststest.Pods(0, 1), ststest.Pods(1, 4, ststest.Revision(ststest.Update)))
	p := verbtest.Planned(t)(plantest.Saved(canary.Promote(verbtest.Ask().Promotion(true), s, ststest.Start)))
	require.Equal(t, []string{
		"1/2 check web-3, web-2, web-1; good from 1",
		"2/2 update web-0; partition 0; good from 0; soak 1m0s",
		verbtest.Ended,
	}, verbtest.Outline(p))
}

func TestAReplaceIsNotPromoted(t *testing.T) {
	replacing := func(r *operation.Rollout) {
		r.Verb, r.Steps = operation.VerbReplace, operation.AllAtOnce()
		r.Pods, r.Claims = map[int]types.UID{4: "web-4-uid"}, map[string]types.UID{"data-web-4": "data-web-4-uid"}
	}
	for finish, record := range map[string]operation.Rollout{
		"kubectl sts replace web":         verbtest.Record(replacing),
		"kubectl sts replace web --retry": verbtest.Record(replacing, verbtest.HaltedIn),
	} {
		s := ststest.Snapshot(verbtest.CanarySet(record, 0), ststest.Pods(0, 5))
		p, err := verbtest.NextStep(verbtest.Ask(), s, ststest.Start)
		verbtest.RequireRefusal(t, &plan.Refusal{
			Why: `a replace of statefulset "web" is in progress, which has no steps to promote`,
			Try: hinttest.List("finish it: "+finish, "or give it up: kubectl sts abort web"),
		}, p, err)
	}
}
