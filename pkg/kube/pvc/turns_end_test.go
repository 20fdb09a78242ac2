package pvc_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
)

func TestCtrlCIsNotTheEndOfAList(t *testing.T) {
	for name, size := range map[string]int{"there is more to be read": 1, "all has been read": 500} {
		t.Run(name, func(t *testing.T) {
			server := estateServer(t, small(), size, size, size, size)
			ctx, cancel := context.WithCancel(t.Context())
			passed := 0

			err := server.Client().Everywhere().ClaimsInTurn(ctx, true, func(claims.Namespace) error {
				passed++
				cancel()
				return nil
			})

			require.ErrorIs(t, err, context.Canceled)
			require.Equal(t, 1, passed)
		})
	}
}

// Whether the page that failed comes first or the end is anybody's guess.
func TestTheUsersTimeoutEndsAList(t *testing.T) {
	for _, path := range []string{kubetest.AllClaimsPath, kubetest.AllSetsPath, kubetest.AllPodsPath, kubetest.AllScalersPath} {
		t.Run(path, func(t *testing.T) {
			for range 20 {
				synctest.Test(t, func(t *testing.T) {
					server := estateServer(t, small(), 1, 1, 1, 1)
					server.On(http.MethodGet, path, kubetest.Afterwards(1, kubetest.Silent, server.Answers[http.MethodGet+" "+path]))
					ctx, cancel := context.WithTimeoutCause(t.Context(), 5*time.Second, engine.ErrTimedOut)
					defer cancel()

					err := server.Client().Everywhere().ClaimsInTurn(ctx, true, func(claims.Namespace) error { return nil })

					require.ErrorIs(t, err, engine.ErrTimedOut)
					server.CloseClientConnections()
				})
			}
		})
	}
}

func TestAListThatFailsEndsTheOthers(t *testing.T) {
	for _, path := range []string{kubetest.AllClaimsPath, kubetest.AllSetsPath, kubetest.AllPodsPath, kubetest.AllScalersPath} {
		server := estateServer(t, small(), 1, 1, 1, 1)
		server.On(http.MethodGet, path, kubetest.Failure(http.StatusForbidden, `User "jo" cannot list resource "x"`))

		_, err := told(t, server.Client().Everywhere().ClaimsInTurn)

		require.ErrorContains(t, err, " cannot list ")
		require.ErrorContains(t, err, " in all namespaces")
	}
}

func TestEveryPageIsTriedAgainForAWhile(t *testing.T) {
	all := []string{kubetest.AllClaimsPath, kubetest.AllSetsPath, kubetest.AllPodsPath, kubetest.AllScalersPath}
	tests := []struct {
		name  string
		read  func(*testing.T, *kube.Client) (any, error)
		paths []string // of its lists
	}{
		{"claims in turn", func(t *testing.T, c *kube.Client) (any, error) { return told(t, c.ClaimsInTurn) }, all},
		{"claims at once", func(t *testing.T, c *kube.Client) (any, error) { return told(t, c.ClaimsAtOnce) }, all},
		{
			"sets and pods", func(t *testing.T, c *kube.Client) (any, error) { return c.List(t.Context(), kube.Query{}) },
			[]string{kubetest.AllSetsPath, kubetest.AllPodsPath},
		},
	}
	for _, test := range tests {
		for _, path := range test.paths {
			t.Run(test.name+" "+path, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					server := estateServer(t, small(), 1, 1, 1, 1)
					server.On(http.MethodGet, kubetest.AllEventsPath, kubetest.List[*corev1.Event]())
					want, err := test.read(t, server.Client().Everywhere())
					require.NoError(t, err)
					asked := len(server.Requests())
					server.On(http.MethodGet, path, kubetest.Afterwards(2, kubetest.Busy, server.Answers[http.MethodGet+" "+path]))

					got, err := test.read(t, server.Client().Everywhere())

					require.NoError(t, err)
					require.Equal(t, want, got)
					require.Len(t, server.Requests(), asked+2, "nothing else is read twice")
					server.CloseClientConnections()
				})
			})
		}
	}
}
