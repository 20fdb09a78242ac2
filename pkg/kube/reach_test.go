package kube_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/streaming/pkg/httpstream"
	"k8s.io/streaming/pkg/httpstream/spdy"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube/kubetest"
)

// forwarding is an API server that forwards port 8080 of web-4 and no other. What is
// behind it answers a line with a line.
type forwarding struct {
	webSockets bool

	mu    sync.Mutex
	asked []string
	pairs map[string]map[string]httpstream.Stream
}

func (f *forwarding) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.asked = append(f.asked, r.Method+" "+r.URL.Path)
	f.mu.Unlock()
	if r.Method == http.MethodGet {
		if !f.webSockets {
			kubetest.Failure(http.StatusBadRequest, "no WebSockets here")(w, r)
			return
		}
		upgrader := websocket.Upgrader{Subprotocols: []string{"SPDY/3.1+" + portforward.PortForwardProtocolV1Name}}
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		streams, err := spdy.NewServerConnection(portforward.NewTunnelingConnection("server", conn), f.stream)
		if err == nil {
			<-streams.CloseChan()
		}
		return
	}
	if _, err := httpstream.Handshake(r, w, []string{portforward.PortForwardProtocolV1Name}); err != nil {
		return
	}
	if streams := spdy.NewResponseUpgrader().UpgradeResponse(w, r, f.stream); streams != nil {
		<-streams.CloseChan()
	}
}

// stream takes one of the two streams that a connection to a port has.
func (f *forwarding) stream(stream httpstream.Stream, replied <-chan struct{}) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	headers := stream.Headers()
	id := headers.Get(corev1.PortForwardRequestIDHeader)
	if f.pairs == nil {
		f.pairs = map[string]map[string]httpstream.Stream{}
	}
	if f.pairs[id] == nil {
		f.pairs[id] = map[string]httpstream.Stream{}
	}
	f.pairs[id][headers.Get(corev1.StreamType)] = stream
	if pair := f.pairs[id]; len(pair) == 2 {
		delete(f.pairs, id)
		go func() {
			<-replied
			answer(headers.Get(corev1.PortHeader), pair[corev1.StreamTypeData], pair[corev1.StreamTypeError])
		}()
	}
	return nil
}

func answer(port string, data, errs httpstream.Stream) {
	defer func() { _, _ = data.Close(), errs.Close() }()
	if port != "8080" {
		_, _ = io.WriteString(errs, "an error occurred forwarding 8080 -> "+port+": connection refused\n")
		return
	}
	line, err := bufio.NewReader(data).ReadString('\n')
	if err == nil {
		_, _ = fmt.Fprintf(data, "answer to %s", line)
	}
}

// dialing is how a transport gets to a port of web-4.
func dialing(client *kube.Client, port int) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, _, _ string) (net.Conn, error) { return client.DialPod(ctx, "web-4", port) }
}

// forwarder is a client of such a server.
func forwarder(t *testing.T, handler http.Handler) *kube.Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	client, err := kube.New(&rest.Config{Host: server.URL}, "default", func(string) {})
	require.NoError(t, err)
	return client
}

func TestDialPod(t *testing.T) {
	const path = " " + kubetest.PodsPath + "/web-4/portforward"
	for name, test := range map[string]struct {
		webSockets bool
		asked      []string
	}{
		"by WebSocket":             {true, []string{"GET" + path}},
		"by SPDY where it must be": {false, []string{"GET" + path, "POST" + path}},
	} {
		t.Run(name, func(t *testing.T) {
			server := forwarding{webSockets: test.webSockets}
			conn, err := forwarder(t, &server).DialPod(t.Context(), "web-4", 8080)
			require.NoError(t, err)
			_, err = io.WriteString(conn, "a question\n")
			require.NoError(t, err)
			said, err := io.ReadAll(conn)
			require.NoError(t, err)
			require.Equal(t, "answer to a question\n", string(said))
			require.NoError(t, conn.Close())
			require.NoError(t, conn.Close(), "it is closed already")
			require.Equal(t, test.asked, server.asked)
			require.Equal(t, "web-4:8080", conn.RemoteAddr().String())
		})
	}
}

func TestDialPodTellsWhyAPortIsNotReached(t *testing.T) {
	conn, err := forwarder(t, &forwarding{webSockets: true}).DialPod(t.Context(), "web-4", 81)
	require.NoError(t, err, "only the connection itself tells")
	defer conn.Close() //nolint:errcheck // it was only read
	_, err = io.ReadAll(conn)
	require.EqualError(t, err, "an error occurred forwarding 8080 -> 81: connection refused")
}

// A request over a connection is cut with its context, which no deadline is needed for.
func TestHTTPOverAPort(t *testing.T) {
	client := forwarder(t, &forwarding{webSockets: true})
	transport := &http.Transport{DisableKeepAlives: true}
	ask := func(port int) error {
		transport.DialContext = dialing(client, port)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://web-4/", http.NoBody)
		require.NoError(t, err)
		answer, err := transport.RoundTrip(req)
		if err == nil {
			_ = answer.Body.Close()
		}
		return err
	}
	require.ErrorContains(t, ask(81), "connection refused")
	require.ErrorContains(t, ask(8080), "malformed HTTP", "it is no server of HTTP")
}

func TestDialPodThatIsNotAllowed(t *testing.T) {
	for says, want := range map[string]string{
		`pods "web-4" is forbidden: User "jo" cannot create resource "pods/portforward" in API group ""`: `forbidden: user "jo" cannot create pods/portforward in namespace "default"`, //nolint:lll // one text
		`pods "web-4" is forbidden: User "jo" cannot get resource "pods/portforward" in API group ""`:    `forbidden: user "jo" cannot get pods/portforward in namespace "default"`,    //nolint:lll // one text
	} {
		_, err := forwarder(t, kubetest.Failure(http.StatusForbidden, says)).DialPod(t.Context(), "web-4", 8080)
		require.EqualError(t, err, want)
		require.True(t, kube.Denied(err))
	}
}

// An API server that says nothing keeps no connection beyond the context's deadline,
// or this server would not close.
func TestDialPodEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err := forwarder(t, http.HandlerFunc(kubetest.Silent)).DialPod(ctx, "web-4", 8080)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestServiceProxy(t *testing.T) {
	client := forwarder(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Method+" "+r.URL.String())
	}))
	for name, want := range map[string]string{
		"prometheus:9090":       "GET /api/v1/namespaces/monitoring/services/prometheus:9090/proxy/api/v1/query?query=up",
		"https:prometheus:9090": "GET /api/v1/namespaces/monitoring/services/https:prometheus:9090/proxy/api/v1/query?query=up",
	} {
		at, by, err := client.ServiceProxy("monitoring", name)
		require.NoError(t, err)
		req, err := http.NewRequestWithContext(
			t.Context(),
			http.MethodGet,
			strings.TrimRight(at, "/")+"/api/v1/query?query=up",
			http.NoBody,
		)
		require.NoError(t, err)
		answer, err := by.RoundTrip(req)
		require.NoError(t, err)
		text, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, want, string(text))
	}
}
