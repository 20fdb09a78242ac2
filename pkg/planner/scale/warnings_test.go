package scale_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/scale"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func TestWarnings(t *testing.T) {
	scalers := autoscaled(2, 6)
	tests := []struct {
		name string
		r    scale.Request
		s    sts.Snapshot
		want []string
	}{
		{"nothing to warn of", request(3), snapshot(set()), nil},
		{
			"data that waits elsewhere",
			request(6, func(r *scale.Request) { r.Left, r.RecordDir = []string{"data-web-5"}, "my records" }), snapshot(set()),
			[]string{"new and empty, though volumes with the data of earlier ones are still there: data-web-5; " +
				"to have that data instead, first: kubectl sts restore-pvc data-web-5 --record 'my records'"},
		},
		{
			"an autoscaler, within its range", request(3, scalers), snapshot(set()),
			[]string{"HorizontalPodAutoscaler a (2 to 6 replicas) targets statefulset web and may change the replicas again"},
		},
		{
			"an autoscaler, below its range", request(1, scalers), snapshot(set()),
			[]string{"HorizontalPodAutoscaler a (2 to 6 replicas) targets statefulset web and " +
				"will change the replicas back, which halts the run"},
		},
		{
			"an autoscaler, at 0", request(0, scalers), snapshot(set()),
			[]string{"HorizontalPodAutoscaler a (2 to 6 replicas) targets statefulset web; " +
				"at 0 replicas it rests, and goes on as soon as there are any"},
		},
		{
			"pods that are born at the update revision", request(6),
			ststest.Snapshot(set(ststest.Updating("nginx:1.22"), ststest.Partition(5)), ststest.Pods(0, 4)),
			[]string{"at the update revision web-update, which partition 5 lets through: web-5"},
		},
		{
			"a command that has no pod to run for", request(5, func(r *scale.Request) { r.Hooks.Before = []plan.Hook{{Command: "x"}} }),
			snapshot(set()),
			[]string{"no pod goes, so the command before it is not run"},
		},
		{
			"a claim that may be another's", request(4, answered(scale.Reuse), rivals(3)),
			snapshot(set(ststest.Replicas(3), twoWays), claim(3, eithers)),
			[]string{"claim data-a-web-3 may be set a-web's: its name fits both"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := plantest.Saved(scale.Plan(tt.r, tt.s, ststest.Start))
			require.NoError(t, err)
			require.Equal(t, tt.want, p.Warnings)
		})
	}
}
