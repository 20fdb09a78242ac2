package reconciler

import (
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/field"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// Sets reports whether the run brings a template, or another number of replicas.
func (f Facts) Sets() bool { return f.writes(workload.FieldTemplate, workload.FieldReplicas) }

// Wanted are the fields of the run that a manager has in its manifest, as far as the set
// tells: no other may be given to it. What somebody who applies on the server's side owns
// and does not have there, goes away with the next apply.
func (f Facts) Wanted(manager string) []field.Path {
	source := f.sourceOf(true, manager)
	var out []field.Path
	for _, w := range f.Writes {
		if wish, _ := source.wants(w); wish != wishNot {
			out = append(out, w.Path)
		}
	}
	return out
}
