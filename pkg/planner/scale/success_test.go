package scale_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/scale"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
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
	annotated := []storage.Claim{claim(0), claim(1), claim(2, kept), claim(3)}
	tests := []struct {
		name   string
		r      scale.Request
		claims []storage.Claim
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

func TestSuccessSaysWhatBecameOfTheClaims(t *testing.T) {
	tests := []struct {
		name string
		r    scale.Request
		want string
	}{
		{
			"kept", request(2, answered(scale.Keep)),
			"statefulset web has 2 replicas, all Available; 2 claims are kept, to see and delete: kubectl sts prune-pvc web",
		},
		{"deleted", request(3, answered(scale.Delete)), "statefulset web has 3 replicas, all Available; 1 claim is deleted"},
		{
			"each otherwise", request(0, by(map[int]scale.Answer{3: scale.Delete, 2: scale.RetainVolume})),
			"statefulset web has 0 replicas; 1 claim is deleted; 1 claim is deleted, its volume stays; " +
				"to restore: kubectl sts restore-pvc data-web-2; 2 claims are kept, to see and delete: kubectl sts prune-pvc web",
		},
		{"whatever the others are like", request(4, func(r *scale.Request) { r.Force = true }), "statefulset web has 4 replicas"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := plantest.Saved(scale.Plan(tt.r, snapshot(set(), four()...), ststest.Start))
			require.NoError(t, err)
			require.Equal(t, tt.want, p.Success)
		})
	}
}

func TestSuccessSaysWhatBringsTheClaimsBack(t *testing.T) {
	stays := func(c *storage.Claim) { c.Reclaim = corev1.PersistentVolumeReclaimRetain }
	safe := snapshot(set(), claim(0), claim(1), claim(2), claim(3, stays))
	const of = "statefulset web has 3 replicas, all Available; 1 claim is deleted, its volume stays"
	tests := []struct {
		name     string
		r        scale.Request
		s        sts.Snapshot
		want     string
		recorded bool
	}{
		{
			"a record is written where the volume stays by itself", request(3, answered(scale.Delete)), safe,
			of + "; to restore: kubectl sts restore-pvc data-web-3", true,
		},
		{
			"but not when it can't be", request(3, answered(scale.Delete), func(r *scale.Request) { r.Unrecorded = true }), safe, of, false,
		},
		{
			"in the folder that was given", request(3, answered(scale.RetainVolume), func(r *scale.Request) { r.RecordDir = "my records" }),
			safe, of + "; to restore: kubectl sts restore-pvc data-web-3 --record 'my records'", true,
		},
		{
			"with what an earlier part of the run has deleted", request(3),
			snapshot(set(
				ststest.Replicas(3),
				record(`{"version":1,"from":5,"to":3,"claims":{"data-web-4":{"uid":"4","retainVolume":true},`+
					`"data-web-3":{"uid":"data-web-3","retainVolume":true}}}`),
			), four()...),
			of + "; to restore: kubectl sts restore-pvc data-web-3 data-web-4", true,
		},
		{
			"what the controller deletes has no record", request(3, answered(scale.Delete)),
			snapshot(set(whenScaled("Delete")), claim(3, stays)), of, false,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := plantest.Saved(scale.Plan(tt.r, tt.s, ststest.Start))
			require.NoError(t, err)
			require.Equal(t, tt.want, p.Success)
			require.Equal(t, tt.recorded, slices.ContainsFunc(p.Steps, func(s plan.Step) bool {
				d, ok := s.Change.(plan.DeleteClaim)
				return ok && d.Receipt
			}))
		})
	}
}
