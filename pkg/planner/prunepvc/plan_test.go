package prunepvc_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/prunepvc"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// unused is a verdict that lets claim data-web-4 go.
func unused(volume string, reclaim corev1.PersistentVolumeReclaimPolicy) claims.Verdict {
	return claims.Verdict{
		Claim:  storage.Claim{Namespace: "shop", Name: "data-web-4", UID: "data-web-4-uid", Volume: volume, Reclaim: reclaim},
		Delete: true, Class: claims.OutOfRange, Reason: "not needed: web runs ordinals 0-1", Set: "web", Template: "data", Ordinal: 4,
	}
}

// Each step is data like those of any plan, and names its claim as no other does.
func TestAStepDeletesOneClaim(t *testing.T) {
	tests := []struct {
		name    string
		volume  string
		reclaim corev1.PersistentVolumeReclaimPolicy
		retain  bool
		record  bool
	}{
		{"whose data is lost", "pv-4", corev1.PersistentVolumeReclaimDelete, false, false},
		{"whose volume is retained before", "pv-4", corev1.PersistentVolumeReclaimDelete, true, true},
		{"whose volume is retained anyway", "pv-4", corev1.PersistentVolumeReclaimRetain, false, true},
		{"whose volume nobody knows", "pv-4", "", false, false},
		{"that has no volume", "", "", true, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			step := prunepvc.Step(unused(test.volume, test.reclaim), test.retain)

			require.Equal(t, plan.Step{
				ID: "prune-pvc/delete-claim-shop/data-web-4", Title: "delete claim shop/data-web-4",
				Change: plan.DeleteClaim{
					Name: "data-web-4", UID: "data-web-4-uid", Why: "not needed: web runs ordinals 0-1", Receipt: test.record,
				},
			}, step)
			p := prunepvc.Plan("shop", "1 claim to delete", []string{"mind this"})
			plantest.Same(*p)
			p.Steps = []plan.Step{step}
			plantest.Same(*p)
		})
	}
}

func TestWhatWasFoundIsTold(t *testing.T) {
	two := claims.Total{Claims: 2, Size: resource.MustParse("20Gi"), Kept: 3}
	require.Equal(t, `2 claims to delete in shop @ prod, 20Gi; 3 kept (--show-kept says why)`, prunepvc.Title(two, "shop @ prod", false))
	require.Equal(t, `2 claims to delete in shop @ prod, 20Gi`, prunepvc.Title(two, "shop @ prod", true))
	require.Equal(t, `no unused claims in shop @ prod; 3 kept (--show-kept says why)`,
		prunepvc.Title(claims.Total{Kept: 3}, "shop @ prod", false))
}

func TestALossOfDataIsTold(t *testing.T) {
	dying := claims.Total{Claims: 2, Dying: 1, DyingSize: resource.MustParse("10Gi")}
	unknown := dying
	unknown.Unknown = 1
	tests := []struct {
		name   string
		total  claims.Total
		retain bool
		want   string
	}{
		{
			"for certain", dying, false,
			"deleting 1 claim (10Gi) loses the data: the reclaim policy of their volumes is not Retain",
		},
		{
			"for all that is known", unknown, false,
			"deleting 1 claim (10Gi) may lose the data: the reclaim policy of their volumes is not known",
		},
		{"but not where volumes are retained", dying, true, ""},
		{"but not where there is none", claims.Total{Claims: 2}, false, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, prunepvc.Loss(test.total, test.retain))
		})
	}
}
