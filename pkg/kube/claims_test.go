package kube_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/prune"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

func TestAClaimIsDeletedOnlyAsItWasSeen(t *testing.T) {
	server, claim := stored(t)
	server.on(http.MethodDelete, claimPath, object(&metav1.Status{Status: metav1.StatusSuccess}))

	require.NoError(t, server.client().DeleteClaim(t.Context(), sts.ObserveClaim(claim, nil), false))

	asked := server.requests()
	require.Len(t, asked, 1)
	require.Contains(t, asked[0].Body, "data-web-4-uid")
	server.on(http.MethodDelete, claimPath, failure(http.StatusConflict, "the UID in the precondition does not match"))
	require.ErrorIs(t, server.client().DeleteClaim(t.Context(), sts.ObserveClaim(claim, nil), false), engine.ErrConflict)
}

func TestAClaimThatIsGoneIsToldApart(t *testing.T) {
	server, claim := stored(t)
	server.on(http.MethodDelete, claimPath, failure(http.StatusNotFound, "gone"))
	client, seen := server.client(), sts.ObserveClaim(claim, nil)

	require.Equal(t, prune.ErrGone, client.PruneClaim(t.Context(), seen, false))
	require.NoError(t, client.DeleteClaim(t.Context(), seen, false))
}

func TestAMissingPermissionIsSaidBeforehand(t *testing.T) {
	no := func(verb, resource string) http.HandlerFunc {
		return failure(http.StatusForbidden, `User "jo" cannot `+verb+` resource "`+resource+`"`)
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
		{"to delete claims", http.MethodDelete, claimPath, no("delete", "persistentvolumeclaims"), false, "delete persistentvolumeclaims"},
		{"to read claims", http.MethodGet, claimPath, no("get", "persistentvolumeclaims"), true, "get persistentvolumeclaims"},
		{"to read volumes", http.MethodGet, volumePath, no("get", "persistentvolumes"), true, "get persistentvolumes"},
		{"to change volumes", http.MethodPatch, volumePath, no("patch", "persistentvolumes"), true, "patch persistentvolumes"},
		{"to change volumes that are not to be changed", http.MethodPatch, volumePath, no("patch", "persistentvolumes"), false, ""},
		{"a policy's word about one claim", http.MethodDelete, claimPath, failure(http.StatusForbidden, "denied by policy"), true, ""},
		{
			"a webhook that takes no dry run", http.MethodDelete, claimPath,
			failure(http.StatusBadRequest, "x does not support dry run"), true, "",
		},
		{"it has changed", http.MethodDelete, claimPath, failure(http.StatusConflict, "changed"), true, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server, claim := stored(t)
			server.on(http.MethodDelete, claimPath, object(&metav1.Status{Status: metav1.StatusSuccess}))
			if test.answer != nil {
				server.on(test.method, test.path, test.answer)
			}

			err := server.client().MayAll(t.Context(), sts.ObserveClaim(claim, nil), test.retain)

			if test.missing == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, "cannot "+test.missing)
			}
			for _, asked := range server.requests() {
				require.True(t, strings.HasPrefix(asked.What, "GET ") || strings.Contains(asked.What+asked.Body, "All"), "%s", asked)
			}
		})
	}
}

func TestAClaimIsReadAgainByItsName(t *testing.T) {
	server, claim := stored(t)
	claim.ResourceVersion = "8"
	other := boundClaim("data-web-3")
	server.on(http.MethodGet, claimsPath, list(other, claim))
	client, seen := server.client(), sts.Claim{Namespace: "default", Name: "data-web-4"}

	got, err := client.ClaimNow(t.Context(), seen)

	require.NoError(t, err)
	require.Equal(t, sts.ObserveClaim(received(claim), nil), got)
	require.Equal(t, reads("GET "+claimsPath+"?fieldSelector=metadata.name=data-web-4&limit=500"), server.requests())

	server.on(http.MethodGet, claimsPath, list(other))
	_, err = client.ClaimNow(t.Context(), seen)
	require.Equal(t, prune.ErrGone, err)
	server.on(http.MethodGet, claimsPath, failure(http.StatusForbidden, `User "jo" cannot list resource "persistentvolumeclaims"`))
	_, err = client.ClaimNow(t.Context(), seen)
	require.ErrorContains(t, err, "cannot list persistentvolumeclaims")
}

// Permissions are asked for whatever has become of the claim meanwhile.
func TestAMissingPermissionIsSaidOfAClaimThatHasChanged(t *testing.T) {
	server, claim := stored(t)
	server.on(http.MethodDelete, claimPath, object(&metav1.Status{Status: metav1.StatusSuccess}))
	server.on(http.MethodPatch, volumePath, failure(http.StatusForbidden, `User "jo" cannot patch resource "persistentvolumes"`))
	seen := sts.ObserveClaim(claim, nil)
	seen.Version = "6"

	require.ErrorContains(t, server.client().MayAll(t.Context(), seen, true), "cannot patch persistentvolumes")
}
