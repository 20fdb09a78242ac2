// Package savedset writes a StatefulSet down in a ConfigMap, deletes it without its pods
// and creates it again.
package savedset

import (
	"k8s.io/client-go/rest"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"
)

// Store writes the sets of one namespace down, and creates them again.
type Store struct{ conn *transport.Conn }

// Of is for the namespace of a connection.
func Of(conn *transport.Conn) Store { return Store{conn} }

// What the API server calls them, in errors.
const (
	sets    = "statefulsets.apps"
	configs = "configmaps"
)

// dry makes a rehearsal of a request.
func dry(request *rest.Request, values []string) *rest.Request {
	for _, value := range values {
		request = request.Param("dryRun", value)
	}
	return request
}
