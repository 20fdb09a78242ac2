// Package reconciler is the rules of the preflight: who writes back, field by field, what
// a run is about to write, when, and what stops them. It decides on what the set itself
// tells and on what was read of the objects that the set names. It is pure.
package reconciler

import (
	"encoding/json"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/field"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/fieldmanager"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// Facts are what the rules decide on.
type Facts struct {
	Set    *workload.Set
	Writes []Write
	// Scalers are the autoscalers that target the set, where somebody has looked.
	Scalers []claims.Autoscaler
	// Vertical is the VerticalPodAutoscaler that the set's pods name, "" for none.
	Vertical string
	// Managers are the names under which the plugin writes besides its own.
	Managers []string
	// Read is what became of the reads that [Reads] asks for; nil for none.
	Read map[Ref]Object
}

// Ref is an object that the set, or what belongs to it, names.
type Ref struct{ Group, Version, Resource, Namespace, Name string }

// Object is what was read: none where there is no such object, or no such kind.
type Object struct {
	Content map[string]any
	// Unread is why nobody knows, in words; empty where it is known.
	Unread string
}

// text is a field of an object, "" for none.
func (o Object) text(names ...string) string {
	value, _ := field.At(o.Content, field.Names(names...))
	text, _ := value.(string)
	return text
}

// is reports whether a field is true.
func (o Object) is(names ...string) bool {
	value, _ := field.At(o.Content, field.Names(names...))
	yes, _ := value.(bool)
	return yes
}

// there reports whether there is such an object.
func (o Object) there() bool { return o.Content != nil }

// writes reports whether the run writes one of these fields.
func (f Facts) writes(these ...workload.Field) bool {
	return slices.ContainsFunc(f.Writes, func(w Write) bool { return !w.Earlier && slices.Contains(these, w.Field) })
}

// replacesPods reports whether the run is about which pods are at which revision.
func (f Facts) replacesPods() bool { return f.writes(workload.FieldTemplate, workload.FieldPartition) }

// mark is the value of a label or, where there is no such label, of an annotation.
func (f Facts) mark(key string) string {
	if value := f.Set.Labels[key]; value != "" {
		return value
	}
	return f.Set.Annotations[key]
}

// wrote reports whether one of these managers owns anything of the object itself.
func (f Facts) wrote(managers ...string) bool {
	writers := fieldmanager.Managers(f.Set.ManagedFields)
	return slices.ContainsFunc(managers, func(m string) bool { return slices.Contains(writers, m) })
}

// own reports whether a manager is the plugin.
func (f Facts) own(manager string) bool {
	return fieldmanager.Writer{Manager: manager}.Own(f.Managers...)
}

// named is text from the cluster where an object's name is wanted, "" where it is none.
func named(text string) string {
	if len(validation.IsDNS1123Subdomain(text)) > 0 {
		return ""
	}
	return text
}

// raw is a value as a plan keeps it, nil for none.
func raw(value any) json.RawMessage {
	if value == nil {
		return nil
	}
	text, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	return text
}
