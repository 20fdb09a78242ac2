package storage_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// resized is a claim that asks for a size and has another.
func resized(asks, has string, changes ...func(*corev1.PersistentVolumeClaimStatus)) *corev1.PersistentVolumeClaim {
	c := &corev1.PersistentVolumeClaim{}
	c.Spec.Resources.Requests = corev1.ResourceList{corev1.ResourceStorage: resource.MustParse(asks)}
	c.Status = corev1.PersistentVolumeClaimStatus{
		Phase: corev1.ClaimBound, Capacity: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse(has)},
	}
	for _, change := range changes {
		change(&c.Status)
	}
	return c
}

func status(word corev1.ClaimResourceStatus, allocated string) func(*corev1.PersistentVolumeClaimStatus) {
	return func(s *corev1.PersistentVolumeClaimStatus) {
		s.AllocatedResourceStatuses = map[corev1.ResourceName]corev1.ClaimResourceStatus{corev1.ResourceStorage: word}
		s.AllocatedResources = corev1.ResourceList{corev1.ResourceStorage: resource.MustParse(allocated)}
	}
}

func condition(kind corev1.PersistentVolumeClaimConditionType) func(*corev1.PersistentVolumeClaimStatus) {
	return func(s *corev1.PersistentVolumeClaimStatus) {
		s.Conditions = append(s.Conditions,
			corev1.PersistentVolumeClaimCondition{Type: kind, Status: corev1.ConditionTrue, Message: "words"})
	}
}

func TestHowFarAClaimIs(t *testing.T) {
	for _, test := range []struct {
		name   string
		claim  *corev1.PersistentVolumeClaim
		want   storage.ResizeStage
		reason string
	}{
		{"it has what it asks for", resized("1Gi", "1Gi"), storage.ResizeDone, ""},
		{"the same in other words", resized("1Gi", "1024Mi"), storage.ResizeDone, ""},
		{"its driver gave more", resized("1Gi", "4Gi"), storage.ResizeDone, ""},
		{"an older kubelet left an empty status", resized("2Gi", "2Gi", status("", "2Gi")), storage.ResizeDone, ""},
		{"asked", resized("2Gi", "1Gi"), storage.ResizeAsked, ""},
		{"an older resizer at work", resized("2Gi", "1Gi", condition("Resizing")), storage.ResizeController, "Resizing"},
		{
			"a resizer at work", resized("2Gi", "1Gi", status("ControllerResizeInProgress", "2Gi")),
			storage.ResizeController, "ControllerResizeInProgress",
		},
		{"the file system", resized("2Gi", "1Gi", condition("FileSystemResizePending")), storage.ResizeNode, "FileSystemResizePending"},
		{
			"the file system, at work", resized("2Gi", "1Gi", status("NodeResizeInProgress", "2Gi"), condition("FileSystemResizePending")),
			storage.ResizeNode, "NodeResizeInProgress",
		},
		{
			"its capacity, and a status that is not over", resized("2Gi", "2Gi", status("NodeResizePending", "2Gi")),
			storage.ResizeNode, "NodeResizePending",
		},
		{
			"a try that failed", resized("2Gi", "1Gi", status("ControllerResizeInProgress", "2Gi"), condition("ControllerResizeError")),
			storage.ResizeFailing, "ControllerResizeError",
		},
		{
			"infeasible", resized("9Gi", "1Gi", status("ControllerResizeInfeasible", "9Gi"), condition("ControllerResizeError")),
			storage.ResizeInfeasible, "ControllerResizeInfeasible",
		},
		{
			"infeasible on the node", resized("9Gi", "1Gi", status("NodeResizeInfeasible", "9Gi")),
			storage.ResizeInfeasible, "NodeResizeInfeasible",
		},
		{
			"what was infeasible is not asked for any more", resized("2Gi", "1Gi", status("ControllerResizeInfeasible", "9Gi")),
			storage.ResizeAsked, "",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := storage.ObserveClaim(test.claim, nil)

			require.Equal(t, test.want, got.Stage())
			require.Equal(t, test.reason, got.Resize.Reason())
			asks := test.claim.Spec.Resources.Requests[corev1.ResourceStorage]
			require.Zero(t, storage.CompareSizes(asks.String(), got.Requested()))
		})
	}
}

func TestSinceWhenAFileSystemWaits(t *testing.T) {
	at := metav1.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	claim := resized("2Gi", "1Gi", condition("FileSystemResizePending"))
	claim.Status.Conditions[0].LastTransitionTime = at
	require.Equal(t, at.UTC(), storage.ObserveClaim(claim, nil).Resize.Pending)
	require.Zero(t, storage.ObserveClaim(resized("2Gi", "1Gi", condition("FileSystemResizePending")), nil).Resize.Pending)
}

func TestAQuantityThatCantBeComputedWithIsNothing(t *testing.T) {
	require.Equal(t, -1, storage.CompareSizes("1e2147483647", "1Gi"))
	require.Equal(t, -1, storage.CompareSizes("no quantity", "1Gi"))
}

func TestLimitsOfAQuota(t *testing.T) {
	q := &corev1.ResourceQuota{}
	q.Name = "disks"
	q.Spec.Hard = corev1.ResourceList{
		"requests.storage": resource.MustParse("10Gi"), "pods": resource.MustParse("5"),
		"fast.storageclass.storage.k8s.io/requests.storage":       resource.MustParse("5Gi"),
		"fast.storageclass.storage.k8s.io/persistentvolumeclaims": resource.MustParse("5"),
	}
	q.Status.Used = corev1.ResourceList{"requests.storage": resource.MustParse("3Gi")}
	require.Equal(t, storage.Quota{Name: "disks", Limits: []storage.QuotaLimit{
		{Resource: "fast.storageclass.storage.k8s.io/requests.storage", Class: "fast", Hard: "5Gi"},
		{Resource: "requests.storage", Hard: "10Gi", Used: "3Gi"},
	}}, storage.ObserveQuota(q))
	q.Spec.Scopes = []corev1.ResourceQuotaScope{corev1.ResourceQuotaScopeVolumeAttributesClass}
	require.Equal(t, storage.Quota{Name: "disks", Scoped: true}, storage.ObserveQuota(q))
	delete(q.Spec.Hard, "requests.storage")
	delete(q.Spec.Hard, "fast.storageclass.storage.k8s.io/requests.storage")
	require.Equal(t, storage.Quota{Name: "disks"}, storage.ObserveQuota(q), "it is about no sizes")
}
