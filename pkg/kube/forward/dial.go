// Package forward connects to ports of pods through the API server.
package forward

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/transport/spdy"
	"k8s.io/streaming/pkg/httpstream"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
)

// Dial connects to a port of a pod, as kubectl port-forward does, but without a port on
// this machine. Each connection is one of its own to the API server.
func Dial(ctx context.Context, c *transport.Conn, pod string, port int) (net.Conn, error) {
	ctx, stop := context.WithTimeoutCause(ctx, connectWithin, errNotConnected)
	defer stop()
	at := c.Core.Post().Namespace(c.Namespace).Resource("pods").Name(pod).SubResource("portforward").URL()
	by, err := dialer(ctx, c.Config, at)
	if err != nil {
		return nil, err
	}
	type dialed struct {
		conn *forwarded
		err  error
	}
	done := make(chan dialed, 1)
	go func() {
		conn, err := open(by, pod, port)
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
		return nil, worded(c, d.err)
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
	ctx  context.Context // of the one who wants it
	next http.RoundTripper
}

// RoundTrip sends one.
func (w within) RoundTrip(req *http.Request) (*http.Response, error) {
	return w.next.RoundTrip(req.WithContext(w.ctx))
}

// dialer dials by WebSocket, and by SPDY where a server or a proxy before it does not
// take that.
func dialer(ctx context.Context, config *rest.Config, at *url.URL) (httpstream.Dialer, error) {
	config = rest.CopyConfig(config)
	config.Wrap(func(next http.RoundTripper) http.RoundTripper { return within{ctx, next} })
	by, upgrader, err := spdy.RoundTripperFor(config)
	if err != nil {
		return nil, err
	}
	plain := spdy.NewDialerForStreaming(upgrader, &http.Client{Transport: by}, http.MethodPost, at)
	tunnel, err := portforward.NewSPDYOverWebsocketDialerForStreamingWithLogger(logr.Discard(), at, config)
	if err != nil {
		return nil, err
	}
	return portforward.NewFallbackDialerForStreaming(tunnel, plain, func(err error) bool {
		return httpstream.IsUpgradeFailure(err) || httpstream.IsHTTPSProxyError(err)
	}), nil
}

// worded words what keeps a port from being forwarded. The server's words are all
// there is: the connection is not made then.
func worded(c *transport.Conn, err error) error {
	const resource = "pods/portforward"
	switch words := err.Error(); {
	case strings.Contains(words, `cannot get resource "`+resource+`"`):
		return c.Denied(err, "get", resource)
	case strings.Contains(words, `cannot create resource "`+resource+`"`), strings.HasSuffix(strings.TrimSpace(words), "is forbidden:"):
		return c.Denied(err, "create", resource)
	}
	return c.Explain(err, "create", resource, "")
}

// open makes a connection with the two streams that one connection to a port takes.
func open(dialer httpstream.Dialer, pod string, port int) (*forwarded, error) {
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
