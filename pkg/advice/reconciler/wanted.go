package reconciler

import (
	"encoding/json"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
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

// Left are the images of a set as an earlier run has written them. Of a run that is over
// nothing else is known: every manifest has the images of its containers, and whether it
// has any other field that the plugin has taken over, the set does not tell any more.
func Left(s sts.Snapshot) []Write {
	var template struct {
		Spec map[string]json.RawMessage `json:"spec"`
	}
	paths := s.Set.Kind.Paths(workload.FieldTemplate)
	if len(paths) == 0 || json.Unmarshal(current(s), &template) != nil {
		return nil
	}
	var out []Write
	for _, list := range []string{"initContainers", "containers"} {
		var containers []struct {
			Name  string `json:"name"`
			Image string `json:"image"`
		}
		if json.Unmarshal(template.Spec[list], &containers) != nil {
			continue
		}
		for _, c := range containers {
			path := field.Names(paths[0]...).Then("spec").Then(list).Item(map[string]any{"name": c.Name}).Then("image")
			out = append(out, Write{
				Field: workload.FieldTemplate, Path: path, Before: c.Image, After: c.Image, Ends: c.Image, Stays: true, Earlier: true,
			})
		}
	}
	return out
}
