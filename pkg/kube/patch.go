package kube

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube/jsonpatch"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

// patchFor is the JSON patch that makes an edit, on condition that the set is
// still the one that was seen. resourceVersion would not do: it moves with
// every status update. The uid tells the set from one made anew under its
// name, the generation moves with the spec, and annotations, which move
// neither, are pinned one by one.
func patchFor(e plan.Edit, seen *appsv1.StatefulSet) ([]byte, error) {
	ops := []jsonpatch.Operation{
		jsonpatch.Test("/metadata/uid", seen.UID),
		jsonpatch.Test("/metadata/generation", seen.Generation),
	}
	ops = append(ops, recordOps(e.Annotations, seen)...)
	ops = append(ops, annotationOps(e.Annotations, seen)...)
	if e.Template != nil {
		ops = append(ops, jsonpatch.Replace("/spec/template", e.Template))
	}
	if e.Partition != nil {
		ops = append(ops, partitionOp(*e.Partition, seen))
	}
	if e.Replicas != nil {
		ops = append(ops, jsonpatch.Add("/spec/replicas", *e.Replicas))
	}
	if e.Retention != nil {
		ops = append(ops, jsonpatch.Add("/spec/persistentVolumeClaimRetentionPolicy/whenScaled", *e.Retention))
	}
	return json.Marshal(ops)
}

// ours is how the plugin's own annotations begin.
const ours = "kubectl-sts.github.io/"

// recordOps pin the plugin's own annotations that the edit leaves alone: when
// another run has changed its record, this one no longer knows what it does.
func recordOps(edits map[string]*string, seen *appsv1.StatefulSet) []jsonpatch.Operation {
	var ops []jsonpatch.Operation
	for _, key := range slices.Sorted(maps.Keys(seen.Annotations)) {
		if _, edited := edits[key]; !edited && strings.HasPrefix(key, ours) {
			ops = append(ops, jsonpatch.Test(jsonpatch.Annotation(key), seen.Annotations[key]))
		}
	}
	return ops
}

func partitionOp(n int, seen *appsv1.StatefulSet) jsonpatch.Operation {
	if seen.Spec.UpdateStrategy.RollingUpdate == nil {
		return jsonpatch.Add("/spec/updateStrategy/rollingUpdate", map[string]int{"partition": n})
	}
	return jsonpatch.Add("/spec/updateStrategy/rollingUpdate/partition", n)
}

func annotationOps(edits map[string]*string, seen *appsv1.StatefulSet) []jsonpatch.Operation {
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
