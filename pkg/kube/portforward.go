package kube

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/transport/spdy"
	"k8s.io/streaming/pkg/httpstream"
)

// DialPod connects to a port of a pod through the API server, as kubectl port-forward
// does, but without a port on this machine: nothing but the API server need be
// reachable, and the port may listen on the pod's loopback address alone. Each
// connection is one of its own to the API server.
func (c *Client) DialPod(ctx context.Context, pod string, port int) (net.Conn, error) {
	ctx, stop := context.WithTimeoutCause(ctx, connectWithin, errNotConnected)
	defer stop()
	at := c.conn.Core.Post().Namespace(c.Namespace).Resource("pods").Name(pod).SubResource("portforward").URL()
	dialer, err := c.forwarder(ctx, at)
	if err != nil {
		return nil, err
	}
	type dialed struct {
		conn *forwarded
		err  error
	}
	done := make(chan dialed, 1)
	go func() {
		conn, err := forward(dialer, pod, port)
		done <- dialed{conn, err}
	}()
	select {
	case d := <-done:
		switch {
		case d.err == nil:
			return d.conn, nil
		case errors.Is(d.err, os.ErrDeadlineExceeded): // that of the context, which is over in this moment
			<-ctx.Done()
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, c.forwardError(d.err)
	case <-ctx.Done():
		// The dialers keep a deadline, and know nothing else of a context: what they
		// still come to is not wanted.
		go func() {
			if d := <-done; d.err == nil {
				_ = d.conn.Close()
			}
		}()
		return nil, context.Cause(ctx)
	}
}

// connectWithin is how long the API server may take to connect.
const connectWithin = 30 * time.Second

var errNotConnected = fmt.Errorf("the API server has not connected within %s", connectWithin)

// within gives requests the context of whoever wants them: the dialers make some with
// none.
type within struct {
	ctx  context.Context //nolint:containedctx // that is what it is for
	next http.RoundTripper
}

// RoundTrip sends one.
func (w within) RoundTrip(req *http.Request) (*http.Response, error) {
	return w.next.RoundTrip(req.WithContext(w.ctx))
}

// forwarder dials by WebSocket, and by SPDY where a server or a proxy before it does not
// take that.
func (c *Client) forwarder(ctx context.Context, at *url.URL) (httpstream.Dialer, error) {
	config := rest.CopyConfig(c.conn.Config)
	config.Wrap(func(next http.RoundTripper) http.RoundTripper { return within{ctx, next} })
	transport, upgrader, err := spdy.RoundTripperFor(config)
	if err != nil {
		return nil, err
	}
	plain := spdy.NewDialerForStreaming(upgrader, &http.Client{Transport: transport}, http.MethodPost, at)
	tunnel, err := portforward.NewSPDYOverWebsocketDialerForStreamingWithLogger(logr.Discard(), at, config)
	if err != nil {
		return nil, err
	}
	return portforward.NewFallbackDialerForStreaming(tunnel, plain, func(err error) bool {
		return httpstream.IsUpgradeFailure(err) || httpstream.IsHTTPSProxyError(err)
	}), nil
}

// forwardError words what keeps a port from being forwarded. The server's words are all
// there is: the connection is not made then.
func (c *Client) forwardError(err error) error {
	const resource = "pods/portforward"
	switch words := err.Error(); {
	case strings.Contains(words, `cannot get resource "`+resource+`"`):
		return c.conn.Denied(err, "get", resource)
	case strings.Contains(words, `cannot create resource "`+resource+`"`), strings.HasSuffix(strings.TrimSpace(words), "is forbidden:"):
		return c.conn.Denied(err, "create", resource)
	}
	return c.conn.Explain(err, "create", resource, "")
}

// forward makes a connection with the two streams that one connection to a port takes.
func forward(dialer httpstream.Dialer, pod string, port int) (*forwarded, error) {
	conn, protocol, err := dialer.Dial(portforward.PortForwardProtocolV1Name)
	if err != nil {
		return nil, err
	}
	f := &forwarded{conn: conn, pod: pod, port: port, closed: make(chan struct{}), refused: make(chan error, 1)}
	if protocol != portforward.PortForwardProtocolV1Name {
		_ = f.Close()
		return nil, fmt.Errorf("the server forwards ports by %q, which is not known here", protocol)
	}
	headers := http.Header{}
	headers.Set(corev1.StreamType, corev1.StreamTypeError)
	headers.Set(corev1.PortHeader, strconv.Itoa(port))
	headers.Set(corev1.PortForwardRequestIDHeader, "0")
	errs, err := conn.CreateStream(headers)
	if err == nil {
		_ = errs.Close() // nothing is written to it
		headers.Set(corev1.StreamType, corev1.StreamTypeData)
		f.data, err = conn.CreateStream(headers)
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	go f.listen(errs)
	return f, nil
}

// forwarded is one connection to a port of a pod.
type forwarded struct {
	conn    httpstream.Connection
	data    httpstream.Stream
	pod     string
	port    int
	once    sync.Once
	closed  chan struct{}
	refused chan error // what the node says, once it has ended: nil for nothing
}

// mostWords is how much the node may say about a port that it can't get to.
const mostWords = 4 << 10

func (f *forwarded) listen(errs io.Reader) {
	words, err := io.ReadAll(io.LimitReader(errs, mostWords))
	switch {
	case len(words) > 0:
		f.refused <- errors.New(strings.TrimSpace(string(words)))
	case err != nil:
		f.refused <- err
	default:
		f.refused <- nil
	}
}

// Read reads. Where the node can't get to the port, the connection just ends: why, the
// other stream tells, which may be a moment later.
func (f *forwarded) Read(into []byte) (int, error) {
	n, err := f.data.Read(into)
	if n > 0 || err == nil {
		return n, err
	}
	const moment = time.Second
	select {
	case why := <-f.refused:
		f.refused <- why // for the next
		if why != nil {
			return 0, why
		}
	case <-f.closed:
	case <-time.After(moment):
	}
	return 0, err
}

func (f *forwarded) Write(from []byte) (int, error) { return f.data.Write(from) }

// Close ends the connection to the API server as well.
func (f *forwarded) Close() error {
	var err error
	f.once.Do(func() {
		close(f.closed)
		if f.data != nil {
			_ = f.data.Reset()
		}
		err = f.conn.Close()
	})
	return err
}

// The addresses are names: there is no socket here.
func (f *forwarded) LocalAddr() net.Addr  { return address("API server") }
func (f *forwarded) RemoteAddr() net.Addr { return address(fmt.Sprintf("%s:%d", f.pod, f.port)) }

// Deadlines are not kept: whoever uses the connection closes it in time.
func (*forwarded) SetDeadline(time.Time) error      { return nil }
func (*forwarded) SetReadDeadline(time.Time) error  { return nil }
func (*forwarded) SetWriteDeadline(time.Time) error { return nil }

type address string

func (address) Network() string  { return "portforward" }
func (a address) String() string { return string(a) }
