package storage_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// modified is a claim that asks for VolumeAttributesClass gold, and whose volume has another
// one or "".
func modified(has string, changes ...func(*corev1.PersistentVolumeClaimStatus)) *corev1.PersistentVolumeClaim {
	c := resized("1Gi", "1Gi")
	c.Spec.VolumeAttributesClassName = ptr.To("gold")
	if has != "" {
		c.Status.CurrentVolumeAttributesClassName = &has
	}
	for _, change := range changes {
		change(&c.Status)
	}
	return c
}

func modifying(word corev1.PersistentVolumeClaimModifyVolumeStatus, target string) func(*corev1.PersistentVolumeClaimStatus) {
	return func(s *corev1.PersistentVolumeClaimStatus) {
		s.ModifyVolumeStatus = &corev1.ModifyVolumeStatus{Status: word, TargetVolumeAttributesClassName: target}
	}
}

func TestHowFarAClaimIsOnTheWayToItsAttributes(t *testing.T) {
	pending := func(s *corev1.PersistentVolumeClaimStatus) { s.Phase = corev1.ClaimPending }
	for _, test := range []struct {
		name   string
		claim  *corev1.PersistentVolumeClaim
		want   storage.ResizeStage
		reason string
	}{
		{"it asks for none", resized("1Gi", "1Gi"), storage.ResizeDone, ""},
		{"it has them", modified("gold"), storage.ResizeDone, ""},
		{"its volume is made with them", modified("", pending), storage.ResizeDone, ""},
		{"nothing has begun", modified("silver"), storage.ResizeAsked, ""},
		{"nothing has begun, and there were none", modified(""), storage.ResizeAsked, ""},
		{"there is no such class", modified("", modifying("Pending", "")), storage.ResizeFailing, "ModifyVolumePending"},
		{"the driver is at it", modified("silver", modifying("InProgress", "gold")), storage.ResizeController, "ModifyVolumeInProgress"},
		{"an older resizer is at it", modified("silver", condition("ModifyingVolume")), storage.ResizeController, "ModifyingVolume"},
		{
			"a try has failed", modified("silver", modifying("InProgress", "gold"), condition("ModifyVolumeError")),
			storage.ResizeFailing, "ModifyVolumeError",
		},
		{
			"infeasible", modified("silver", modifying("Infeasible", "gold"), condition("ModifyVolumeError")),
			storage.ResizeInfeasible, "ModifyVolumeInfeasible",
		},
		{"infeasible was another one", modified("silver", modifying("Infeasible", "bronze")), storage.ResizeAsked, ""},
		{"it asks for what it has again", modified("gold", modifying("Infeasible", "bronze")), storage.ResizeDone, ""},
		{
			"it asks for what it has again, and the driver goes on", modified("gold", modifying("InProgress", "bronze")),
			storage.ResizeController, "ModifyVolumeInProgress",
		},
		{
			"it asks for another one, and the driver goes on with the one before",
			modified("silver", modifying("InProgress", "bronze"), condition("ModifyVolumeError")),
			storage.ResizeController, "ModifyVolumeInProgress",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := storage.ObserveClaim(test.claim, nil)
			require.Equal(t, test.want, c.ModifyStage())
			require.Equal(t, test.reason, c.ModifyReason())
			require.Equal(t, storage.ResizeDone, c.Stage(), "of the size nothing is known by this")
		})
	}
}

func TestWhatADriverSaysOfAttributes(t *testing.T) {
	c := storage.ObserveClaim(modified("silver", modifying("Infeasible", "gold"), condition("ModifyVolumeError")), nil)
	require.Equal(t, "gold", c.Attributes)
	older := storage.ObserveClaim(modified("silver", modifying("Infeasible", "gold"), condition("ModifyingVolume")), nil)
	require.Equal(t, "words", older.Modify.Message)
	at := storage.ObserveClaim(modified("silver", modifying("InProgress", "gold"), condition("ModifyingVolume")), nil)
	require.Empty(t, at.Modify.Message)
	require.Equal(t, &storage.Modify{Has: "silver", Target: "gold", Status: "Infeasible", Failed: true, Message: "words"}, c.Modify)
}
