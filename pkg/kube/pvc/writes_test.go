package pvc_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// seenClaim is the settled set with the claim of ordinal 4.
func seenClaim(changes ...func(*storage.Claim)) sts.Snapshot {
	s := ststest.Snapshot(claimingSet("data"), ststest.Pods(0, 4))
	c := storage.Claim{Namespace: "default", Name: "data-web-4", UID: "claim-uid", Version: "7", Volume: "pv-data-web-4"}
	for _, change := range changes {
		change(&c)
	}
	s.Claims = []storage.Claim{c}
	return s
}

// claimingSet is the set web with one claim template.
func claimingSet(template string) *appsv1.StatefulSet {
	set := ststest.Set()
	set.Spec.VolumeClaimTemplates = []corev1.PersistentVolumeClaim{{ObjectMeta: metav1.ObjectMeta{Name: template}}}
	return set
}

func TestRetainAVolume(t *testing.T) {
	server := kubetest.NewServer(t)
	t.Cleanup(server.Close)
	server.On(http.MethodGet, volumePath, kubetest.Object(&corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: "pv-data-web-4", UID: "pv-uid"},
		Spec: corev1.PersistentVolumeSpec{
			ClaimRef: &corev1.ObjectReference{UID: "claim-uid"}, PersistentVolumeReclaimPolicy: corev1.PersistentVolumeReclaimDelete,
		},
	}))
	server.On(http.MethodPatch, volumePath, kubetest.Object(&corev1.PersistentVolume{}))

	change := plan.RetainVolume{Claim: "data-web-4", UID: "claim-uid", Volume: "pv-data-web-4"}
	set, err := server.Client().Apply(t.Context(), change, seenClaim())

	require.NoError(t, err)
	require.Nil(t, set)
	asked := server.Requests()
	require.Len(t, asked, 2)
	require.Equal(t, kubetest.Request{
		What: "PATCH " + volumePath + "?fieldManager=sts-rollout", ContentType: string(types.JSONPatchType),
		Body: `[{"op":"test","path":"/metadata/uid","value":"pv-uid"},{"op":"test","path":"/metadata/resourceVersion","value":""},` +
			`{"op":"add","path":"/metadata/annotations","value":{"kubectl-sts.github.io/reclaim-policy-before":"Delete"}},` +
			`{"op":"replace","path":"/spec/persistentVolumeReclaimPolicy","value":"Retain"}]`,
	}, asked[1])
}

func TestSetClaimsReadsOnlyTheSetsOwn(t *testing.T) {
	server := kubetest.NewServer(t)
	t.Cleanup(server.Close)
	pvc := func(name, volume string) *corev1.PersistentVolumeClaim {
		return &corev1.PersistentVolumeClaim{
			ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name, UID: types.UID(name)},
			Spec:       corev1.PersistentVolumeClaimSpec{VolumeName: volume},
		}
	}
	server.On(http.MethodGet, kubetest.ClaimsPath,
		kubetest.List(pvc("data-web-4", "pv-data-web-4"), pvc("data-web-1-4", "pv-5"), pvc("other", "pv-6")))
	server.On(http.MethodGet, volumePath, kubetest.Failure(http.StatusForbidden, `User "jo" cannot get resource "persistentvolumes"`))
	set := ststest.Set()
	set.Spec.VolumeClaimTemplates = []corev1.PersistentVolumeClaim{{ObjectMeta: metav1.ObjectMeta{Name: "data"}}}

	s, volumes, err := server.Client().SetClaims(t.Context(), sts.Snapshot{Set: workload.FromApps(set)})

	require.NoError(t, err)
	require.ErrorContains(t, volumes, "cannot get persistentvolumes")
	require.Len(t, s.Claims, 1)
	require.Equal(t, "data-web-4", s.Claims[0].Name)
	require.Equal(t, kubetest.Reads("GET "+kubetest.ClaimsPath+"?limit=500", "GET "+volumePath), server.Requests())

	none, volumes, err := server.Client().SetClaims(t.Context(), sts.Snapshot{Set: workload.FromApps(ststest.Set())})
	require.NoError(t, err)
	require.NoError(t, volumes)
	require.Nil(t, none.Claims, "without templates nothing is asked")
	require.Empty(t, server.Requests())
}
