package transport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/client-go/rest"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/permission"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// stalled begins to answer and then says no more.
func stalled(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"kind":`)
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

func TestAReadIsTriedAgainForAWhile(t *testing.T) {
	for name, trouble := range map[string]http.HandlerFunc{"a 503": kubetest.Busy, "an answer that breaks off": kubetest.Cut} {
		for _, path := range []string{kubetest.SetPath, kubetest.PodsPath, kubetest.RevisionsPath} {
			t.Run(name+" "+path, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					server := kubetest.Loadable(t, ststest.Set(), ststest.Pods(0, 5))
					server.On(http.MethodGet, path, kubetest.After(2, trouble, server.Answers[http.MethodGet+" "+path]))

					s, _, err := server.Client().Load(t.Context(), "web")

					require.NoError(t, err)
					require.Len(t, s.Pods, 5)
					server.CloseClientConnections()
				})
			})
		}
	}
}

// A slow line: the answer has taken a minute when it breaks off.
func TestAnAnswerThatBreaksOffLateIsAskedForAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := kubetest.Loadable(t, ststest.Set(), ststest.Pods(0, 5))
		slow := func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			for range 6 {
				_, _ = io.WriteString(w, " ")
				_ = http.NewResponseController(w).Flush()
				time.Sleep(10 * time.Second)
			}
			kubetest.Cut(w, r)
		}
		server.On(http.MethodGet, kubetest.PodsPath, kubetest.After(1, slow, server.Answers[http.MethodGet+" "+kubetest.PodsPath]))

		s, _, err := server.Client().Load(t.Context(), "web")

		require.NoError(t, err)
		require.Len(t, s.Pods, 5)
		server.CloseClientConnections()
	})
}

func TestAServerThatComesBackIsWaitedForAndThatIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := kubetest.Loadable(t, ststest.Set(), ststest.Pods(0, 5))
		server.Network.Down.Store(true)
		time.AfterFunc(5*time.Second, func() { server.Network.Down.Store(false) })
		client := server.Client()
		said := map[string]bool{}
		client.OnRetry(func(words string) { said[words] = true })

		_, _, err := client.Load(t.Context(), "web")

		require.NoError(t, err)
		require.Equal(t, map[string]bool{
			"cannot reach the API server at http://apiserver: connection refused; trying again for up to 10s": true,
		}, said)
	})
}

func TestAServerThatNeverAnswersEndsAReadWithinHalfAMinute(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{"says nothing": kubetest.Silent, "stops in the middle": stalled} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := kubetest.Loadable(t, ststest.Set(), nil)
				server.On(http.MethodGet, kubetest.SetPath, answer)
				began := time.Now()

				_, _, err := server.Client().Load(t.Context(), "web")

				require.EqualError(t, err, "cannot reach the API server at http://apiserver: no answer within 20s")
				require.NotErrorIs(t, err, context.DeadlineExceeded, "that is what --timeout is")
				require.Less(t, time.Since(began), 30*time.Second)
				server.CloseClientConnections()
			})
		})
	}
}

// A load balancer that has lost its API server ends single streams (seed 101 of
// make faults). A fake network has no HTTP/2.
func TestAStreamThatIsResetMayWorkAnotherTime(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, http.NoBody)
	require.NoError(t, err)

	answer, err := server.Client().Do(request)

	if err == nil {
		_ = answer.Body.Close()
	}
	require.ErrorContains(t, err, "stream error")
	require.True(t, transport.Transient(err), err)
	// So does client-go say it that has asked twice already.
	require.True(t, transport.Transient(fmt.Errorf("%w - error from a previous attempt: EOF", err)))
}

// impatient is a client with --request-timeout.
func impatient(t *testing.T, s *kubetest.Server, timeout time.Duration) *kube.Client {
	t.Helper()
	c, err := kube.New(&rest.Config{Host: s.URL, Dial: s.Network.Dial, Timeout: timeout}, "default", func(string) {})
	require.NoError(t, err)
	return c
}

func TestTheRequestTimeoutIsForOneTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := kubetest.Loadable(t, ststest.Set(), ststest.Pods(0, 5))
		server.On(http.MethodGet, kubetest.SetPath, kubetest.After(2, kubetest.Silent, server.Answers[http.MethodGet+" "+kubetest.SetPath]))

		_, _, err := impatient(t, server, time.Second).Load(t.Context(), "web")

		require.NoError(t, err)
		server.CloseClientConnections()
	})
}

func TestTheRequestTimeoutIsNotTheUsersTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := kubetest.Loadable(t, ststest.Set(), nil)
		server.On(http.MethodGet, kubetest.SetPath, kubetest.Silent)

		_, _, err := impatient(t, server, time.Second).Load(t.Context(), "web")

		require.EqualError(t, err, "cannot reach the API server at http://apiserver: no answer within 1s")
		require.NotErrorIs(t, err, engine.ErrTimedOut)
		server.CloseClientConnections()
	})
}

// late is what a dial ends in that takes longer than its dialer waits. Its error
// is [context.DeadlineExceeded] to errors.Is, as --timeout is.
func late(ctx context.Context, network, addr string) (net.Conn, error) {
	return (&net.Dialer{Deadline: time.Unix(1, 0)}).DialContext(ctx, network, addr)
}

func TestADialThatIsLateIsNotTheUsersTimeout(t *testing.T) {
	const want = "cannot reach the API server at http://127.0.0.1:1: dial tcp 127.0.0.1:1: i/o timeout"
	tests := []struct {
		name string
		ask  func(context.Context, *kube.Client) error
		lost bool // whether the run looks what has become of it
	}{
		{"a read", func(ctx context.Context, c *kube.Client) error { _, _, err := c.Load(ctx, "web"); return err }, false},
		{"a write", func(ctx context.Context, c *kube.Client) error {
			_, err := c.Apply(ctx, plan.Partition(4), ststest.Snapshot(ststest.Set()))
			return err
		}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, err := late(t.Context(), "tcp", "127.0.0.1:1")
				require.ErrorIs(t, err, context.DeadlineExceeded)
				client, err := kube.New(&rest.Config{Host: "http://127.0.0.1:1", Dial: late}, "default", func(string) {})
				require.NoError(t, err)

				err = test.ask(t.Context(), client)

				require.EqualError(t, err, want)
				require.NotErrorIs(t, err, context.DeadlineExceeded)
				require.NotErrorIs(t, err, engine.ErrTimedOut)
				require.Equal(t, test.lost, errors.Is(err, engine.ErrLost))
			})
		})
	}
}

func TestTheUsersTimeoutEndsARead(t *testing.T) {
	for name, trouble := range map[string]http.HandlerFunc{"no answer": kubetest.Silent, "a 503": kubetest.Busy} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := kubetest.Loadable(t, ststest.Set(), nil)
				server.On(http.MethodGet, kubetest.SetPath, trouble)
				ctx, cancel := context.WithTimeoutCause(t.Context(), 3*time.Second, engine.ErrTimedOut)
				defer cancel()

				_, _, err := server.Client().Load(ctx, "web")

				require.ErrorIs(t, err, engine.ErrTimedOut)
				server.CloseClientConnections()
			})
		})
	}
}

// A connection that is dropped is client-go's own business where something is
// read: it asks again by itself. Here it does not.
func TestARehearsalIsTriedAgain(t *testing.T) {
	for name, trouble := range map[string]http.HandlerFunc{
		"a 503": kubetest.Busy, "an answer that breaks off": kubetest.Cut, "a connection that is dropped": kubetest.Drop,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := kubetest.NewServer(t)
				defer server.Close()
				server.On(http.MethodPatch, kubetest.SetPath, kubetest.After(2, trouble, kubetest.Object(ststest.Set())))
				client := server.Client()

				_, err := client.DryRun(t.Context(), plan.Partition(4), ststest.Snapshot(ststest.Set()))
				require.NoError(t, err)
				require.Len(t, server.Requests(), 3)
				server.On(http.MethodPatch, kubetest.SetPath, kubetest.After(2, trouble, kubetest.Object(ststest.Set())))
				_, _, err = client.Preview(t.Context(), podtemplate.Template(`{}`), ststest.Snapshot(ststest.Set()))
				require.NoError(t, err)
				require.Len(t, server.Requests(), 3)
				server.CloseClientConnections()
			})
		})
	}
}

func TestAWriteIsNotTriedAgainByItself(t *testing.T) {
	server := kubetest.NewServer(t)
	t.Cleanup(server.Close)
	server.On(http.MethodPatch, kubetest.SetPath, kubetest.Busy)

	_, err := server.Client().Apply(t.Context(), plan.Partition(4), ststest.Snapshot(ststest.Set()))

	require.ErrorIs(t, err, engine.ErrLost)
	require.Len(t, server.Requests(), 1, "the engine looks before it writes again")
}

func TestOtherQuestionsAreTriedAgainToo(t *testing.T) {
	tests := []struct {
		name         string
		method, path string
		answer       http.HandlerFunc
		ask          func(*testing.T, *kube.Client)
	}{
		{
			"autoscalers", http.MethodGet, kubetest.ScalersPath, kubetest.List(kubetest.Scaler("load", "StatefulSet", "apps/v1")),
			func(t *testing.T, c *kube.Client) {
				names, err := c.Autoscalers(t.Context(), "web")
				require.NoError(t, err)
				require.Equal(t, []string{"load"}, names)
			},
		},
		{
			"permissions", http.MethodPost, reviewsPath, reviewed(`{"allowed":false}`),
			func(t *testing.T, c *kube.Client) {
				require.True(t, kube.Denied(c.Permit(t.Context(), permission.DeletePods())))
			},
		},
		{
			"why a pod is missing", http.MethodGet, kubetest.EventsPath, nil,
			func(t *testing.T, c *kube.Client) {
				s, _, err := c.Load(t.Context(), "web")
				require.NoError(t, err)
				require.Equal(t, map[string]sts.FailedCreate{"web-4": {Message: "exceeded quota"}}, s.FailedCreates)
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := kubetest.Loadable(t, ststest.Set(), ststest.Pods(0, 4))
				if test.answer != nil {
					server.On(test.method, test.path, test.answer)
				}
				server.On(test.method, test.path, kubetest.After(2, kubetest.Busy, server.Answers[test.method+" "+test.path]))

				test.ask(t, server.Client())

				server.CloseClientConnections()
			})
		})
	}
}

func TestBudgetsAreTriedAgainAndThenAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := kubetest.NewServer(t)
		defer server.Close()
		server.On(http.MethodGet, kubetest.BudgetsPath, kubetest.Busy)

		_, err := server.Client().Budgets(t.Context(), ststest.Snapshot(ststest.Set()))

		require.EqualError(t, err, "list poddisruptionbudgets.policy: apiserver is starting")
		require.Greater(t, len(server.Requests()), 3)
	})
}
