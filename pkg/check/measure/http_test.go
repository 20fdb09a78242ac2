package measure_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/check/measure"
)

// dialer connects to a server for each pod.
type dialer map[string]*httptest.Server

func (d dialer) DialPod(ctx context.Context, pod string, port int) (net.Conn, error) {
	server, ok := d[pod]
	if !ok || port != 8080 {
		return nil, fmt.Errorf("dial %s:%d: connection\x1b[31m refused", pod, port)
	}
	return (&net.Dialer{}).DialContext(ctx, "tcp", server.Listener.Addr().String())
}

// answering is a server with one answer for everything.
func answering(t *testing.T, status int, body string) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	return server
}

func TestHTTP(t *testing.T) {
	tests := []struct {
		name   string
		expect string
		status int
		body   string
		want   check.Reading
	}{
		{"pass", "", 200, "ok", check.Reading{Verdict: check.Pass, Message: "HTTP 200 OK"}},
		{"fail", "", 503, "no", check.Reading{Verdict: check.Fail, Message: "HTTP 503 Service Unavailable"}},
		{"a redirect is an answer", "", 302, "", check.Reading{Verdict: check.Fail, Message: "HTTP 302 Found"}},
		{"forbidden", "", 403, "", check.Reading{Verdict: check.Unknown, Message: "HTTP 403 Forbidden"}},
		{
			"green",
			"jsonpath={.status}==green",
			200,
			`{"status":"green"}`,
			check.Reading{Verdict: check.Pass, Message: "{.status} is green"},
		},
		{
			"red",
			"jsonpath={.status}==green",
			200,
			`{"status":"\u001b[31mred"}`,
			check.Reading{Verdict: check.Fail, Message: "{.status} is red"},
		},
		{"no JSON", "jsonpath={.status}==green", 200, `green`, check.Reading{Verdict: check.Unknown, Message: "the answer is no JSON"}},
		{
			"too long", "jsonpath={.status}==green", 200, `"` + strings.Repeat("x", 1<<20) + `"`,
			check.Reading{Verdict: check.Unknown, Message: "the answer is longer than 1048576 bytes"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := measure.Measurer{Dial: dialer{"web-4": answering(t, test.status, test.body)}}
			on := scope()
			on.Pods = on.Pods[1:]
			test.want.Pod = "web-4"
			got := m.Measure(t.Context(), one(check.Check{Kind: check.HTTP, URL: ":8080/ready", Expect: test.expect}), on)
			require.Equal(t, check.Measurement{Check: "it", At: noon, Reading: test.want, Readings: []check.Reading{test.want}}, got)
		})
	}
}

func TestEachPodIsAskedByItsName(t *testing.T) {
	asked := make(chan string, 2)
	secure := httptest.NewTLSServer(
		http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked <- r.Method + " " + r.Host + r.URL.String() }),
	)
	t.Cleanup(secure.Close)
	m := measure.Measurer{Dial: dialer{"web-3": secure}}
	got := m.Measure(t.Context(), one(check.Check{Kind: check.HTTP, URL: "https://:8080/ready?full=1"}), scope())
	lost := check.Reading{Pod: "web-4", Verdict: check.Unknown, Message: "dial web-4:8080: connection refused"}
	require.Equal(t, check.Measurement{
		Check: "it", At: noon, Reading: lost,
		Readings: []check.Reading{{Pod: "web-3", Verdict: check.Pass, Message: "HTTP 200 OK"}, lost},
	}, got)
	require.Equal(t, "GET web-3.web-peers.shop.svc:8080/ready?full=1", <-asked)

	on := scope()
	on.Service, on.Pods = "", on.Pods[:1]
	require.Equal(t, check.Pass, m.Measure(t.Context(), one(check.Check{Kind: check.HTTP, URL: "https://:8080"}), on).Verdict)
	require.Equal(t, "GET web-3:8080/", <-asked)
}

func TestAnAddressIsAskedDirectly(t *testing.T) {
	ask := func(url string) check.Reading {
		return (&measure.Measurer{}).Measure(t.Context(), one(check.Check{Kind: check.HTTP, URL: url}), scope()).Reading
	}
	require.Equal(t, check.Reading{Verdict: check.Pass, Message: "HTTP 200 OK"}, ask(answering(t, 200, "").URL))
	require.Equal(t, check.Reading{Verdict: check.Fail, Message: "HTTP 500 Internal Server Error"}, ask(answering(t, 500, "").URL))

	gone := answering(t, 200, "")
	gone.Close()
	at := strings.TrimPrefix(gone.URL, "http://")
	require.Equal(t, check.Reading{Verdict: check.Unknown, Message: "no connection to " + at + ": connection refused"}, ask(gone.URL))

	unsigned := httptest.NewUnstartedServer(http.NotFoundHandler())
	unsigned.Config.ErrorLog = log.New(io.Discard, "", 0) // that the handshake fails is what is wanted
	unsigned.StartTLS()
	t.Cleanup(unsigned.Close)
	got := ask(unsigned.URL)
	require.Equal(t, check.Unknown, got.Verdict)
	require.Contains(t, got.Message, "certificate")
}

// hanging never connects.
type hanging struct{}

func (hanging) DialPod(ctx context.Context, _ string, _ int) (net.Conn, error) {
	<-ctx.Done()
	return nil, errors.New("interrupted")
}
