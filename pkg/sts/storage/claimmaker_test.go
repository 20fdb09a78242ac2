package storage_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

func wrote(manager, subresource, fields string) metav1.ManagedFieldsEntry {
	return metav1.ManagedFieldsEntry{Manager: manager, Subresource: subresource, FieldsV1: metav1.NewFieldsV1(fields)}
}

func TestWhoMadeAClaim(t *testing.T) {
	const spec, phase, label = `{"f:spec":{"f:accessModes":{}}}`, `{"f:status":{"f:phase":{}}}`, `{"f:metadata":{"f:labels":{}}}`
	controllers := wrote("k3s", "status", phase)
	tests := []struct {
		name         string
		fields       []metav1.ManagedFieldsEntry
		maker        string
		byController bool
	}{
		{"nobody knows", nil, "", false},
		{"the controllers, whatever they are called here", []metav1.ManagedFieldsEntry{wrote("k3s", "", spec), controllers}, "k3s", true},
		{"a person", []metav1.ManagedFieldsEntry{wrote("kubectl-create", "", spec), controllers}, "kubectl-create", false},
		{
			"the controllers, and somebody labelled it later",
			[]metav1.ManagedFieldsEntry{wrote("kubectl-label", "", label), wrote("k3s", "", spec), controllers},
			"k3s", true,
		},
		{
			"the controllers, and somebody applied all of it later",
			[]metav1.ManagedFieldsEntry{wrote("k3s", "", spec), wrote("helm", "", spec), controllers},
			"k3s", true,
		},
		{
			"a claim that was never bound does not tell who the controllers are",
			[]metav1.ManagedFieldsEntry{wrote("k3s", "", spec)},
			"k3s", false,
		},
		{"fields that were stripped", []metav1.ManagedFieldsEntry{{Manager: "k3s"}, controllers}, "", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := storage.ObserveClaim(&corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{ManagedFields: test.fields}}, nil)

			require.Equal(t, test.maker, c.MadeBy)
			require.Equal(t, test.byController, c.ByController)
		})
	}
}
