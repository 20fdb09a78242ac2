package scale_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/scale"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// prune-pvc keeps what nothing may delete, such as the claims of ordinals that an
// autoscaler may scale up to.
func TestSuccessPointsToNoPruneThatKeepsEverything(t *testing.T) {
	upTo := func(most int) func(*scale.Request) { return autoscaled(1, most) }
	const (
		sees  = "; 2 claims are kept, to see and delete: kubectl sts prune-pvc web"
		keeps = "; 2 claims are kept, by prune-pvc as well: autoscaler a may scale set web up to 4"
	)
	annotated := []sts.Claim{claim(0), claim(1), claim(2, kept), claim(3)}
	tests := []struct {
		name   string
		r      scale.Request
		claims []sts.Claim
		want   string
	}{
		{"without an autoscaler", request(2, answered(scale.Keep)), four(), sees},
		{"one that may want all of them again", request(2, answered(scale.Keep), upTo(4)), four(), keeps},
		{"one that wants only one again: the other is seen", request(2, answered(scale.Keep), upTo(3)), four(), sees},
		{"one that never gets there", request(2, answered(scale.Keep), upTo(2)), four(), sees},
		{
			"each kept for another reason", request(2, answered(scale.Delete), upTo(4)), annotated,
			"; 2 claims are kept, by prune-pvc as well: autoscaler a may scale set web up to 4, annotation kubectl-sts.github.io/keep",
		},
		{"an annotation on one of them", request(2, answered(scale.Keep)), annotated, sees},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := plantest.Saved(scale.Plan(tt.r, snapshot(set(), tt.claims...), ststest.Start))
			require.NoError(t, err)
			require.Equal(t, "statefulset web has 2 replicas, all Available"+tt.want, p.Success)
		})
	}
}
