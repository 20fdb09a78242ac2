// Package receipttest makes receipts and files of them for tests.
package receipttest

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/receipt"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// Receipt is that of a claim whose volume had policy Delete.
func Receipt(namespace, name string) receipt.Receipt {
	class := "standard"
	return receipt.Receipt{
		Claim: &corev1.PersistentVolumeClaim{
			ObjectMeta: metav1.ObjectMeta{
				Namespace: namespace, Name: name, UID: types.UID(name + "-uid"), ResourceVersion: "7",
				Labels: map[string]string{"app": "web"}, Finalizers: []string{"kubernetes.io/pvc-protection"},
				Annotations: map[string]string{
					"note": "precious\n...\n", "pv.kubernetes.io/bind-completed": "yes", "pv.kubernetes.io/bound-by-controller": "yes",
				},
			},
			Spec:   corev1.PersistentVolumeClaimSpec{StorageClassName: &class, VolumeName: "pv-" + name},
			Status: corev1.PersistentVolumeClaimStatus{Phase: corev1.ClaimBound},
		},
		ClaimUID: types.UID(name + "-uid"), Volume: "pv-" + name, VolumeUID: types.UID("pv-" + name + "-uid"),
		Before: corev1.PersistentVolumeReclaimDelete, Policy: corev1.PersistentVolumeReclaimDelete, Cluster: "https://here",
	}
}

// File is one in a folder of its own.
func File(t *testing.T) *receipt.File {
	t.Helper()
	b := &receipt.File{Dir: t.TempDir(), Now: func() time.Time { return ststest.Start }, Head: "what it is"}
	t.Cleanup(func() {
		_, err := b.Close()
		require.NoError(t, err)
	})
	return b
}

// Read are the receipts that a file has.
func Read(t *testing.T, b *receipt.File) []receipt.Receipt {
	t.Helper()
	data, err := os.ReadFile(b.Path())
	require.NoError(t, err)
	records, err := receipt.Parse(data)
	require.NoError(t, err)
	return records
}

// Restorable is a receipt as it is read: without what the server fills in.
func Restorable(r receipt.Receipt) receipt.Receipt {
	class := *r.Claim.Spec.StorageClassName
	r.Claim = &corev1.PersistentVolumeClaim{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "PersistentVolumeClaim"},
		ObjectMeta: metav1.ObjectMeta{
			Namespace: r.Claim.Namespace, Name: r.Claim.Name, Labels: map[string]string{"app": "web"},
			Annotations: map[string]string{"note": "precious\n...\n"},
		},
		Spec: corev1.PersistentVolumeClaimSpec{StorageClassName: &class, VolumeName: r.Volume},
	}
	r.Time, r.Policy = ststest.Start, ""
	return r
}
