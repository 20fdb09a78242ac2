package kube_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/prune"
)

func TestTheClaimIsMadeAsItWasRecorded(t *testing.T) {
	server, claim := stored(t)
	server.on(http.MethodPost, claimsPath, object(claim))
	require.NoError(t, server.client().CreateClaim(t.Context(), recordOf(claim), false))
	require.Equal(t, "POST "+claimsPath+"?fieldManager=sts-rollout", server.requests()[0].What)

	require.NoError(t, server.client().CreateClaim(t.Context(), recordOf(claim), true))
	require.Equal(t, "POST "+claimsPath+"?dryRun=All&fieldManager=sts-rollout", server.requests()[0].What)

	server.on(http.MethodPost, claimsPath, text(http.StatusConflict,
		`{"kind":"Status","apiVersion":"v1","reason":"AlreadyExists","code":409}`))
	require.ErrorIs(t, server.client().CreateClaim(t.Context(), recordOf(claim), false), prune.ErrThere)

	server.on(http.MethodPost, claimsPath, failure(http.StatusNotFound, `namespaces "default" not found`))
	require.ErrorContains(t, server.client().CreateClaim(t.Context(), recordOf(claim), false), `namespace "default" is gone`)
}

func TestWaitingForAClaim(t *testing.T) {
	pending, done := boundClaim("data-web-4"), boundClaim("data-web-4")
	pending.Status.Phase, done.Status.Phase = corev1.ClaimPending, corev1.ClaimBound
	lost := boundClaim("data-web-4")
	lost.Status.Phase = corev1.ClaimLost
	other := boundClaim("data-web-4")
	other.Spec.VolumeName = "pv-other"
	tests := []struct {
		name string
		then string // the event that comes
		want error
	}{
		{"it is bound", event("MODIFIED", done), nil},
		{"it has lost its volume", event("MODIFIED", lost), errors.New("claim data-web-4 has lost its volume")},
		{"it was bound to another volume", event("MODIFIED", other), errors.New("claim data-web-4 was bound to volume pv-other meanwhile")},
		{"it was deleted", event("DELETED", pending), errors.New("the claim was deleted meanwhile")},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server, _ := stored(t)
			server.on(http.MethodGet, claimPath, object(pending))
			server.on(http.MethodGet, claimsPath, text(http.StatusOK, test.then))

			err := server.client().ClaimBound(t.Context(), recordOf(pending))

			require.Equal(t, test.want, err)
		})
	}
}

func TestWaitingUntilAClaimIsGone(t *testing.T) {
	server, claim := stored(t)
	claim.DeletionTimestamp = &metav1.Time{}
	claim.DeletionTimestamp.Time = claim.CreationTimestamp.AddDate(2030, 0, 0)
	server.on(http.MethodGet, claimPath, object(claim))
	server.on(http.MethodGet, claimsPath, text(http.StatusOK, event("DELETED", claim)))

	require.NoError(t, server.client().ClaimGone(t.Context(), recordOf(claim)))

	server.on(http.MethodGet, claimPath, failure(http.StatusNotFound, "gone"))
	require.NoError(t, server.client().ClaimGone(t.Context(), recordOf(claim)))
}
