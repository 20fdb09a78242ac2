package kube

import (
	"context"
	"net"
	"net/http"

	"k8s.io/client-go/rest"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube/forward"
)

// DialPod connects to a port of a pod through the API server: nothing else need be
// reachable, and the port may listen on the pod's loopback address alone.
func (c *Client) DialPod(ctx context.Context, pod string, port int) (net.Conn, error) {
	return forward.Dial(ctx, c.conn, pod, port)
}

// ServiceProxy is the way to a service through the API server, by its name there, such
// as "prometheus:9090": an address, and what sends requests to it as the user who this
// client is.
func (c *Client) ServiceProxy(namespace, name string) (string, http.RoundTripper, error) {
	at := c.conn.Core.Get().Namespace(namespace).Resource("services").Name(name).SubResource("proxy").URL()
	transport, err := rest.TransportFor(c.conn.Config)
	return at.String(), transport, err
}
