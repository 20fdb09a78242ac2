package main

import (
	"context"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var (
	size  = corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("10Gi")}
	modes = []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce}
)

const (
	storageClass = "standard"
	driver       = "csi.example.com"
)

// claimSpec is of every claim.
func claimSpec(volume string) corev1.PersistentVolumeClaimSpec {
	class := storageClass
	return corev1.PersistentVolumeClaimSpec{
		AccessModes: modes, StorageClassName: &class, VolumeName: volume,
		Resources: corev1.VolumeResourceRequirements{Requests: size.DeepCopy()},
	}
}

// makeClaim makes a bound claim, with or without the volume.
func (b *bulk) makeClaim(ctx context.Context, set *appsv1.StatefulSet, name string) error {
	claim := &corev1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: set.Namespace, Name: name, Labels: labels(set.Name),
			Annotations: map[string]string{
				"pv.kubernetes.io/bind-completed":               "yes",
				"pv.kubernetes.io/bound-by-controller":          "yes",
				"volume.kubernetes.io/storage-provisioner":      driver,
				"volume.beta.kubernetes.io/storage-provisioner": driver,
			},
		},
		Spec: claimSpec("pv-" + set.Namespace + "-" + name),
	}
	claim, err := b.core.PersistentVolumeClaims(set.Namespace).Create(ctx, claim, byController)
	if err != nil {
		return err
	}
	claim.Status = corev1.PersistentVolumeClaimStatus{Phase: corev1.ClaimBound, AccessModes: modes, Capacity: size.DeepCopy()}
	if _, err = b.core.PersistentVolumeClaims(set.Namespace).UpdateStatus(ctx, claim, itsState); err != nil || !b.volumes {
		return err
	}
	return b.makeVolume(ctx, claim)
}

func (b *bulk) makeVolume(ctx context.Context, claim *corev1.PersistentVolumeClaim) error {
	volume := &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: claim.Spec.VolumeName},
		Spec: corev1.PersistentVolumeSpec{
			Capacity: size.DeepCopy(), AccessModes: modes, StorageClassName: storageClass,
			PersistentVolumeReclaimPolicy: corev1.PersistentVolumeReclaimDelete,
			ClaimRef: &corev1.ObjectReference{
				APIVersion: "v1", Kind: "PersistentVolumeClaim", Namespace: claim.Namespace, Name: claim.Name, UID: claim.UID,
			},
			PersistentVolumeSource: corev1.PersistentVolumeSource{CSI: &corev1.CSIPersistentVolumeSource{
				Driver: driver, VolumeHandle: claim.Spec.VolumeName, FSType: "ext4",
			}},
		},
	}
	_, err := b.core.PersistentVolumes().Create(ctx, volume, byController)
	return err
}
