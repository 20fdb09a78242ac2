package pvc_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

func TestAClaimIsDeletedOnlyAsItWasSeen(t *testing.T) {
	server, claim := stored(t)
	server.On(http.MethodDelete, kubetest.ClaimPath, kubetest.Object(&metav1.Status{Status: metav1.StatusSuccess}))

	require.NoError(t, server.Client().DeleteClaim(t.Context(), storage.ObserveClaim(claim, nil), false))

	asked := server.Requests()
	require.Len(t, asked, 1)
	require.Contains(t, asked[0].Body, "data-web-4-uid")
	server.On(http.MethodDelete, kubetest.ClaimPath, kubetest.Failure(http.StatusConflict, "the UID in the precondition does not match"))
	require.ErrorIs(t, server.Client().DeleteClaim(t.Context(), storage.ObserveClaim(claim, nil), false), engine.ErrConflict)
}

func TestAClaimThatIsGoneIsToldApart(t *testing.T) {
	server, claim := stored(t)
	server.On(http.MethodDelete, kubetest.ClaimPath, kubetest.Failure(http.StatusNotFound, "gone"))
	client, seen := server.Client(), storage.ObserveClaim(claim, nil)

	require.Equal(t, engine.ErrGone, client.PruneClaim(t.Context(), seen, false))
	require.NoError(t, client.DeleteClaim(t.Context(), seen, false))
}

func TestAMissingPermissionIsSaidBeforehand(t *testing.T) {
	no := func(verb, resource string) http.HandlerFunc {
		return kubetest.Failure(http.StatusForbidden, `User "jo" cannot `+verb+` resource "`+resource+`"`)
	}
	tests := []struct {
		name    string
		method  string
		path    string
		answer  http.HandlerFunc
		retain  bool
		missing string
	}{
		{"none", "", "", nil, true, ""},
		{
			"to delete claims", http.MethodDelete, kubetest.ClaimPath, no("delete", "persistentvolumeclaims"), false,
			"delete persistentvolumeclaims",
		},
		{"to read claims", http.MethodGet, kubetest.ClaimPath, no("get", "persistentvolumeclaims"), true, "get persistentvolumeclaims"},
		{"to read volumes", http.MethodGet, volumePath, no("get", "persistentvolumes"), true, "get persistentvolumes"},
		{"to change volumes", http.MethodPatch, volumePath, no("patch", "persistentvolumes"), true, "patch persistentvolumes"},
		{"to change volumes that are not to be changed", http.MethodPatch, volumePath, no("patch", "persistentvolumes"), false, ""},
		{
			"a policy's word about one claim", http.MethodDelete, kubetest.ClaimPath,
			kubetest.Failure(http.StatusForbidden, "denied by policy"), true, "",
		},
		{
			"a webhook that takes no dry run", http.MethodDelete, kubetest.ClaimPath,
			kubetest.Failure(http.StatusBadRequest, "x does not support dry run"), true, "",
		},
		{"it has changed", http.MethodDelete, kubetest.ClaimPath, kubetest.Failure(http.StatusConflict, "changed"), true, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server, claim := stored(t)
			server.On(http.MethodDelete, kubetest.ClaimPath, kubetest.Object(&metav1.Status{Status: metav1.StatusSuccess}))
			if test.answer != nil {
				server.On(test.method, test.path, test.answer)
			}

			err := server.Client().PermitDeletion(t.Context(), storage.ObserveClaim(claim, nil), test.retain)

			if test.missing == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, "cannot "+test.missing)
			}
			for _, asked := range server.Requests() {
				require.True(t, strings.HasPrefix(asked.What, "GET ") || strings.Contains(asked.What+asked.Body, "All"), "%s", asked)
			}
		})
	}
}

func TestAClaimIsReadAgainByItsName(t *testing.T) {
	server, claim := stored(t)
	claim.ResourceVersion = "8"
	other := boundClaim("data-web-3")
	server.On(http.MethodGet, kubetest.ClaimsPath, kubetest.List(other, claim))
	client, seen := server.Client(), storage.Claim{Namespace: "default", Name: "data-web-4"}

	got, err := client.ClaimNow(t.Context(), seen)

	require.NoError(t, err)
	require.Equal(t, storage.ObserveClaim(kubetest.Received(claim), nil), got)
	require.Equal(t, kubetest.Reads("GET "+kubetest.ClaimsPath+"?fieldSelector=metadata.name=data-web-4&limit=500"), server.Requests())

	server.On(http.MethodGet, kubetest.ClaimsPath, kubetest.List(other))
	_, err = client.ClaimNow(t.Context(), seen)
	require.Equal(t, engine.ErrGone, err)
	server.On(http.MethodGet, kubetest.ClaimsPath,
		kubetest.Failure(http.StatusForbidden, `User "jo" cannot list resource "persistentvolumeclaims"`))
	_, err = client.ClaimNow(t.Context(), seen)
	require.ErrorContains(t, err, "cannot list persistentvolumeclaims")
}

// Permissions are asked for whatever has become of the claim meanwhile.
func TestAMissingPermissionIsSaidOfAClaimThatHasChanged(t *testing.T) {
	server, claim := stored(t)
	server.On(http.MethodDelete, kubetest.ClaimPath, kubetest.Object(&metav1.Status{Status: metav1.StatusSuccess}))
	server.On(http.MethodPatch, volumePath, kubetest.Failure(http.StatusForbidden, `User "jo" cannot patch resource "persistentvolumes"`))
	seen := storage.ObserveClaim(claim, nil)
	seen.Version = "6"

	require.ErrorContains(t, server.Client().PermitDeletion(t.Context(), seen, true), "cannot patch persistentvolumes")
}
