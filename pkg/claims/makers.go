package claims

import (
	"maps"
	"slices"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// Makers are the names as which the controllers of a cluster write. It is the
// same name in all namespaces, so that the claims of one tell about those of
// another.
type Makers map[string]bool

// Learn adds the names that these claims tell.
func (m Makers) Learn(all []storage.Claim) {
	for i := range all {
		if all[i].ByController {
			m[all[i].MadeBy] = true
		}
	}
}

// Doubted are the makers of claims that are named like a set's, but that the
// judge does not know to be a controller. If one turns out to be, the claims
// are to be judged by a judge who knows.
func (j *Judge) Doubted() []string { return slices.Sorted(maps.Keys(j.siblings.doubted)) }
