package kube_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// sender is Apply or DryRun.
type sender func(*kube.Client, context.Context, plan.Change, sts.Snapshot) (*workload.Set, error)

func TestSendAnEdit(t *testing.T) {
	tests := []struct {
		name  string
		send  sender
		query string
	}{
		{"Apply names its manager and wants strict validation", (*kube.Client).Apply, "fieldManager=sts-rollout&fieldValidation=Strict"},
		{"DryRun has nothing kept", (*kube.Client).DryRun, "dryRun=All&fieldManager=sts-rollout&fieldValidation=Strict"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := kubetest.NewServer(t)
			t.Cleanup(server.Close)
			after := ststest.Set(ststest.Partition(4), ststest.Generation(2))
			server.On(http.MethodPatch, kubetest.SetPath, kubetest.Object(after))

			set, err := test.send(server.Client(), t.Context(), plan.Partition(4), ststest.Snapshot(ststest.Set()))

			require.NoError(t, err)
			require.Equal(t, workload.FromApps(kubetest.Received(after)), set)
			require.Equal(t, []kubetest.Request{{
				What:        "PATCH " + kubetest.SetPath + "?" + test.query,
				ContentType: string(types.JSONPatchType),
				Body:        `[` + pinned + `,{"op":"add","path":"/spec/updateStrategy/rollingUpdate/partition","value":4}]`,
			}}, server.Requests())
		})
	}
}

func TestSendADeleteOfAPod(t *testing.T) {
	tests := []struct {
		name    string
		send    sender
		version string
		query   string
		want    metav1.DeleteOptions
	}{
		{
			"Apply deletes only the pod with that uid", (*kube.Client).Apply, "", "",
			metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: ptr.To(types.UID("web-4-uid"))}},
		},
		{
			"and as it was when it was picked", (*kube.Client).Apply, "77", "",
			metav1.DeleteOptions{Preconditions: &metav1.Preconditions{
				UID: ptr.To(types.UID("web-4-uid")), ResourceVersion: ptr.To("77"),
			}},
		},
		{
			"DryRun deletes nothing", (*kube.Client).DryRun, "", "?dryRun=All",
			metav1.DeleteOptions{
				Preconditions: &metav1.Preconditions{UID: ptr.To(types.UID("web-4-uid"))},
				DryRun:        []string{metav1.DryRunAll},
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := kubetest.NewServer(t)
			t.Cleanup(server.Close)
			server.On(http.MethodDelete, kubetest.PodsPath+"/web-4", kubetest.Object(ststest.Pod(4)))
			change := plan.DeletePod{Name: "web-4", UID: "web-4-uid", Version: test.version, Why: "it blocks"}

			set, err := test.send(server.Client(), t.Context(), change, ststest.Snapshot(ststest.Set()))

			require.NoError(t, err)
			require.Nil(t, set)
			asked := server.Requests()
			require.Len(t, asked, 1)
			require.Equal(t, "DELETE "+kubetest.PodsPath+"/web-4"+test.query, asked[0].What)
			got := metav1.DeleteOptions{}
			_, _, err = scheme.Codecs.UniversalDeserializer().Decode([]byte(asked[0].Body), nil, &got)
			require.NoError(t, err)
			got.TypeMeta = metav1.TypeMeta{}
			require.Equal(t, test.want, got)
		})
	}
}

func TestPreviewIsADryRunThatKeepsFieldsTheTypesDoNotKnow(t *testing.T) {
	server := kubetest.NewServer(t)
	t.Cleanup(server.Close)
	const stored = `{"spec":{"tomorrow":{"a":1},"containers":[],"restartPolicy":"Always"}}`
	server.On(http.MethodPatch, kubetest.SetPath, kubetest.Text(http.StatusOK, `{"kind":"StatefulSet","spec":{"template":`+stored+`}}`))

	seen := ststest.Snapshot(ststest.Set())
	template, exact, err := server.Client().Preview(t.Context(), podtemplate.Template(`{"spec":{"containers":[]}}`), seen)

	require.NoError(t, err)
	require.True(t, exact)
	require.JSONEq(t, stored, string(template))
	require.Equal(t, []kubetest.Request{{
		What:        "PATCH " + kubetest.SetPath + "?dryRun=All&fieldManager=sts-rollout&fieldValidation=Strict",
		ContentType: string(types.JSONPatchType),
		Body:        `[` + pinned + `,{"op":"replace","path":"/spec/template","value":{"spec":{"containers":[]}}}]`,
	}}, server.Requests())
}

func TestPreviewTakesTheTemplateAsItIsWhenAWebhookCannotDryRun(t *testing.T) {
	server := kubetest.NewServer(t)
	t.Cleanup(server.Close)
	server.On(http.MethodPatch, kubetest.SetPath, kubetest.Failure(http.StatusBadRequest,
		`admission webhook "policy.example.com" does not support dry run`))

	template, exact, err := server.Client().Preview(t.Context(), ststest.Raw("nginx:1.22"), ststest.Snapshot(ststest.Set()))

	require.NoError(t, err)
	require.False(t, exact)
	require.Equal(t, ststest.Raw("nginx:1.22"), template)
}

func TestPreviewSaysWhatTheServerDoesNotTake(t *testing.T) {
	tests := []struct {
		name   string
		answer http.HandlerFunc
		want   string
	}{
		{
			"an unknown field is named without the object that the server puts before it",
			kubetest.Strictly(`unknown field "spec.template.spec.imag"`),
			`patch statefulsets.apps: unknown field "spec.template.spec.imag"`,
		},
		{
			"an invalid template in the server's words", kubetest.Failed(kubetest.Invalid),
			"patch statefulsets.apps: " + kubetest.Invalid.Message,
		},
		{
			"an admission webhook's words", kubetest.Failure(http.StatusForbidden, "denied: containers cannot run as root"),
			"denied: containers cannot run as root",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := kubetest.NewServer(t)
			t.Cleanup(server.Close)
			server.On(http.MethodPatch, kubetest.SetPath, test.answer)

			_, _, err := server.Client().Preview(t.Context(), ststest.Raw("nginx:1.22"), ststest.Snapshot(ststest.Set()))

			require.EqualError(t, err, test.want)
		})
	}
}

func TestWarningsOfTheServerAreTold(t *testing.T) {
	server := kubetest.NewServer(t)
	t.Cleanup(server.Close)
	server.On(http.MethodPatch, kubetest.SetPath, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Warning", `299 - "spec.template.spec.x is deprecated"`)
		w.Header().Add("Warning", `199 - "a proxy's own"`)
		kubetest.Object(ststest.Set())(w, r)
	})
	var told []string
	client := server.Warned(func(warning string) { told = append(told, warning) })

	_, err := client.Apply(t.Context(), plan.Partition(1), ststest.Snapshot(ststest.Set()))

	require.NoError(t, err)
	require.Equal(t, []string{"spec.template.spec.x is deprecated"}, told)
}

var _ engine.Cluster = (*kube.Client)(nil)
