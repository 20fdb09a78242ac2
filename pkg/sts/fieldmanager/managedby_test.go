package fieldmanager_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/fieldmanager"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

func labelled(key, value string) func(*appsv1.StatefulSet) {
	return func(set *appsv1.StatefulSet) { metav1.SetMetaDataLabel(&set.ObjectMeta, key, value) }
}

func writtenBy(manager, subresource string) func(*appsv1.StatefulSet) {
	return func(set *appsv1.StatefulSet) {
		set.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: manager, Subresource: subresource}}
	}
}

func TestWhichToolPutsBack(t *testing.T) {
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
			warnings := fieldmanager.PutsBack(workload.FromApps(ststest.Set(test.set)), workload.FieldTemplate)
			if test.want == "" {
				require.Empty(t, warnings)
				return
			}
			require.Len(t, warnings, 1)
			tool, _, _ := strings.Cut(warnings[0], " manages statefulset web and may put its own template back")
			require.Equal(t, test.want, tool)
		})
	}
}

func TestPutsBack(t *testing.T) {
	template, replicas := []workload.Field{workload.FieldTemplate, workload.FieldPartition}, []workload.Field{workload.FieldReplicas}
	for _, test := range []struct {
		name string
		set  func(*appsv1.StatefulSet)
		what []workload.Field
		want string
	}{
		{
			"Argo CD", ststest.Annotated("argocd.argoproj.io/tracking-id", "shop:apps/StatefulSet:default/web"), template,
			"Argo CD manages statefulset web and may put its own template and partition back; pause it first: " +
				"argocd app set shop --sync-policy none; change the source when this is over: " +
				"applied before, it opens the gate for every pod",
		},
		{
			"Argo CD, whose words are no name", ststest.Annotated("argocd.argoproj.io/tracking-id", "$(rm -rf /):apps"), replicas,
			"Argo CD manages statefulset web and may put its own replicas back; pause it first: " +
				"argocd app set NAME --sync-policy none; change the source as well",
		},
		{
			"Flux", func(set *appsv1.StatefulSet) {
				labelled("kustomize.toolkit.fluxcd.io/name", "apps")(set)
				set.Labels["kustomize.toolkit.fluxcd.io/namespace"] = "flux-system"
			}, template,
			"Flux manages statefulset web and may put its own template and partition back; pause it first: " +
				"flux suspend kustomization apps -n flux-system; change the source when this is over: applied before, " +
				"it opens the gate for every pod",
		},
		{
			"a Helm release of Flux", labelled("helm.toolkit.fluxcd.io/name", "web"), replicas,
			"Flux manages statefulset web and may put its own replicas back; pause it first: " +
				"flux suspend helmrelease web -n NAMESPACE; change the source as well",
		},
		{
			"Helm", labelled("app.kubernetes.io/managed-by", "Helm"), replicas,
			"Helm manages statefulset web and may put its own replicas back; change the source as well",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, []string{test.want}, fieldmanager.PutsBack(workload.FromApps(ststest.Set(test.set)), test.what...))
		})
	}
	require.Empty(t, fieldmanager.PutsBack(workload.FromApps(ststest.Set()), replicas...))
}
