package kube

import (
	"net/http"

	"k8s.io/client-go/rest"
)

// ServiceProxy is the way to a port of a service through the API server: an address,
// and what sends requests to it as the user who this client is.
func (c *Client) ServiceProxy(namespace, service, port string, tls bool) (string, http.RoundTripper, error) {
	name := service + ":" + port
	if tls {
		name = "https:" + name
	}
	at := c.conn.Core.Get().Namespace(namespace).Resource("services").Name(name).SubResource("proxy").URL()
	transport, err := rest.TransportFor(c.conn.Config)
	return at.String(), transport, err
}
