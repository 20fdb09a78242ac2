package canary

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmdutil"
	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
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
			require.Equal(t, test.want, managedBy(ststest.Snapshot(ststest.Set(test.set))))
		})
	}
}

func TestPaceWithoutATerminal(t *testing.T) {
	tests := []struct {
		name    string
		request Request
		want    canary.Pace
	}{
		{"holds, though nobody asked for it", Request{}, canary.Pace{Gate: rollout.GateHold}},
		{"holds as asked", Request{Hold: true}, canary.Pace{Gate: rollout.GateHold, Wanted: true}},
		{"goes on with --yes", Request{Run: cmdutil.RunFlags{Yes: true}}, canary.Pace{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			env := &cmdutil.Env{Streams: term.Streams{In: strings.NewReader("p\n"), Err: &strings.Builder{}}}
			require.Equal(t, test.want, pace(env, test.request))
		})
	}
}

func TestNamespace(t *testing.T) {
	tests := []struct {
		name           string
		flag, manifest string
		want, err      string
	}{
		{name: "neither says", want: ""},
		{name: "the flag says", flag: "a", want: "a"},
		{name: "the manifest says", manifest: "a", want: "a"},
		{name: "both say the same", flag: "a", manifest: "a", want: "a"},
		{
			name: "they say different things", flag: "a", manifest: "b", want: "a",
			err: `the manifest is for namespace "b", the flags say "a"`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			env := &cmdutil.Env{Config: &genericclioptions.ConfigFlags{Namespace: ptr.To(test.flag)}}
			r := Request{Namespace: test.manifest}

			require.Equal(t, test.want, namespace(env, r))
			err := sameNamespace(env, r)
			if test.err == "" {
				require.NoError(t, err)
				return
			}
			var usage *cmdutil.UsageError
			require.ErrorAs(t, err, &usage)
			require.EqualError(t, err, test.err)
		})
	}
}
