package kube

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube/jsonpatch"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/annotation"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// patchFor is the JSON patch that makes an edit, on condition that the set is
// still the one that was seen. resourceVersion would not do: it moves with
// every status update. The uid tells the set from one recreated under its
// name, the generation moves with the spec, and annotations, which move
// neither, are pinned one by one.
func patchFor(e plan.Edit, seen *workload.Set) ([]byte, error) {
	ops := []jsonpatch.Operation{
		jsonpatch.Test("/metadata/uid", seen.UID),
		jsonpatch.Test("/metadata/generation", seen.Generation),
	}
	ops = append(ops, recordOps(e.Annotations, seen)...)
	ops = append(ops, annotationOps(e.Annotations, seen)...)
	for _, w := range e.Writes(seen) {
		to := jsonpatch.Pointer(w.Path...)
		if _, isTemplate := w.Value.(podtemplate.Template); isTemplate { // which no set lacks
			ops = append(ops, jsonpatch.Replace(to, w.Value))
			continue
		}
		ops = append(ops, jsonpatch.Add(to, w.Value))
	}
	return json.Marshal(ops)
}

// recordOps pin the plugin's own annotations that the edit leaves alone: when
// another run has changed its record, this one no longer knows what it does.
func recordOps(edits map[string]*string, seen *workload.Set) []jsonpatch.Operation {
	var ops []jsonpatch.Operation
	for _, key := range slices.Sorted(maps.Keys(seen.Annotations)) {
		if _, edited := edits[key]; !edited && strings.HasPrefix(key, annotation.Prefix) {
			ops = append(ops, jsonpatch.Test(jsonpatch.Annotation(key), seen.Annotations[key]))
		}
	}
	return ops
}

func annotationOps(edits map[string]*string, seen *workload.Set) []jsonpatch.Operation {
	if len(edits) == 0 {
		return nil
	}
	var ops []jsonpatch.Operation
	if len(seen.Annotations) == 0 { // the server leaves out an empty map
		ops = append(ops,
			jsonpatch.Test("/metadata/annotations", nil),
			jsonpatch.Add("/metadata/annotations", map[string]string{}))
	}
	for _, key := range slices.Sorted(maps.Keys(edits)) {
		path := jsonpatch.Annotation(key)
		have, ok := seen.Annotations[key]
		switch {
		case ok:
			ops = append(ops, jsonpatch.Test(path, have))
		case len(seen.Annotations) > 0:
			ops = append(ops, jsonpatch.Test(path, nil))
		}
		switch want := edits[key]; {
		case want != nil:
			ops = append(ops, jsonpatch.Add(path, *want))
		case ok:
			ops = append(ops, jsonpatch.Remove(path))
		}
	}
	return ops
}
