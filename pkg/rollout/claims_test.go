package rollout_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// with is the settled set with these claims, known to be all.
func with(claims ...sts.Claim) sts.Snapshot {
	s := settled()
	s.Set.Spec.VolumeClaimTemplates = []corev1.PersistentVolumeClaim{{ObjectMeta: metav1.ObjectMeta{Name: "data"}}}
	s.Claims = append([]sts.Claim{}, claims...)
	return s
}

func claim(name string, changes ...func(*sts.Claim)) sts.Claim {
	c := sts.Claim{Name: name, UID: types.UID(name + "-uid"), Version: "7", Volume: "pv-" + name}
	for _, change := range changes {
		change(&c)
	}
	return c
}

func ownedBy(kind, name string) func(*sts.Claim) {
	return func(c *sts.Claim) { c.Owners = []metav1.OwnerReference{{Kind: kind, Name: name, UID: "some-uid"}} }
}

func going(c *sts.Claim) { c.Deleting = true }

// heldUp keeps the claim from going, by these finalizers.
func heldUp(by string) func(*sts.Claim) {
	return func(c *sts.Claim) { c.Deleting, c.HeldBy = true, by }
}

func TestChangesOfClaimsAreDone(t *testing.T) {
	deletes := rollout.DeleteClaim{Name: "data-web-4", UID: "data-web-4-uid", Why: "as answered"}
	retains := rollout.RetainVolume{Claim: "data-web-4", UID: "data-web-4-uid", Volume: "pv-data-web-4"}
	anew := claim("data-web-4", func(c *sts.Claim) { c.UID = "another" })
	retained := claim("data-web-4", func(c *sts.Claim) { c.Reclaim = corev1.PersistentVolumeReclaimRetain })
	tests := []struct {
		name             string
		s                sts.Snapshot
		deleted, retains bool
	}{
		{"the claim is there", with(claim("data-web-4"), claim("data-web-3")), false, false},
		{"the claim is gone", with(claim("data-web-3")), true, true},
		{"the claim is another of that name", with(anew), true, true},
		{"the claim is on its way out", with(claim("data-web-4", going)), true, false},
		{"the volume is retained", with(retained), false, true},
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
	c := rollout.ClaimsFree{Names: []string{"data-web-4"}}
	nameless := with(claim("data-web-4", ownedBy("Pod", "web-4")))
	nameless.Set.Spec.VolumeClaimTemplates = nil
	unseen := with(claim("data-web-4"))
	unseen.Set = ststest.Set(ststest.Unseen)
	tests := []struct {
		name string
		s    sts.Snapshot
		want rollout.Progress
	}{
		{"nobody owns it", with(claim("data-web-4")), rollout.Progress{Done: true}},
		{"the set may own it, for it stays", with(claim("data-web-4", ownedBy("StatefulSet", "web"))), rollout.Progress{Done: true}},
		{"a pod owns another", with(claim("data-web-4"), claim("data-web-3", ownedBy("Pod", "web-3"))), rollout.Progress{Done: true}},
		{
			"somebody else's pod owns it, which takes it nowhere", with(claim("data-web-4", ownedBy("Pod", "backup"))),
			rollout.Progress{Done: true},
		},
		{
			"its pod owns it", with(claim("data-web-4", ownedBy("Pod", "web-4"))),
			rollout.Progress{Waiting: "the StatefulSet controller to take its pod's hold off claim data-web-4"},
		},
		{
			"a pod owns it, and of which pod it is nobody knows", nameless,
			rollout.Progress{Waiting: "the StatefulSet controller to take its pod's hold off claim data-web-4"},
		},
		{"the controller has not seen the policy", unseen, rollout.Progress{Waiting: controllerSees}},
		{"the claims are not known", settled(), rollout.Progress{Waiting: "the claims to be read"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, c.Check(tt.s, ststest.Start)) })
	}
	require.Equal(t, "no pod takes claim data-web-4 along", c.String())
}

func TestClaimsGone(t *testing.T) {
	c := rollout.ClaimsGone{Claims: map[types.UID]string{"data-web-4-uid": "data-web-4", "data-web-3-uid": "data-web-3"}}
	tests := []struct {
		name string
		s    sts.Snapshot
		want rollout.Progress
	}{
		{"all are gone", with(claim("data-web-0")), rollout.Progress{Done: true}},
		{"one is left", with(claim("data-web-3")), rollout.Progress{Waiting: "claim data-web-3 to go"}},
		{"one is on its way", with(claim("data-web-4", going)), rollout.Progress{Waiting: "claim data-web-4 to go"}},
		{
			"a pod uses one", with(claim("data-web-4", heldUp("kubernetes.io/pvc-protection"))), rollout.Progress{
				Waiting: "claim data-web-4 to go, held by finalizer kubernetes.io/pvc-protection: it stays while a pod uses the claim",
			},
		},
		{
			"somebody else's finalizer is on one", with(claim("data-web-4", heldUp("example.com/backup"))),
			rollout.Progress{Waiting: "claim data-web-4 to go, held by finalizer example.com/backup", Outside: true},
		},
		{"the claims are not known", settled(), rollout.Progress{Waiting: "the claims to be read"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, c.Check(tt.s, ststest.Start)) })
	}
	require.Equal(t, "claims data-web-3, data-web-4 are gone", c.String())
}

func TestTheRetentionPolicyIsAnEditAndDriftsLikeOthers(t *testing.T) {
	edit := rollout.Edit{Retention: ptr.To(appsv1.RetainPersistentVolumeClaimRetentionPolicyType)}
	deletes := ststest.Set(func(set *setObject) {
		set.Spec.PersistentVolumeClaimRetentionPolicy = &appsv1.StatefulSetPersistentVolumeClaimRetentionPolicy{
			WhenScaled: appsv1.DeletePersistentVolumeClaimRetentionPolicyType,
		}
	})
	require.False(t, edit.Done(ststest.Snapshot(deletes)))
	require.True(t, edit.Done(settled()), "Retain is what an unset policy means")
	require.Equal(t, "set whenScaled to Retain", edit.String())

	p := plan(func(p *rollout.Plan) { p.Scales, p.Record = true, "kubectl-sts.github.io/scale" })
	w := newWalk(t, p, settled())
	d := w.see(ststest.Snapshot(deletes, ststest.Pods(0, 5)))
	require.Equal(t, rollout.Drifted, d.End.Result)
	require.Equal(t, "the whenScaled policy was changed from Retain to Delete; nothing more is written", d.End.Message)
	require.Equal(t, ptr.To(5), d.End.Replicas)
	require.Empty(t, d.End.Gate, "it is the replicas that stay")
}

func TestAScaleThatEndsEarlySaysHowToLeaveItAtThat(t *testing.T) {
	p := plan(func(p *rollout.Plan) {
		p.Scales, p.Record, p.Abort = true, "kubectl-sts.github.io/scale", ""
		p.Stay = "kubectl sts scale web --replicas"
	})
	s := ststest.Snapshot(ststest.Set(ststest.Annotated(p.Record, "r")), ststest.Pods(0, 5))
	w := newWalk(t, p, s)
	w.see(s)
	w.state = w.state.Applied(rollout.Partition(4), nil, ststest.Start)
	d := w.at(11 * time.Minute).see(ststest.Snapshot(ststest.Set(ststest.Annotated(p.Record, "r")), ststest.Pods(0, 4)))
	require.Equal(t, []string{
		"or leave it at that: kubectl sts scale web --replicas 5", "try again: kubectl sts canary web --retry",
	}, d.End.Try)
}
