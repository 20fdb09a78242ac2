// Package pvc reads and writes claims and their volumes: the claims of a set, those
// of a namespace or of all together with what can want them, their deletion, their
// records, and their way back.
package pvc

import "github.com/kubectl-sts/kubectl-sts/pkg/kube/transport"

// Claims reads and writes the claims of one namespace, or of all.
type Claims struct{ conn *transport.Conn }

// New reads and writes by this connection.
func New(conn *transport.Conn) Claims { return Claims{conn} }
