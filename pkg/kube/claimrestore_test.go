package kube_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/prune"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
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

// What restores a claim is asked for until there is an answer: each move shows in
// the cluster, so that none is made twice.
func TestWhatRestoresAClaimIsTriedAgain(t *testing.T) {
	look := func(ctx context.Context, c *kube.Client, r prune.Record) error {
		_, _, err := c.ClaimAndVolume(ctx, r)
		return err
	}
	create := func(dryRun bool) func(context.Context, *kube.Client, prune.Record) error {
		return func(ctx context.Context, c *kube.Client, r prune.Record) error { return c.CreateClaim(ctx, r, dryRun) }
	}
	free := func(ctx context.Context, c *kube.Client, r prune.Record) error { return c.FreeVolume(ctx, r) }
	giveBack := func(ctx context.Context, c *kube.Client, r prune.Record) error { return c.GiveBack(ctx, r, "Retain") }
	prunes := func(ctx context.Context, c *kube.Client, r prune.Record) error {
		return c.PruneClaim(ctx, sts.ObserveClaim(r.Claim, nil), false)
	}
	tests := []struct {
		name         string
		method, path string
		ask          func(context.Context, *kube.Client, prune.Record) error
	}{
		{"what there is of the claim", http.MethodGet, claimPath, look},
		{"what there is of the volume", http.MethodGet, volumePath, look},
		{"the claim is made", http.MethodPost, claimsPath, create(false)},
		{"whether the claim may be made", http.MethodPost, claimsPath, create(true)},
		{"the volume is read that is to be free", http.MethodGet, volumePath, free},
		{"the volume is made free", http.MethodPatch, volumePath, free},
		{"the volume gets its policy back", http.MethodPatch, volumePath, giveBack},
		{"the claim is deleted in the first place", http.MethodDelete, claimPath, prunes},
	}
	for trouble, answer := range map[string]http.HandlerFunc{"a 503": busy, "an answer that breaks off": cut} {
		for _, test := range tests {
			t.Run(test.name+" "+trouble, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					server, claim := stored(t)
					server.on(http.MethodPost, claimsPath, object(claim))
					server.on(http.MethodDelete, claimPath, object(&metav1.Status{Status: metav1.StatusSuccess}))
					server.on(http.MethodGet, claimsPath, list(claim))
					server.on(test.method, test.path, after(2, answer, server.answers[test.method+" "+test.path]))

					require.NoError(t, test.ask(t.Context(), server.client(), recordOf(claim)))

					asked := slices.DeleteFunc(server.requests(), func(r request) bool {
						what, _, _ := strings.Cut(r.What, "?")
						return what != test.method+" "+test.path
					})
					require.GreaterOrEqual(t, len(asked), 3)
					server.CloseClientConnections()
				})
			})
		}
	}
}

func TestAClaimWhoseAnswerWasLostIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, claim := stored(t)
		server.on(http.MethodPost, claimsPath, after(1, drop, text(http.StatusConflict,
			`{"kind":"Status","apiVersion":"v1","reason":"AlreadyExists","code":409}`)))

		require.ErrorIs(t, server.client().CreateClaim(t.Context(), recordOf(claim), false), prune.ErrThere)

		server.CloseClientConnections()
	})
}

// A wait outlasts any trouble, and so is longer than one question is asked again.
func TestWaitingForAClaimOutlastsTrouble(t *testing.T) {
	const long = 20 // times, with a second in between
	pending, done := boundClaim("data-web-4"), boundClaim("data-web-4")
	pending.Status.Phase, done.Status.Phase = corev1.ClaimPending, corev1.ClaimBound
	expired := event("ERROR", &metav1.Status{Code: http.StatusGone, Reason: metav1.StatusReasonExpired, Message: "too old"})
	comes := text(http.StatusOK, event("MODIFIED", done))
	tests := []struct {
		name  string
		claim http.HandlerFunc
		watch http.HandlerFunc
	}{
		{"the claim can't be read", after(long, busy, object(pending)), comes},
		{"the answer breaks off", after(long, cut, object(pending)), comes},
		{"the claim can't be watched", object(pending), after(long, busy, comes)},
		{"the watch ends", object(pending), after(long, text(http.StatusOK, ""), comes)},
		{"the watch says that it can't go on", object(pending), after(long, text(http.StatusOK, expired), comes)},
		{
			"the claim may not be watched", after(long, object(pending), object(done)),
			failure(http.StatusForbidden, `User "jo" cannot watch resource "persistentvolumeclaims"`),
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server, _ := stored(t)
				server.on(http.MethodGet, claimPath, test.claim)
				server.on(http.MethodGet, claimsPath, test.watch)

				require.NoError(t, server.client().ClaimBound(t.Context(), recordOf(pending)))

				server.CloseClientConnections()
			})
		})
	}
}

func TestWaitingForAClaimEndsWithItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, claim := stored(t)
		server.on(http.MethodGet, claimPath, busy)
		client := server.client()
		said := map[string]bool{}
		client.OnRetry(func(words string) { said[words] = true })
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute+time.Second/2, engine.ErrTimedOut)
		defer cancel()

		require.ErrorIs(t, client.ClaimBound(ctx, recordOf(claim)), engine.ErrTimedOut)

		require.Equal(t, map[string]bool{"apiserver is starting; trying again until --timeout": true}, said)
		require.ErrorIs(t, client.ClaimBound(ctx, recordOf(claim)), engine.ErrTimedOut)
		require.Len(t, said, 1, "nothing is tried again once it is over")
		server.CloseClientConnections()
	})
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
