package fieldmanager

import (
	"encoding/json"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// Ours is the name under which the plugin's writes are recorded in
// managedFields, unless the user gives another. It must not begin with "kubectl":
// Flux takes over what such managers own whenever it reconciles, and drops what
// Git does not have, such as the partition of a canary that is held.
const Ours = "sts-rollout"

// formerManager is what it was before; objects keep such entries.
const formerManager = "kubectl-sts"

// Own reports whether a manager is the plugin under its own name, of now or of
// before.
func Own(manager string) bool { return manager == Ours || manager == formerManager }

// Writer is who wrote a field last, as managedFields tells.
type Writer struct {
	Manager string
	Time    time.Time
}

// lastWriter finds who wrote what is at one of these paths of JSON names last. There
// is none when nobody owns it or the fields were stripped. Replicas are often
// written through the scale subresource.
func lastWriter(fields []metav1.ManagedFieldsEntry, paths ...[]string) (Writer, bool) {
	var last Writer
	found := false
	for i := range fields {
		e := &fields[i]
		if e.Time == nil || e.FieldsV1 == nil || e.Subresource == "status" {
			continue
		}
		raw := e.FieldsV1.GetRawBytes()
		if !slices.ContainsFunc(paths, func(path []string) bool { return owns(raw, path) }) {
			continue
		}
		if !found || e.Time.After(last.Time) {
			last, found = Writer{Manager: e.Manager, Time: e.Time.Time}, true
		}
	}
	return last, found
}

// WriterOf finds who wrote this field of the set last.
func WriterOf(set *workload.Set, field workload.Field) (Writer, bool) {
	return lastWriter(set.ManagedFields, set.Kind.Paths(field)...)
}

// AnnotationWriter finds who wrote an annotation of the set last.
func AnnotationWriter(set *workload.Set, key string) (Writer, bool) {
	return lastWriter(set.ManagedFields, []string{"metadata", "annotations", key})
}

// Own reports whether it was the plugin that wrote, this run or another: under its
// own name, or one of those that the operation's note lists.
func (w Writer) Own(managers ...string) bool {
	return Own(w.Manager) || slices.Contains(managers, w.Manager)
}

// clockDoubt is how far the time that a run reads off the server's answers and
// the time of managedFields may be apart: each is in whole seconds.
const clockDoubt = 2 * time.Second

// WrittenByOthers finds who else than the plugin, which writes under these names
// besides its own, wrote this field of the set last, if that may have been after this
// time of a run's own clock.
func WrittenByOthers(set *workload.Set, field workload.Field, managers []string, since time.Time) (Writer, bool) {
	others := slices.DeleteFunc(slices.Clone(set.ManagedFields), func(e metav1.ManagedFieldsEntry) bool {
		return Writer{Manager: e.Manager}.Own(managers...)
	})
	w, found := lastWriter(others, set.Kind.Paths(field)...)
	return w, found && !w.Time.Before(since.Add(-clockDoubt))
}

// owns walks a fieldsV1 tree, whose keys for named fields are "f:name".
func owns(raw []byte, path []string) bool {
	for _, name := range path {
		var level map[string]json.RawMessage
		if json.Unmarshal(raw, &level) != nil {
			return false
		}
		next, ok := level["f:"+name]
		if !ok {
			return false
		}
		raw = next
	}
	return true
}

// Managers are the names of all that wrote the object itself.
func Managers(fields []metav1.ManagedFieldsEntry) []string {
	var names []string
	for i := range fields {
		if fields[i].Subresource == "" {
			names = append(names, fields[i].Manager)
		}
	}
	return names
}
