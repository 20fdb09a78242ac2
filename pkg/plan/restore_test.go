package plan_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/permission"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

var binding = plan.Binding{Namespace: "default", Claim: "data-web-1", Volume: "pv-1", VolumeUID: "pv-1-uid"}

// released is the volume of a claim that was deleted.
func released(changes ...func(*storage.Volume)) storage.Volume {
	v := storage.Volume{
		Name: "pv-1", UID: "pv-1-uid", Phase: corev1.VolumeReleased, Reclaim: corev1.PersistentVolumeReclaimRetain,
		Noted: true, Before: "Delete",
		ClaimRef: &corev1.ObjectReference{Namespace: "default", Name: "data-web-1", UID: "old-uid"},
	}
	for _, change := range changes {
		change(&v)
	}
	return v
}

// free is a volume that waits for any claim of the name.
func free(v *storage.Volume) { v.ClaimRef.UID = "" }

// boundToNew is a volume that the claim of [bound] has got.
func boundToNew(v *storage.Volume) { v.ClaimRef.UID = "new-uid" }

// bound is the claim with its volume.
func bound(changes ...func(*storage.Claim)) storage.Claim {
	c := storage.Claim{Namespace: "default", Name: "data-web-1", UID: "new-uid", Volume: "pv-1", Phase: corev1.ClaimBound}
	for _, change := range changes {
		change(&c)
	}
	return c
}

// both is a snapshot of a volume and the claims of the name.
func both(v storage.Volume, claims ...storage.Claim) sts.Snapshot {
	return sts.Snapshot{Volumes: []storage.Volume{v}, Claims: append([]storage.Claim{}, claims...)}
}

func TestChangesOfARestoreAreDone(t *testing.T) {
	release := plan.ReleaseVolume{Binding: binding, From: "old-uid", Reclaim: "Delete"}
	create := plan.CreateClaim{Binding: binding}
	reset := plan.ResetReclaim{Binding: binding, Reclaim: "Delete"}
	leaving := bound(func(c *storage.Claim) { c.Deleting = true })
	reclaimed := func(v *storage.Volume) { v.Reclaim, v.Noted = "Delete", false }
	tests := []struct {
		name   string
		change plan.Change
		s      sts.Snapshot
		want   bool
	}{
		{"the volume is still the old claim's", release, both(released()), false},
		{"the volume waits for any claim of the name", release, both(released(free)), true},
		{"the volume is free for any claim at all", release, both(released(func(v *storage.Volume) { v.ClaimRef = nil })), false},
		{"the volume is another one", release, both(released(free, func(v *storage.Volume) { v.UID = "other" })), false},
		{"another restore has bound it already", release, both(released(boundToNew), bound()), true},
		{"it is bound to another claim than the one there is", release, both(released(), bound()), false},
		{"nothing was read", release, sts.Snapshot{}, false},
		{"there is no claim", create, both(released(free)), false},
		{"there is the claim", create, both(released(free), bound()), true},
		{"there is one with another volume", create, both(released(free), bound(func(c *storage.Claim) { c.Volume = "pv-2" })), false},
		{"the claim is on its way out", create, both(released(free), leaving), false},
		{"the policy is another one", reset, both(released()), false},
		{"the policy is back, and the note is not gone", reset, both(released(func(v *storage.Volume) { v.Reclaim = "Delete" })), false},
		{"the policy is back", reset, both(released(reclaimed)), true},
		{"the policy of another volume", reset, both(released(reclaimed, func(v *storage.Volume) { v.UID = "other" })), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { require.Equal(t, test.want, test.change.Done(test.s)) })
	}
}

func TestConditionsOfARestore(t *testing.T) {
	restorable, isBound := plan.Restorable{Binding: binding, From: "old-uid"}, plan.ClaimBound{Binding: binding}
	tests := []struct {
		name      string
		condition plan.Condition
		s         sts.Snapshot
		want      plan.Progress
	}{
		{"nothing was read of the volume", restorable, sts.Snapshot{}, plan.Progress{Waiting: "the volume to be read"}},
		{"the volume is still the old claim's", restorable, both(released()), plan.Progress{Done: true}},
		{"the claim has its volume", restorable, both(released(free), bound()), plan.Progress{Done: true}},
		{
			"the volume is another claim's of the name, which is gone again", restorable, both(released(boundToNew)),
			plan.Progress{Broken: "volume pv-1 was bound to another claim data-web-1 meanwhile"},
		},
		{"another restore has bound it", restorable, both(released(boundToNew), bound()), plan.Progress{Done: true}},
		{
			"the volume is gone", restorable,
			sts.Snapshot{Volumes: []storage.Volume{}},
			plan.Progress{Broken: "volume pv-1 is gone, and the data of claim default/data-web-1 with it"},
		},
		{
			"another volume has its name", restorable, both(released(func(v *storage.Volume) { v.UID = "other" })),
			plan.Progress{Broken: "volume pv-1 is not the one that claim default/data-web-1 was bound to: that one is gone"},
		},
		{
			"the volume is going", restorable, both(released(func(v *storage.Volume) { v.Deleting = true })),
			plan.Progress{Broken: "volume pv-1 is being deleted"},
		},
		{
			"another claim has it", restorable, both(released(func(v *storage.Volume) { v.ClaimRef.Name = "thief" })),
			plan.Progress{Broken: "volume pv-1 is bound to claim default/thief by now"},
		},
		{
			"the claim of the name has another volume", restorable,
			both(released(free), bound(func(c *storage.Claim) { c.Volume = "pv-2" })),
			plan.Progress{Broken: "there is another claim data-web-1 by now"},
		},
		{"nothing was read of the claim", isBound, sts.Snapshot{}, plan.Progress{Waiting: "the claim to be read"}},
		{"the claim is bound", isBound, both(released(free), bound()), plan.Progress{Done: true}},
		{
			"the claim is not bound yet", isBound, both(released(free), bound(func(c *storage.Claim) { c.Phase = corev1.ClaimPending })),
			plan.Progress{Waiting: "claim data-web-1 to be bound to volume pv-1"},
		},
		{"there is no claim yet", isBound, both(released(free)), plan.Progress{Waiting: "claim data-web-1 to be created"}},
		{
			"the claim has lost its volume", isBound, both(released(free), bound(func(c *storage.Claim) { c.Phase = corev1.ClaimLost })),
			plan.Progress{Broken: "claim data-web-1 has lost its volume"},
		},
		{
			"the claim was bound to another volume", isBound, both(released(free), bound(func(c *storage.Claim) { c.Volume = "pv-2" })),
			plan.Progress{Broken: "claim data-web-1 was bound to volume pv-2 meanwhile"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { require.Equal(t, test.want, test.condition.Check(test.s, ststest.Start)) })
	}
}

// A claim that was there and is not any more does not come back by itself; one that
// was never seen may be on its way.
func TestAClaimThatWasThereMustNotGoAgain(t *testing.T) {
	c := plan.ClaimBound{Binding: binding}
	pending := bound(func(c *storage.Claim) { c.Phase = corev1.ClaimPending })

	memory, progress := c.Recall(nil, both(released(free)), ststest.Start)
	require.Equal(t, "claim data-web-1 to be created", progress.Waiting)
	memory, progress = c.Recall(memory, both(released(free), pending), ststest.Start)
	require.Equal(t, "claim data-web-1 to be bound to volume pv-1", progress.Waiting)
	memory, progress = c.Recall(memory, sts.Snapshot{}, ststest.Start)
	require.Equal(t, "the claim to be read", progress.Waiting)
	_, progress = c.Recall(memory, both(released(free)), ststest.Start)
	require.Equal(t, plan.Progress{Broken: "claim data-web-1 was deleted meanwhile"}, progress)
}

func TestWhatARestoreNeedsAndSays(t *testing.T) {
	p := plan.Plan{Verb: "restore-pvc", Steps: []plan.Step{
		{Change: plan.ReleaseVolume{Binding: binding}},
		{Change: plan.CreateClaim{Binding: binding}},
		{Change: plan.ResetReclaim{Binding: binding, Reclaim: "Delete"}},
	}}
	require.Equal(t, []permission.Permission{
		{Verb: "patch", Resource: "persistentvolumes"}, {Verb: "create", Resource: "persistentvolumeclaims"},
	}, permission.Of(&p, both(released())), "of no set")
	var said, ids []string
	p = plan.Identify(p)
	for i := range p.Steps {
		said, ids = append(said, p.Steps[i].Change.String()), append(ids, p.Steps[i].ID)
	}
	require.Equal(t, []string{
		"release volume pv-1 for another claim data-web-1", "create claim data-web-1", "set the reclaim policy of volume pv-1 to Delete",
	}, said)
	require.Equal(t, []string{
		"restore-pvc/release-volume-of-data-web-1", "restore-pvc/create-claim-data-web-1", "restore-pvc/reset-reclaim-of-data-web-1",
	}, ids)
	require.Equal(t, "volume pv-1 waits for claim data-web-1", plan.Restorable{Binding: binding}.String())
	require.Equal(t, "claim data-web-1 is bound to volume pv-1", plan.ClaimBound{Binding: binding}.String())
}
