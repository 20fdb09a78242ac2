package kube

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

// operation is one operation of a JSON patch (RFC 6902).
type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value"` // for a test, nil stands for absent
}

// patchFor is the JSON patch that makes an edit, on condition that the set is
// still the one that was seen. resourceVersion would not do: it moves with
// every status update. The uid tells the set from one made anew under its
// name, the generation moves with the spec, and annotations, which move
// neither, are pinned one by one.
func patchFor(e plan.Edit, seen *appsv1.StatefulSet) ([]byte, error) {
	ops := []operation{
		{"test", "/metadata/uid", seen.UID},
		{"test", "/metadata/generation", seen.Generation},
	}
	ops = append(ops, recordOps(e.Annotations, seen)...)
	ops = append(ops, annotationOps(e.Annotations, seen)...)
	if e.Template != nil {
		ops = append(ops, operation{"replace", "/spec/template", e.Template})
	}
	if e.Partition != nil {
		ops = append(ops, partitionOp(*e.Partition, seen))
	}
	if e.Replicas != nil {
		ops = append(ops, operation{"add", "/spec/replicas", *e.Replicas})
	}
	if e.Retention != nil {
		ops = append(ops, operation{"add", "/spec/persistentVolumeClaimRetentionPolicy/whenScaled", *e.Retention})
	}
	return json.Marshal(ops)
}

// ours is how the plugin's own annotations begin.
const ours = "kubectl-sts.github.io/"

// recordOps pin the plugin's own annotations that the edit leaves alone: when
// another run has changed its record, this one no longer knows what it does.
func recordOps(edits map[string]*string, seen *appsv1.StatefulSet) []operation {
	var ops []operation
	for _, key := range slices.Sorted(maps.Keys(seen.Annotations)) {
		if _, edited := edits[key]; !edited && strings.HasPrefix(key, ours) {
			ops = append(ops, operation{"test", "/metadata/annotations/" + pointer.Replace(key), seen.Annotations[key]})
		}
	}
	return ops
}

func partitionOp(n int, seen *appsv1.StatefulSet) operation {
	if seen.Spec.UpdateStrategy.RollingUpdate == nil {
		return operation{"add", "/spec/updateStrategy/rollingUpdate", map[string]int{"partition": n}}
	}
	return operation{"add", "/spec/updateStrategy/rollingUpdate/partition", n}
}

func annotationOps(edits map[string]*string, seen *appsv1.StatefulSet) []operation {
	if len(edits) == 0 {
		return nil
	}
	var ops []operation
	if len(seen.Annotations) == 0 { // the server leaves out an empty map
		ops = append(ops,
			operation{"test", "/metadata/annotations", nil},
			operation{"add", "/metadata/annotations", map[string]string{}})
	}
	for _, key := range slices.Sorted(maps.Keys(edits)) {
		path := "/metadata/annotations/" + pointer.Replace(key)
		have, ok := seen.Annotations[key]
		switch {
		case ok:
			ops = append(ops, operation{"test", path, have})
		case len(seen.Annotations) > 0:
			ops = append(ops, operation{"test", path, nil})
		}
		switch want := edits[key]; {
		case want != nil:
			ops = append(ops, operation{"add", path, *want})
		case ok:
			ops = append(ops, operation{Op: "remove", Path: path})
		}
	}
	return ops
}

// pointer escapes a key for a JSON pointer (RFC 6901).
var pointer = strings.NewReplacer("~", "~0", "/", "~1")

// rejected is all that the API server says about a JSON patch that it could
// not apply; which operation it was stays in its log.
const rejected = "the server rejected our request due to an error in our request"

// testFailed reports whether a JSON patch came back because one of its tests
// did not hold: they come first, and what follows fits the object that they
// pin. The API server answers 422 and, unlike for an invalid object, names no
// kind. Should it ever tell more, the patch library's words are among the
// causes.
func testFailed(err error) bool {
	var status apierrors.APIStatus
	if !errors.As(err, &status) || status.Status().Code != http.StatusUnprocessableEntity {
		return false
	}
	details := status.Status().Details
	if details == nil || details.Kind == "" && len(details.Causes) == 0 {
		return status.Status().Message == rejected
	}
	return details.Kind == "" && slices.ContainsFunc(details.Causes, func(cause metav1.StatusCause) bool {
		return strings.HasPrefix(cause.Message, "testing value") || strings.HasPrefix(cause.Message, "test operation")
	})
}
