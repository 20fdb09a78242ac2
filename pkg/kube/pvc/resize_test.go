package pvc_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

const claimPath = kubetest.ClaimsPath + "/data-web-4"

// toGrow is the change of the claim that seenClaim has.
var toGrow = plan.ResizeClaim{ClaimSize: plan.ClaimSize{Name: "data-web-4", UID: "claim-uid", From: "1Gi", To: "2Gi"}}

func TestAClaimIsResizedAsItWasSeen(t *testing.T) {
	server := kubetest.NewServer(t)
	t.Cleanup(server.Close)
	server.On(http.MethodPatch, claimPath, kubetest.Object(&corev1.PersistentVolumeClaim{}))

	set, err := server.Client().Apply(t.Context(), toGrow, seenClaim())

	require.NoError(t, err)
	require.Nil(t, set)
	require.Equal(t, []kubetest.Request{{
		What: "PATCH " + claimPath + "?fieldManager=sts-rollout", ContentType: string(types.JSONPatchType),
		Body: `[{"op":"test","path":"/metadata/uid","value":"claim-uid"},{"op":"test","path":"/metadata/resourceVersion","value":"7"},` +
			`{"op":"replace","path":"/spec/resources/requests/storage","value":"2Gi"}]`,
	}}, server.Requests())
}

func TestAClaimThatIsGoneOrAnotherIsLookedAtAgain(t *testing.T) {
	server := kubetest.NewServer(t)
	t.Cleanup(server.Close)
	server.On(http.MethodPatch, claimPath, kubetest.Failure(http.StatusNotFound, "not found"))
	_, err := server.Client().Apply(t.Context(), toGrow, seenClaim())
	require.ErrorIs(t, err, engine.ErrConflict)

	_, err = server.Client().Apply(t.Context(), toGrow, seenClaim(func(c *storage.Claim) { c.UID = "another" }))
	require.ErrorIs(t, err, engine.ErrConflict)
}

func TestTheServersNoIsNoMissingPermission(t *testing.T) {
	for message, unwilling := range map[string]bool{
		`exceeded quota: disks`: true,
		`User "jo" cannot patch resource "persistentvolumeclaims" in API group ""`: false,
	} {
		server := kubetest.NewServer(t)
		t.Cleanup(server.Close)
		server.On(http.MethodPatch, claimPath, kubetest.Failure(http.StatusForbidden, message))

		err := server.Client().Judge(t.Context(), toGrow, seenClaim())

		require.Equal(t, unwilling, errors.Is(err, kube.ErrUnwilling), message)
		require.Equal(t, !unwilling, kube.Denied(err), message)
		require.Contains(t, server.Requests()[0].What, "dryRun=All")
	}
}

func TestClassesAndQuotas(t *testing.T) {
	server := kubetest.NewServer(t)
	t.Cleanup(server.Close)
	const classes = "/apis/storage.k8s.io/v1/storageclasses/"
	server.On(http.MethodGet, classes+"fast", kubetest.Object(&storagev1.StorageClass{
		ObjectMeta: metav1.ObjectMeta{Name: "fast"}, AllowVolumeExpansion: ptr.To(true),
	}))
	server.On(http.MethodGet, classes+"gone", kubetest.Failure(http.StatusNotFound, "not found"))

	got, err := server.Client().Classes(t.Context(), []string{"fast", "gone"})
	require.NoError(t, err)
	require.Equal(t, []storage.Class{{Name: "fast", Expandable: true, Binds: true}}, got)

	got, err = server.Client().Classes(t.Context(), []string{"gone"})
	require.NoError(t, err)
	require.Equal(t, []storage.Class{}, got, "it was read, and there is none")

	server.On(http.MethodGet, classes+"fast", kubetest.Failure(http.StatusForbidden, `User "jo" cannot get resource "storageclasses"`))
	_, err = server.Client().Classes(t.Context(), []string{"fast"})
	require.True(t, kube.Denied(err))
	require.ErrorContains(t, err, `user "jo" cannot get storageclasses.storage.k8s.io at the cluster scope`)

	server.On(http.MethodGet, "/api/v1/namespaces/default/resourcequotas", kubetest.List(
		&corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Name: "disks"}, Spec: corev1.ResourceQuotaSpec{
			Hard: corev1.ResourceList{corev1.ResourceRequestsStorage: resource.MustParse("10Gi")},
		}},
		&corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Name: "gold"}, Spec: corev1.ResourceQuotaSpec{
			Hard:   corev1.ResourceList{corev1.ResourceRequestsStorage: resource.MustParse("10Gi")},
			Scopes: []corev1.ResourceQuotaScope{corev1.ResourceQuotaScopeVolumeAttributesClass},
		}},
		&corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Name: "pods"}},
	))
	quotas, err := server.Client().Quotas(t.Context())
	require.NoError(t, err)
	limit := storage.QuotaLimit{Resource: "requests.storage", Hard: "10Gi"}
	require.Equal(t, []storage.Quota{{Name: "disks", Limits: []storage.QuotaLimit{limit}}, {Name: "gold", Scoped: true}}, quotas)
}
