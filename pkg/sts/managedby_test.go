package sts_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

func labelled(key, value string) func(*appsv1.StatefulSet) {
	return func(set *appsv1.StatefulSet) { metav1.SetMetaDataLabel(&set.ObjectMeta, key, value) }
}

func writtenBy(manager, subresource string) func(*appsv1.StatefulSet) {
	return func(set *appsv1.StatefulSet) {
		set.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: manager, Subresource: subresource}}
	}
}

func TestManagedBy(t *testing.T) {
	tests := []struct {
		name string
		set  func(*appsv1.StatefulSet)
		want string
	}{
		{"nobody", func(*appsv1.StatefulSet) {}, ""},
		{"kubectl is a person", writtenBy("kubectl-client-side-apply", ""), ""},
		{"Argo CD by its annotation", ststest.Annotated("argocd.argoproj.io/tracking-id", "app:apps/StatefulSet:default/web"), "Argo CD"},
		{"Argo CD by its label", labelled("argocd.argoproj.io/instance", "app"), "Argo CD"},
		{"Argo CD by what it wrote", writtenBy("argocd-controller", ""), "Argo CD"},
		{"Flux by its kustomization", labelled("kustomize.toolkit.fluxcd.io/name", "apps"), "Flux"},
		{"Flux by its Helm release", labelled("helm.toolkit.fluxcd.io/name", "web"), "Flux"},
		{"Flux by what it wrote", writtenBy("kustomize-controller", ""), "Flux"},
		{"Helm by its label", labelled("app.kubernetes.io/managed-by", "Helm"), "Helm"},
		{"another manager in that label", labelled("app.kubernetes.io/managed-by", "jsonnet"), ""},
		{"Helm by its annotation", ststest.Annotated("meta.helm.sh/release-name", "web"), "Helm"},
		{"Helm by what it wrote", writtenBy("helm", ""), "Helm"},
		{"who wrote the status only", writtenBy("argocd-controller", "status"), ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, ststest.Snapshot(ststest.Set(test.set)).ManagedBy())
		})
	}
}

func TestPutsBack(t *testing.T) {
	argo := ststest.Snapshot(ststest.Set(labelled("argocd.argoproj.io/instance", "app")))
	require.Equal(t,
		[]string{"Argo CD manages statefulset web and may put its own replicas back: change the source as well, or pause it"},
		argo.PutsBack("replicas"))
	require.Empty(t, ststest.Snapshot(ststest.Set()).PutsBack("replicas"))
}
