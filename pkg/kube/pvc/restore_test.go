package pvc_test

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
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/prune"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

func TestTheClaimIsMadeAsItWasRecorded(t *testing.T) {
	server, claim := stored(t)
	server.On(http.MethodPost, kubetest.ClaimsPath, kubetest.Object(claim))
	require.NoError(t, server.Client().CreateClaim(t.Context(), recordOf(claim), false))
	require.Equal(t, "POST "+kubetest.ClaimsPath+"?fieldManager=sts-rollout", server.Requests()[0].What)

	require.NoError(t, server.Client().CreateClaim(t.Context(), recordOf(claim), true))
	require.Equal(t, "POST "+kubetest.ClaimsPath+"?dryRun=All&fieldManager=sts-rollout", server.Requests()[0].What)

	server.On(http.MethodPost, kubetest.ClaimsPath, kubetest.Text(http.StatusConflict,
		`{"kind":"Status","apiVersion":"v1","reason":"AlreadyExists","code":409}`))
	require.ErrorIs(t, server.Client().CreateClaim(t.Context(), recordOf(claim), false), prune.ErrThere)

	server.On(http.MethodPost, kubetest.ClaimsPath, kubetest.Failure(http.StatusNotFound, `namespaces "default" not found`))
	require.ErrorContains(t, server.Client().CreateClaim(t.Context(), recordOf(claim), false), `namespace "default" is gone`)
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
		{"what there is of the claim", http.MethodGet, kubetest.ClaimPath, look},
		{"what there is of the volume", http.MethodGet, volumePath, look},
		{"the claim is made", http.MethodPost, kubetest.ClaimsPath, create(false)},
		{"whether the claim may be made", http.MethodPost, kubetest.ClaimsPath, create(true)},
		{"the volume is read that is to be free", http.MethodGet, volumePath, free},
		{"the volume is made free", http.MethodPatch, volumePath, free},
		{"the volume gets its policy back", http.MethodPatch, volumePath, giveBack},
		{"the claim is deleted in the first place", http.MethodDelete, kubetest.ClaimPath, prunes},
	}
	for trouble, answer := range map[string]http.HandlerFunc{"a 503": kubetest.Busy, "an answer that breaks off": kubetest.Cut} {
		for _, test := range tests {
			t.Run(test.name+" "+trouble, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					server, claim := stored(t)
					server.On(http.MethodPost, kubetest.ClaimsPath, kubetest.Object(claim))
					server.On(http.MethodDelete, kubetest.ClaimPath, kubetest.Object(&metav1.Status{Status: metav1.StatusSuccess}))
					server.On(http.MethodGet, kubetest.ClaimsPath, kubetest.List(claim))
					server.On(test.method, test.path, kubetest.After(2, answer, server.Answers[test.method+" "+test.path]))

					require.NoError(t, test.ask(t.Context(), server.Client(), recordOf(claim)))

					asked := slices.DeleteFunc(server.Requests(), func(r kubetest.Request) bool {
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
		server.On(http.MethodPost, kubetest.ClaimsPath, kubetest.After(1, kubetest.Drop, kubetest.Text(http.StatusConflict,
			`{"kind":"Status","apiVersion":"v1","reason":"AlreadyExists","code":409}`)))

		require.ErrorIs(t, server.Client().CreateClaim(t.Context(), recordOf(claim), false), prune.ErrThere)

		server.CloseClientConnections()
	})
}

// A wait outlasts any trouble, and so is longer than one question is asked again.
func TestWaitingForAClaimOutlastsTrouble(t *testing.T) {
	const long = 20 // times, with a second in between
	pending, done := boundClaim("data-web-4"), boundClaim("data-web-4")
	pending.Status.Phase, done.Status.Phase = corev1.ClaimPending, corev1.ClaimBound
	expired := kubetest.Event("ERROR", &metav1.Status{Code: http.StatusGone, Reason: metav1.StatusReasonExpired, Message: "too old"})
	comes := kubetest.Text(http.StatusOK, kubetest.Event("MODIFIED", done))
	tests := []struct {
		name  string
		claim http.HandlerFunc
		watch http.HandlerFunc
	}{
		{"the claim can't be read", kubetest.After(long, kubetest.Busy, kubetest.Object(pending)), comes},
		{"the answer breaks off", kubetest.After(long, kubetest.Cut, kubetest.Object(pending)), comes},
		{"the claim can't be watched", kubetest.Object(pending), kubetest.After(long, kubetest.Busy, comes)},
		{"the watch ends", kubetest.Object(pending), kubetest.After(long, kubetest.Text(http.StatusOK, ""), comes)},
		{
			"the watch says that it can't go on", kubetest.Object(pending),
			kubetest.After(long, kubetest.Text(http.StatusOK, expired), comes),
		},
		{
			"the claim may not be watched", kubetest.After(long, kubetest.Object(pending), kubetest.Object(done)),
			kubetest.Failure(http.StatusForbidden, `User "jo" cannot watch resource "persistentvolumeclaims"`),
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server, _ := stored(t)
				server.On(http.MethodGet, kubetest.ClaimPath, test.claim)
				server.On(http.MethodGet, kubetest.ClaimsPath, test.watch)

				require.NoError(t, server.Client().ClaimBound(t.Context(), recordOf(pending)))

				server.CloseClientConnections()
			})
		})
	}
}

func TestWaitingForAClaimEndsWithItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, claim := stored(t)
		server.On(http.MethodGet, kubetest.ClaimPath, kubetest.Busy)
		client := server.Client()
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
		{"it is bound", kubetest.Event("MODIFIED", done), nil},
		{"it has lost its volume", kubetest.Event("MODIFIED", lost), errors.New("claim data-web-4 has lost its volume")},
		{
			"it was bound to another volume", kubetest.Event("MODIFIED", other),
			errors.New("claim data-web-4 was bound to volume pv-other meanwhile"),
		},
		{"it was deleted", kubetest.Event("DELETED", pending), errors.New("the claim was deleted meanwhile")},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server, _ := stored(t)
			server.On(http.MethodGet, kubetest.ClaimPath, kubetest.Object(pending))
			server.On(http.MethodGet, kubetest.ClaimsPath, kubetest.Text(http.StatusOK, test.then))

			err := server.Client().ClaimBound(t.Context(), recordOf(pending))

			require.Equal(t, test.want, err)
		})
	}
}

func TestWaitingUntilAClaimIsGone(t *testing.T) {
	server, claim := stored(t)
	claim.DeletionTimestamp = &metav1.Time{}
	claim.DeletionTimestamp.Time = claim.CreationTimestamp.AddDate(2030, 0, 0)
	server.On(http.MethodGet, kubetest.ClaimPath, kubetest.Object(claim))
	server.On(http.MethodGet, kubetest.ClaimsPath, kubetest.Text(http.StatusOK, kubetest.Event("DELETED", claim)))

	require.NoError(t, server.Client().ClaimGone(t.Context(), recordOf(claim)))

	server.On(http.MethodGet, kubetest.ClaimPath, kubetest.Failure(http.StatusNotFound, "gone"))
	require.NoError(t, server.Client().ClaimGone(t.Context(), recordOf(claim)))
}
