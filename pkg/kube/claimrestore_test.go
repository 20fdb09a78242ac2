package kube_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/prune"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// creation is the change that restores the claim of a record.
func creation(r prune.Record) plan.CreateClaim {
	return plan.CreateClaim{Binding: r.Binding(), Manifest: prune.Bare(r.Claim)}
}

func TestTheClaimIsMadeAsItWasRecorded(t *testing.T) {
	server, claim := stored(t)
	create := creation(recordOf(claim))
	server.on(http.MethodPost, claimsPath, object(claim))
	require.NoError(t, apply(t.Context(), server.client(), create))
	require.Equal(t, "POST "+claimsPath+"?fieldManager=sts-rollout", server.requests()[0].What)

	_, err := server.client().DryRun(t.Context(), create, sts.Snapshot{})
	require.NoError(t, err)
	require.Equal(t, "POST "+claimsPath+"?dryRun=All&fieldManager=sts-rollout", server.requests()[0].What)

	server.on(http.MethodPost, claimsPath, text(http.StatusConflict,
		`{"kind":"Status","apiVersion":"v1","reason":"AlreadyExists","code":409}`))
	require.ErrorIs(t, apply(t.Context(), server.client(), create), engine.ErrConflict)

	server.on(http.MethodPost, claimsPath, failure(http.StatusNotFound, `namespaces "default" not found`))
	require.ErrorContains(t, apply(t.Context(), server.client(), create), `namespace "default" is gone`)

	server.on(http.MethodPost, claimsPath, drop)
	require.ErrorIs(t, apply(t.Context(), server.client(), create), engine.ErrLost)
}

// What restores a claim is asked for until there is an answer: each change shows in
// the cluster, so that none is made twice.
func TestWhatRestoresAClaimIsTriedAgain(t *testing.T) {
	look := func(ctx context.Context, c *kube.Client, r prune.Record) error {
		_, err := c.ClaimAndVolume(ctx, r.Binding())
		return err
	}
	rehearse := func(ctx context.Context, c *kube.Client, r prune.Record) error {
		_, err := c.DryRun(ctx, creation(r), sts.Snapshot{})
		return err
	}
	release := func(ctx context.Context, c *kube.Client, r prune.Record) error {
		return apply(ctx, c, plan.ReleaseVolume{Binding: r.Binding(), Reclaim: r.Before})
	}
	reset := func(ctx context.Context, c *kube.Client, r prune.Record) error {
		return apply(ctx, c, plan.ResetReclaim{Binding: r.Binding(), Reclaim: "Retain"})
	}
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
		{"whether the claim may be created", http.MethodPost, claimsPath, rehearse},
		{"the volume is read that is to be released", http.MethodGet, volumePath, release},
		{"the volume is released", http.MethodPatch, volumePath, release},
		{"the volume gets its policy back", http.MethodPatch, volumePath, reset},
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

// A claim is followed through any trouble, for longer than one question is asked again.
func TestFollowingAClaimOutlastsTrouble(t *testing.T) {
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
		{"the claim can't be read", after(long, busy, object(done)), comes},
		{"the answer breaks off", after(long, cut, object(done)), comes},
		{"the claim can't be watched", after(long, object(pending), object(done)), busy},
		{"the watch ends", after(long, object(pending), object(done)), text(http.StatusOK, "")},
		{"the watch says that it can't go on", after(long, object(pending), object(done)), text(http.StatusOK, expired)},
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

				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				var last engine.Update
				for u := range server.client().WatchClaim(ctx, recordOf(pending).Binding()) {
					require.NoError(t, u.Err)
					if last = u; len(u.Snapshot.Claims) == 1 && u.Snapshot.Claims[0].Phase == corev1.ClaimBound {
						cancel()
					}
				}

				require.Equal(t, corev1.ClaimBound, last.Snapshot.Claims[0].Phase)
				require.Len(t, last.Snapshot.Volumes, 1)

				server.CloseClientConnections()
			})
		})
	}
}

// That the API server does not answer is told once, and that it does again.
func TestFollowingAClaimTellsOfTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, claim := stored(t)
		server.on(http.MethodGet, claimPath, after(100, busy, object(claim)))
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var told []engine.Update
		for u := range server.client().WatchClaim(ctx, recordOf(claim).Binding()) {
			if u.Snapshot.Claims != nil {
				cancel()
				continue
			}
			told = append(told, u)
		}
		require.Equal(t, []engine.Update{
			{
				Cut:    true,
				Notice: "get persistentvolumeclaims: apiserver is starting; trying again",
			}, {Back: true, Notice: "the API server answers again"},
		}, told)
		server.CloseClientConnections()
	})
}

// Whoever may not read the claim is told so, and does not wait.
func TestFollowingAClaimThatMayNotBeRead(t *testing.T) {
	server, claim := stored(t)
	server.on(http.MethodGet, claimPath, failure(http.StatusForbidden, `User "jo" cannot get resource "persistentvolumeclaims"`))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()

	u := <-server.client().WatchClaim(ctx, recordOf(claim).Binding())

	require.ErrorContains(t, u.Err, `user "jo" cannot get persistentvolumeclaims`)
}

// A claim that changes is read again at once, together with its volume, and so is
// one that is deleted.
func TestAClaimThatChangesIsReadAgain(t *testing.T) {
	pending := boundClaim("data-web-4")
	pending.Status.Phase = corev1.ClaimPending
	for _, change := range []watch.EventType{watch.Modified, watch.Deleted} {
		t.Run(string(change), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server, _ := stored(t)
				server.on(http.MethodGet, claimPath, after(1, object(pending), failure(http.StatusNotFound, "gone")))
				server.on(http.MethodGet, claimsPath, text(http.StatusOK, event(change, pending)))
				ctx, cancel := context.WithCancel(t.Context())
				began := time.Now()
				updates := server.client().WatchClaim(ctx, recordOf(pending).Binding())

				require.Len(t, (<-updates).Snapshot.Claims, 1)
				require.Empty(t, (<-updates).Snapshot.Claims)

				require.Less(t, time.Since(began), time.Second)
				cancel()
				for range updates {
				}
				server.CloseClientConnections()
			})
		})
	}
}
