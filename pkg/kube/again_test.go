package kube_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// after answers so often with something else first.
func after(times int, first, then http.HandlerFunc) http.HandlerFunc {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		left := times
		times--
		mu.Unlock()
		if left > 0 {
			first(w, r)
			return
		}
		then(w, r)
	}
}

var busy = failure(http.StatusServiceUnavailable, "apiserver is starting")

// silent never answers.
func silent(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// stalled begins to answer and then says no more.
func stalled(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"kind":`)
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

// drop ends the connection without an answer.
func drop(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func TestAReadIsTriedAgainForAWhile(t *testing.T) {
	for name, trouble := range map[string]http.HandlerFunc{"a 503": busy, "an answer that breaks off": cut} {
		for _, path := range []string{setPath, podsPath, revisionsPath} {
			t.Run(name+" "+path, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					server := loadable(t, ststest.Set(), ststest.Pods(0, 5))
					server.on(http.MethodGet, path, after(2, trouble, server.answers[http.MethodGet+" "+path]))

					s, _, err := server.client().Load(t.Context(), "web")

					require.NoError(t, err)
					require.Len(t, s.Pods, 5)
					server.CloseClientConnections()
				})
			})
		}
	}
}

// afterwards answers all pages but the first so often with something else first.
func afterwards(times int, first, then http.HandlerFunc) http.HandlerFunc {
	later := after(times, first, then)
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("continue") == "" {
			then(w, r)
			return
		}
		later(w, r)
	}
}

func TestEveryPageIsTriedAgainForAWhile(t *testing.T) {
	all := []string{allClaimsPath, allSetsPath, allPodsPath, allScalersPath}
	tests := []struct {
		name  string
		read  func(*testing.T, *kube.Client) (any, error)
		paths []string // of its lists
	}{
		{"claims in turn", func(t *testing.T, c *kube.Client) (any, error) { return told(t, c.ClaimsInTurn) }, all},
		{"claims at once", func(t *testing.T, c *kube.Client) (any, error) { return told(t, c.ClaimsAtOnce) }, all},
		{
			"sets and pods", func(t *testing.T, c *kube.Client) (any, error) { return c.List(t.Context(), kube.Query{}) },
			[]string{allSetsPath, allPodsPath},
		},
	}
	for _, test := range tests {
		for _, path := range test.paths {
			t.Run(test.name+" "+path, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					server := estateServer(t, small(), 1, 1, 1, 1)
					server.on(http.MethodGet, allEventsPath, list[*corev1.Event]())
					want, err := test.read(t, server.client().Everywhere())
					require.NoError(t, err)
					asked := len(server.requests())
					server.on(http.MethodGet, path, afterwards(2, busy, server.answers[http.MethodGet+" "+path]))

					got, err := test.read(t, server.client().Everywhere())

					require.NoError(t, err)
					require.Equal(t, want, got)
					require.Len(t, server.requests(), asked+2, "nothing else is read twice")
					server.CloseClientConnections()
				})
			})
		}
	}
}

func TestAServerThatComesBackIsWaitedForAndThatIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := loadable(t, ststest.Set(), ststest.Pods(0, 5))
		server.network.down.Store(true)
		time.AfterFunc(5*time.Second, func() { server.network.down.Store(false) })
		client := server.client()
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
	for name, answer := range map[string]http.HandlerFunc{"says nothing": silent, "stops in the middle": stalled} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := loadable(t, ststest.Set(), nil)
				server.on(http.MethodGet, setPath, answer)
				began := time.Now()

				_, _, err := server.client().Load(t.Context(), "web")

				require.EqualError(t, err, "cannot reach the API server at http://apiserver: no answer within 20s")
				require.NotErrorIs(t, err, context.DeadlineExceeded, "that is what --timeout is")
				require.Less(t, time.Since(began), 30*time.Second)
				server.CloseClientConnections()
			})
		})
	}
}

// impatient is a client with --request-timeout.
func impatient(t *testing.T, s *server, timeout time.Duration) *kube.Client {
	t.Helper()
	c, err := kube.New(&rest.Config{Host: s.URL, Dial: s.network.dial, Timeout: timeout}, "default", func(string) {})
	require.NoError(t, err)
	return c
}

func TestTheRequestTimeoutIsForOneTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := loadable(t, ststest.Set(), ststest.Pods(0, 5))
		server.on(http.MethodGet, setPath, after(2, silent, server.answers[http.MethodGet+" "+setPath]))

		_, _, err := impatient(t, server, time.Second).Load(t.Context(), "web")

		require.NoError(t, err)
		server.CloseClientConnections()
	})
}

func TestTheRequestTimeoutIsNotTheUsersTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := loadable(t, ststest.Set(), nil)
		server.on(http.MethodGet, setPath, silent)

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
	for name, trouble := range map[string]http.HandlerFunc{"no answer": silent, "a 503": busy} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := loadable(t, ststest.Set(), nil)
				server.on(http.MethodGet, setPath, trouble)
				ctx, cancel := context.WithTimeoutCause(t.Context(), 3*time.Second, engine.ErrTimedOut)
				defer cancel()

				_, _, err := server.client().Load(ctx, "web")

				require.ErrorIs(t, err, engine.ErrTimedOut)
				server.CloseClientConnections()
			})
		})
	}
}

func TestAWatchOutlivesTheTimeoutOfARequest(t *testing.T) {
	watching(t, asIs, func(_ *testing.T, w *watched) {
		w.next()
		time.Sleep(10 * time.Minute)
		w.quiet()
	})
}

// A connection that is dropped is client-go's own business where something is
// read: it asks again by itself. Here it does not.
func TestARehearsalIsTriedAgain(t *testing.T) {
	for name, trouble := range map[string]http.HandlerFunc{
		"a 503": busy, "an answer that breaks off": cut, "a connection that is dropped": drop,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := newServer(t)
				defer server.Close()
				server.on(http.MethodPatch, setPath, after(2, trouble, object(ststest.Set())))
				client := server.client()

				_, err := client.DryRun(t.Context(), plan.Partition(4), ststest.Snapshot(ststest.Set()))
				require.NoError(t, err)
				require.Len(t, server.requests(), 3)
				server.on(http.MethodPatch, setPath, after(2, trouble, object(ststest.Set())))
				_, _, err = client.Preview(t.Context(), sts.Template(`{}`), ststest.Snapshot(ststest.Set()))
				require.NoError(t, err)
				require.Len(t, server.requests(), 3)
				server.CloseClientConnections()
			})
		})
	}
}

func TestAWriteIsNotTriedAgainByItself(t *testing.T) {
	server := newServer(t)
	t.Cleanup(server.Close)
	server.on(http.MethodPatch, setPath, busy)

	_, err := server.client().Apply(t.Context(), plan.Partition(4), ststest.Snapshot(ststest.Set()))

	require.ErrorIs(t, err, engine.ErrLost)
	require.Len(t, server.requests(), 1, "the engine looks before it writes again")
}

func TestOtherQuestionsAreTriedAgainToo(t *testing.T) {
	tests := []struct {
		name         string
		method, path string
		answer       http.HandlerFunc
		ask          func(*testing.T, *kube.Client)
	}{
		{
			"autoscalers", http.MethodGet, scalersPath, list(scaler("load", "StatefulSet", "apps/v1")),
			func(t *testing.T, c *kube.Client) {
				names, err := c.Autoscalers(t.Context(), "web")
				require.NoError(t, err)
				require.Equal(t, []string{"load"}, names)
			},
		},
		{
			"permissions", http.MethodPost, reviewsPath, reviewed(`{"allowed":false}`),
			func(t *testing.T, c *kube.Client) {
				require.True(t, kube.Denied(c.Permit(t.Context(), plan.DeletePods())))
			},
		},
		{
			"why a pod is missing", http.MethodGet, eventsPath, nil,
			func(t *testing.T, c *kube.Client) {
				s, _, err := c.Load(t.Context(), "web")
				require.NoError(t, err)
				require.Equal(t, map[string]sts.FailedCreate{"web-4": {Message: "exceeded quota"}}, s.FailedCreates)
			},
		},
		{
			"the set of a claim that is to be deleted", http.MethodGet, setPath, nil,
			func(t *testing.T, c *kube.Client) {
				_, err := c.Apply(t.Context(), plan.DeleteClaim{Name: "data-web-4", UID: "claim-uid"}, seenClaim())
				require.NoError(t, err)
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := loadable(t, ststest.Set(), ststest.Pods(0, 4))
				server.on(http.MethodDelete, claimPath, object(&metav1.Status{Status: metav1.StatusSuccess}))
				if test.answer != nil {
					server.on(test.method, test.path, test.answer)
				}
				server.on(test.method, test.path, after(2, busy, server.answers[test.method+" "+test.path]))

				test.ask(t, server.client())

				server.CloseClientConnections()
			})
		})
	}
}

func TestBudgetsAreTriedAgainAndThenAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newServer(t)
		defer server.Close()
		server.on(http.MethodGet, budgetsPath, busy)

		_, err := server.client().Budgets(t.Context(), ststest.Snapshot(ststest.Set()))

		require.EqualError(t, err, "list poddisruptionbudgets.policy: apiserver is starting")
		require.Greater(t, len(server.requests()), 3)
	})
}
