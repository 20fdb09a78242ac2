package reconciler

import (
	"encoding/json"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan/writeback"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/field"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// lastApplied is what client-side apply keeps of a manifest.
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

// source is what a tool is known to want of the set, by what it has left there.
type source struct {
	facts            Facts
	applied, updated []field.Tree // what it owns by server-side apply, and by other writes
	// manifest is what it applied on the client's side, nil where it does not.
	manifest any
}

// sourceOf is that of the tool that writes under these names. Where it applies on the
// client's side, the manifest is in an annotation of the set.
func (f Facts) sourceOf(applies bool, managers ...string) source {
	s := source{facts: f}
	for i := range f.Set.ManagedFields {
		e := &f.Set.ManagedFields[i]
		if e.FieldsV1 == nil || e.Subresource != "" || !slices.Contains(managers, e.Manager) {
			continue
		}
		tree := field.ParseTree(e.FieldsV1.GetRawBytes())
		if e.Operation == metav1.ManagedFieldsOperationApply {
			s.applied, applies = append(s.applied, tree), false
		} else {
			s.updated = append(s.updated, tree)
		}
	}
	if applies {
		s.manifest, _ = field.Parse([]byte(f.Set.Annotations[lastApplied])) // nil for what is none
	}
	return s
}

// wish is whether a field is in a tool's source.
type wish int

const (
	wishNot wish = iota
	wishMaybe
	wishSure
)

// wants tells whether the tool puts another value into the field than the run, and which.
func (s source) wants(w Write) (wish, any) {
	if s.manifest != nil {
		value, ok := field.At(s.manifest, w.Path)
		if !ok || w.has(raw(value)) {
			return wishNot, nil
		}
		return wishSure, value
	}
	image := w.Path.Last() == "image"
	if len(s.applied)+len(s.updated) == 0 {
		if w.Before == nil || s.ours(w.Path) && !image {
			return wishNot, nil // nobody has it in a source
		}
		return wishMaybe, nil
	}
	own := owns(s.applied, w.Path) || owns(s.updated, w.Path)
	switch {
	case own && w.Earlier:
		return wishNot, nil // it has been put there since
	case own && !owns(s.applied, w.Path) && filledIn(w):
		return wishMaybe, w.Before
	case own:
		return wishSure, w.Before
	case image && s.ours(w.Path) && (owns(s.applied, w.Path.Parent()) || owns(s.updated, w.Path.Parent())):
		return wishMaybe, nil // no manifest has the container without it, so an earlier run took it over
	}
	return wishNot, nil
}

func owns(trees []field.Tree, path field.Path) bool {
	return slices.ContainsFunc(trees, func(t field.Tree) bool { return t.Owns(path) })
}

// filled are the fields that the API server fills in, by the values that it takes or, with
// nil, whatever that is. Whoever creates an object without server-side apply owns these
// too, and nobody can tell whether they are in the manifest.
var filled = map[string]any{
	"partition": 0, "whenScaled": "Retain", "replicas": 1,
	"imagePullPolicy": nil, "terminationMessagePath": nil, "terminationMessagePolicy": nil, "dnsPolicy": nil, "restartPolicy": nil,
	"schedulerName": nil, "terminationGracePeriodSeconds": nil, "defaultMode": nil, "protocol": nil, "scheme": nil,
	"failureThreshold": nil, "periodSeconds": nil, "successThreshold": nil, "timeoutSeconds": nil,
}

// filledIn reports whether the value that is written over may be the server's own.
func filledIn(w Write) bool {
	value, is := filled[w.Path.Last()]
	return is && (value == nil || string(raw(value)) == string(raw(w.Before)))
}

// ours reports whether the plugin owns the field.
func (s source) ours(path field.Path) bool {
	for i := range s.facts.Set.ManagedFields {
		e := &s.facts.Set.ManagedFields[i]
		if e.FieldsV1 != nil && e.Subresource == "" && s.facts.own(e.Manager) && field.ParseTree(e.FieldsV1.GetRawBytes()).Owns(path) {
			return true
		}
	}
	return false
}

// fill adds the fields that the tool wants otherwise than the run, and returns whether
// there are any.
func (s source) fill(r *writeback.Reconciler) bool {
	for _, w := range s.facts.Writes {
		wish, back := s.wants(w)
		if wish == wishNot {
			continue
		}
		r.Fields = append(r.Fields, writeback.Field{
			Field: w.Field, Path: w.Path.String(), Value: raw(w.After), Ends: raw(w.Ends), Back: raw(back), Earlier: w.Earlier,
			Maybe:  wish == wishMaybe,
			Commit: w.Stays && (wish == wishSure || w.Path.Last() == "image"),
		})
	}
	return len(r.Fields) > 0
}

// has reports whether the run is content with a value all the while: what it writes first
// is it, and what it writes last. A scale gets nearer with each step, so its last counts.
func (w Write) has(value json.RawMessage) bool {
	text := string(value)
	return text != "" && text == string(raw(w.Ends)) && (w.Field == workload.FieldReplicas || text == string(raw(w.After)))
}

// all are all fields that the run writes.
func (f Facts) all() []writeback.Field {
	var out []writeback.Field
	for _, w := range f.Writes {
		if !w.Earlier {
			out = append(out, writeback.Field{
				Field: w.Field, Path: w.Path.String(), Value: raw(w.After), Ends: raw(w.Ends), Back: raw(w.Before),
			})
		}
	}
	return out
}
