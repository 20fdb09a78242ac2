package fieldmanager

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/field"
)

// Give makes fields that the plugin owns those of another manager: its entry has them
// afterwards, and the plugin's does not. from are the names under which the plugin writes
// besides its own. Not changed where nothing is to be given, or there is no such manager.
func Give(entries []metav1.ManagedFieldsEntry, from []string, to string, fields []field.Path) ([]metav1.ManagedFieldsEntry, bool) {
	receiver := receiver(entries, to)
	if receiver < 0 {
		return entries, false
	}
	out, changed := slices.Clone(entries), false
	emptied := map[int]bool{}
	theirs := tree(&out[receiver])
	for i := range out {
		ours := tree(&out[i])
		if i == receiver || ours == nil || !(Writer{Manager: out[i].Manager}).Own(from...) || out[i].Subresource != "" {
			continue
		}
		given := false
		for _, path := range fields {
			if ours.Owns(path) {
				ours.Remove(path)
				theirs.Add(path)
				given = true
			}
		}
		if given {
			changed = true
			out[i].FieldsV1 = metav1.NewFieldsV1(ours.Text())
			emptied[i] = ours.Text() == "{}"
		}
	}
	if !changed {
		return entries, false
	}
	out[receiver].FieldsV1 = metav1.NewFieldsV1(theirs.Text())
	var left []metav1.ManagedFieldsEntry
	for i := range out {
		if !emptied[i] {
			left = append(left, out[i])
		}
	}
	return left, true
}

// receiver is the entry of a manager that takes what it is given: what it applied on the
// server's side before what it wrote otherwise; -1 for none.
func receiver(entries []metav1.ManagedFieldsEntry, manager string) int {
	found := -1
	for i := range entries {
		e := &entries[i]
		if e.Manager != manager || e.Subresource != "" || tree(e) == nil {
			continue
		}
		if e.Operation == metav1.ManagedFieldsOperationApply {
			return i
		}
		if found < 0 {
			found = i
		}
	}
	return found
}

// tree is what an entry owns, nil where nobody knows.
func tree(e *metav1.ManagedFieldsEntry) field.Tree {
	if e.FieldsV1 == nil {
		return nil
	}
	return field.ParseTree(e.FieldsV1.GetRawBytes())
}
