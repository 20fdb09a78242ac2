package claims

import (
	"cmp"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// Namespace is the claims of one namespace, and what can want them.
type Namespace struct {
	Name   string
	Claims []storage.Claim
	World  World
}

// Add adds what another list, or another page of one, has of the namespace.
func (n *Namespace) Add(part Namespace) {
	n.Claims = append(n.Claims, part.Claims...)
	n.World.Add(part.World)
}

// Add adds what another list, or another page of one, has.
func (w *World) Add(part World) {
	w.Sets = append(w.Sets, part.Sets...)
	w.Scalers = append(w.Scalers, part.Scalers...)
	if w.Users == nil {
		w.Users, w.Second = part.Users, part.Second
		return
	}
	for claim, pod := range part.Users {
		w.Use(claim, pod)
	}
	for claim, pod := range part.Second {
		w.Use(claim, pod)
	}
}

// CompareNamespaces orders namespaces as a list of all of them does: by the
// keys NAMESPACE/NAME under which the API server keeps objects. So "team-a" is
// before "team", for "-" is before "/".
func CompareNamespaces(a, b string) int {
	n := min(len(a), len(b))
	if a[:n] != b[:n] || len(a) == len(b) {
		return strings.Compare(a[:n], b[:n])
	}
	if len(a) == n {
		return cmp.Compare('/', b[n])
	}
	return cmp.Compare(a[n], '/')
}
