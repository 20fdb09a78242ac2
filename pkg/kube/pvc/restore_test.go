package pvc_test

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
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/receipt"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// creation is the change that restores the claim of a record.
func creation(r receipt.Receipt) plan.CreateClaim {
	return plan.CreateClaim{Binding: r.Binding(), Manifest: receipt.Bare(r.Claim)}
}

func TestTheClaimIsMadeAsItWasRecorded(t *testing.T) {
	server, claim := stored(t)
	create := creation(recordOf(claim))
	server.On(http.MethodPost, kubetest.ClaimsPath, kubetest.Object(claim))
	require.NoError(t, apply(t.Context(), server.Client(), create))
	require.Equal(t, "POST "+kubetest.ClaimsPath+"?fieldManager=sts-rollout", server.Requests()[0].What)

	_, err := server.Client().DryRun(t.Context(), create, sts.Snapshot{})
	require.NoError(t, err)
	require.Equal(t, "POST "+kubetest.ClaimsPath+"?dryRun=All&fieldManager=sts-rollout", server.Requests()[0].What)

	server.On(http.MethodPost, kubetest.ClaimsPath, kubetest.Text(http.StatusConflict,
		`{"kind":"Status","apiVersion":"v1","reason":"AlreadyExists","code":409}`))
	require.ErrorIs(t, apply(t.Context(), server.Client(), create), engine.ErrConflict)

	server.On(http.MethodPost, kubetest.ClaimsPath, kubetest.Failure(http.StatusNotFound, `namespaces "default" not found`))
	require.ErrorContains(t, apply(t.Context(), server.Client(), create), `namespace "default" is gone`)

	server.On(http.MethodPost, kubetest.ClaimsPath, kubetest.Drop)
	require.ErrorIs(t, apply(t.Context(), server.Client(), create), engine.ErrLost)
}

// What restores a claim is asked for until there is an answer: each change shows in
// the cluster, so that none is made twice.
func TestWhatRestoresAClaimIsTriedAgain(t *testing.T) {
	look := func(ctx context.Context, c *kube.Client, r receipt.Receipt) error {
		_, err := c.ClaimAndVolume(ctx, r.Binding())
		return err
	}
	rehearse := func(ctx context.Context, c *kube.Client, r receipt.Receipt) error {
		_, err := c.DryRun(ctx, creation(r), sts.Snapshot{})
		return err
	}
	release := func(ctx context.Context, c *kube.Client, r receipt.Receipt) error {
		return apply(ctx, c, plan.ReleaseVolume{Binding: r.Binding(), From: r.ClaimUID, Reclaim: r.Before})
	}
	reset := func(ctx context.Context, c *kube.Client, r receipt.Receipt) error {
		return apply(ctx, c, plan.ResetReclaim{Binding: r.Binding(), Reclaim: "Retain"})
	}
	prunes := func(ctx context.Context, c *kube.Client, r receipt.Receipt) error {
		return c.PruneClaim(ctx, storage.ObserveClaim(r.Claim, nil), false)
	}
	tests := []struct {
		name         string
		method, path string
		ask          func(context.Context, *kube.Client, receipt.Receipt) error
	}{
		{"what there is of the claim", http.MethodGet, kubetest.ClaimPath, look},
		{"what there is of the volume", http.MethodGet, volumePath, look},
		{"whether the claim may be created", http.MethodPost, kubetest.ClaimsPath, rehearse},
		{"the volume is read that is to be released", http.MethodGet, volumePath, release},
		{"the volume is released", http.MethodPatch, volumePath, release},
		{"the volume gets its policy back", http.MethodPatch, volumePath, reset},
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

// A claim is followed through any trouble, for longer than one question is asked again.
func TestFollowingAClaimOutlastsTrouble(t *testing.T) {
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
		{"the claim can't be read", kubetest.After(long, kubetest.Busy, kubetest.Object(done)), comes},
		{"the answer breaks off", kubetest.After(long, kubetest.Cut, kubetest.Object(done)), comes},
		{"the claim can't be watched", kubetest.After(long, kubetest.Object(pending), kubetest.Object(done)), kubetest.Busy},
		{"the watch ends", kubetest.After(long, kubetest.Object(pending), kubetest.Object(done)), kubetest.Text(http.StatusOK, "")},
		{
			"the watch says that it can't go on", kubetest.After(long, kubetest.Object(pending), kubetest.Object(done)),
			kubetest.Text(http.StatusOK, expired),
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

				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				var last engine.Update
				for u := range server.Client().WatchClaim(ctx, recordOf(pending).Binding()) {
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
		server.On(http.MethodGet, kubetest.ClaimPath, kubetest.After(100, kubetest.Busy, kubetest.Object(claim)))
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var told []engine.Update
		for u := range server.Client().WatchClaim(ctx, recordOf(claim).Binding()) {
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
	server.On(http.MethodGet, kubetest.ClaimPath,
		kubetest.Failure(http.StatusForbidden, `User "jo" cannot get resource "persistentvolumeclaims"`))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()

	u := <-server.Client().WatchClaim(ctx, recordOf(claim).Binding())

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
				server.On(http.MethodGet, kubetest.ClaimPath,
					kubetest.After(1, kubetest.Object(pending), kubetest.Failure(http.StatusNotFound, "gone")))
				server.On(http.MethodGet, kubetest.ClaimsPath, kubetest.Text(http.StatusOK, kubetest.Event(change, pending)))
				ctx, cancel := context.WithCancel(t.Context())
				began := time.Now()
				updates := server.Client().WatchClaim(ctx, recordOf(pending).Binding())

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

// Nothing tells that a volume has changed: it is read now and then.
func TestAVolumeIsReadWhileItsClaimStaysAsItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, claim := stored(t)
		server.On(http.MethodGet, kubetest.ClaimsPath, func(w http.ResponseWriter, r *http.Request) {
			w.(http.Flusher).Flush() //nolint:errcheck // the server's own has it
			kubetest.Silent(w, r)
		})
		there := server.Answers[http.MethodGet+" "+volumePath]
		server.On(http.MethodGet, volumePath, kubetest.After(1, there, kubetest.Failure(http.StatusNotFound, "gone")))
		ctx, cancel := context.WithCancel(t.Context())
		updates := server.Client().WatchClaim(ctx, recordOf(claim).Binding())
		require.Len(t, (<-updates).Snapshot.Volumes, 1)
		began := time.Now()

		require.Empty(t, (<-updates).Snapshot.Volumes)

		require.Equal(t, 5*time.Second, time.Since(began).Truncate(time.Second))
		cancel()
		for range updates {
		}
		server.CloseClientConnections()
	})
}
