package plan_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

func ownedBy(kind, name string) func(*storage.Claim) {
	return func(c *storage.Claim) { c.Owners = []metav1.OwnerReference{{Kind: kind, Name: name, UID: "some-uid"}} }
}

func going(c *storage.Claim) { c.Deleting = true }

// heldUp keeps the claim from going, by these finalizers.
func heldUp(by string) func(*storage.Claim) {
	return func(c *storage.Claim) { c.Deleting, c.HeldBy = true, by }
}

func TestChangesOfClaimsAreDone(t *testing.T) {
	deletes := plan.DeleteClaim{Name: "data-web-4", UID: "data-web-4-uid", Why: "as answered"}
	retains := plan.RetainVolume{Claim: "data-web-4", UID: "data-web-4-uid", Volume: "pv-data-web-4"}
	anew := ststest.Claim("data-web-4", func(c *storage.Claim) { c.UID = "another" })
	retained := ststest.Claim("data-web-4", func(c *storage.Claim) { c.Reclaim = corev1.PersistentVolumeReclaimRetain })
	tests := []struct {
		name             string
		s                sts.Snapshot
		deleted, retains bool
	}{
		{"the claim is there", ststest.WithClaims(ststest.Claim("data-web-4"), ststest.Claim("data-web-3")), false, false},
		{"the claim is gone", ststest.WithClaims(ststest.Claim("data-web-3")), true, true},
		{"the claim is another of that name", ststest.WithClaims(anew), true, true},
		{"the claim is on its way out", ststest.WithClaims(ststest.Claim("data-web-4", going)), true, false},
		{"the volume is retained", ststest.WithClaims(retained), false, true},
		{"the claims are not known", settled(), false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.deleted, deletes.Done(tt.s))
			require.Equal(t, tt.retains, retains.Done(tt.s))
		})
	}
	require.Equal(t, "delete claim data-web-4: as answered", deletes.String())
	require.Equal(t, "retain volume pv-data-web-4 of claim data-web-4", retains.String())
}

func TestClaimsFree(t *testing.T) {
	c := plan.ClaimsFree{Names: []string{"data-web-4"}}
	nameless := ststest.WithClaims(ststest.Claim("data-web-4", ownedBy("Pod", "web-4")))
	nameless.Set.Spec.ClaimTemplates = nil
	unseen := ststest.WithClaims(ststest.Claim("data-web-4"))
	unseen.Set = workload.FromApps(ststest.Set(ststest.Unseen))
	tests := []struct {
		name string
		s    sts.Snapshot
		want plan.Progress
	}{
		{"nobody owns it", ststest.WithClaims(ststest.Claim("data-web-4")), plan.Progress{Done: true}},
		{
			"the set may own it, for it stays", ststest.WithClaims(ststest.Claim("data-web-4", ownedBy("StatefulSet", "web"))),
			plan.Progress{Done: true},
		},
		{
			"a pod owns another",
			ststest.WithClaims(ststest.Claim("data-web-4"), ststest.Claim("data-web-3", ownedBy("Pod", "web-3"))),
			plan.Progress{Done: true},
		},
		{
			"somebody else's pod owns it, which takes it nowhere",
			ststest.WithClaims(ststest.Claim("data-web-4", ownedBy("Pod", "backup"))),
			plan.Progress{Done: true},
		},
		{
			"its pod owns it", ststest.WithClaims(ststest.Claim("data-web-4", ownedBy("Pod", "web-4"))),
			plan.Progress{Waiting: "the StatefulSet controller to take its pod's hold off claim data-web-4"},
		},
		{
			"a pod owns it, and of which pod it is nobody knows", nameless,
			plan.Progress{Waiting: "the StatefulSet controller to take its pod's hold off claim data-web-4"},
		},
		{"the controller has not seen the policy", unseen, plan.Progress{Waiting: controllerSees}},
		{"the claims are not known", settled(), plan.Progress{Waiting: "the claims to be read"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, c.Check(tt.s, ststest.Start)) })
	}
	require.Equal(t, "no pod takes claim data-web-4 along", c.String())
}

func TestClaimsGone(t *testing.T) {
	c := plan.ClaimsGone{Claims: map[types.UID]string{"data-web-4-uid": "data-web-4", "data-web-3-uid": "data-web-3"}}
	tests := []struct {
		name string
		s    sts.Snapshot
		want plan.Progress
	}{
		{"all are gone", ststest.WithClaims(ststest.Claim("data-web-0")), plan.Progress{Done: true}},
		{"one is left", ststest.WithClaims(ststest.Claim("data-web-3")), plan.Progress{Waiting: "claim data-web-3 to go"}},
		{"one is on its way", ststest.WithClaims(ststest.Claim("data-web-4", going)), plan.Progress{Waiting: "claim data-web-4 to go"}},
		{
			"a pod uses one", ststest.WithClaims(ststest.Claim("data-web-4", heldUp("kubernetes.io/pvc-protection"))), plan.Progress{
				Waiting: "claim data-web-4 to go, held by finalizer kubernetes.io/pvc-protection: it stays while a pod uses the claim",
			},
		},
		{
			"somebody else's finalizer is on one", ststest.WithClaims(ststest.Claim("data-web-4", heldUp("example.com/backup"))),
			plan.Progress{Waiting: "claim data-web-4 to go, held by finalizer example.com/backup", External: true},
		},
		{"the claims are not known", settled(), plan.Progress{Waiting: "the claims to be read"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, c.Check(tt.s, ststest.Start)) })
	}
	require.Equal(t, "claims data-web-3, data-web-4 are gone", c.String())
}

func TestTheRetentionPolicyIsAnEditAndDriftsLikeOthers(t *testing.T) {
	edit := plan.Edit{Retention: ptr.To(appsv1.RetainPersistentVolumeClaimRetentionPolicyType)}
	deletes := ststest.Set(func(set *appsv1.StatefulSet) {
		set.Spec.PersistentVolumeClaimRetentionPolicy = &appsv1.StatefulSetPersistentVolumeClaimRetentionPolicy{
			WhenScaled: appsv1.DeletePersistentVolumeClaimRetentionPolicyType,
		}
	})
	require.False(t, edit.Done(ststest.Snapshot(deletes)))
	require.True(t, edit.Done(settled()), "Retain is what an unset policy means")
	require.Equal(t, "set whenScaled to Retain", edit.String())
}
