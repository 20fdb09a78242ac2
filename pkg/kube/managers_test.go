package kube_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/field"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// owned is a set whose replicas the plugin has taken over from Helm.
func owned(set *appsv1.StatefulSet) {
	set.ManagedFields = []metav1.ManagedFieldsEntry{
		{
			Manager: "helm", Operation: "Apply", APIVersion: "apps/v1", FieldsType: "FieldsV1",
			FieldsV1: metav1.NewFieldsV1(`{"f:spec":{"f:template":{}}}`),
		},
		{
			Manager: "sts-rollout", Operation: "Update", APIVersion: "apps/v1", FieldsType: "FieldsV1",
			FieldsV1: metav1.NewFieldsV1(`{"f:spec":{"f:replicas":{}}}`),
		},
	}
}

func TestFieldsAreGivenInTheVersionThatWasSeen(t *testing.T) {
	give := plan.Give{To: "helm", Fields: []field.Path{field.Names("spec", "replicas")}}
	server := kubetest.NewServer(t)
	t.Cleanup(server.Close)
	server.On(http.MethodPatch, kubetest.SetPath, kubetest.Object(ststest.Set()))
	_, err := server.Client().Apply(t.Context(), give, ststest.Snapshot(ststest.Set(owned)))
	require.NoError(t, err)
	asked := server.Requests()
	require.Len(t, asked, 1)
	require.JSONEq(t, `[
		{"op":"test","path":"/metadata/uid","value":"web-uid"},
		{"op":"test","path":"/metadata/resourceVersion","value":"100"},
		{"op":"replace","path":"/metadata/managedFields","value":[{"manager":"helm","operation":"Apply","apiVersion":"apps/v1",
			"fieldsType":"FieldsV1","fieldsV1":{"f:spec":{"f:replicas":{},"f:template":{}}}}]}]`, asked[0].Body)

	server.On(http.MethodPatch, kubetest.SetPath, kubetest.Failed(metav1.Status{
		Code: http.StatusUnprocessableEntity, Reason: metav1.StatusReasonInvalid,
		Message: "the server rejected our request due to an error in our request",
	}))
	_, err = server.Client().Apply(t.Context(), give, ststest.Snapshot(ststest.Set(owned)))
	require.ErrorIs(t, err, engine.ErrConflict, "the status was written meanwhile: look again")

	server.Requests()
	_, err = server.Client().Apply(t.Context(), give, ststest.Snapshot(ststest.Set()))
	require.EqualError(t, err, `statefulset "web": manager "helm" owns nothing of it any more: nothing was handed over`)
	require.Empty(t, server.Requests())
	require.False(t, give.Done(ststest.Snapshot(ststest.Set())), "nothing was given")
}
