package field_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/client-go/applyconfigurations"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/structured-merge-diff/v6/schema"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/field"
)

// walk goes through the types below one, as the API publishes them: each field with its name
// and what it is made of, but for those of what has an owner as a whole. A type is visited
// once for each name.
type walk struct {
	schema *schema.Schema
	seen   map[string]bool
	visit  func(name string, atom schema.Atom)
}

func (w walk) into(name string, ref schema.TypeRef) {
	atom, ok := w.schema.Resolve(ref)
	if !ok {
		return
	}
	if ref.NamedType != nil {
		key := name + " " + *ref.NamedType
		if w.seen[key] {
			return
		}
		w.seen[key] = true
	}
	w.visit(name, atom)
	switch {
	case atom.Map != nil && atom.Map.ElementRelationship != schema.Atomic:
		for _, f := range atom.Fields {
			w.into(f.Name, f.Type)
		}
	case atom.List != nil && atom.List.ElementRelationship != schema.Atomic:
		w.into("", atom.List.ElementType)
	}
}

// paths are the fields in which two versions of one field differ.
func paths(name string, before, after any) []string {
	var out []string
	for _, c := range field.Changes(field.Names(name), before, after) {
		out = append(out, c.Path.String())
	}
	return out
}

// The tables of lists with keys, and of what is owned as a whole, are those of the API: for
// each field of a set's spec a change is as small as the server says that it has an owner.
func TestFieldsAreAsSmallAsTheAPISaysThatTheyHaveOwners(t *testing.T) {
	set := &appsv1.StatefulSet{}
	set.SetGroupVersionKind(appsv1.SchemeGroupVersion.WithKind("StatefulSet"))
	typed, err := applyconfigurations.NewTypeConverter(scheme.Scheme).ObjectToTyped(set)
	require.NoError(t, err)

	maps, lists, wholes := 0, 0, 0
	walk{typed.Schema(), map[string]bool{}, func(name string, atom schema.Atom) {
		switch {
		case name == "":
		case atom.Map != nil && atom.Map.ElementRelationship == schema.Atomic:
			wholes++
			require.Equal(t, []string{name}, paths(name, map[string]any{"x": "1"}, map[string]any{"x": "2"}), "%s is atomic", name)
		case atom.Map != nil:
			maps++
			require.Equal(t, []string{name + ".x"}, paths(name, map[string]any{"x": "1"}, map[string]any{"x": "2"}), "%s is no atom", name)
		case atom.List != nil && atom.List.ElementRelationship == schema.Associative && len(atom.List.Keys) > 0:
			lists++
			key, was, is := map[string]any{}, map[string]any{"x": "1"}, map[string]any{"x": "2"}
			for _, k := range atom.List.Keys {
				key[k], was[k], is[k] = "k", "k", "k"
			}
			want := field.Names(name).Item(key).Then("x").String()
			require.Equal(t, []string{want}, paths(name, []any{was}, []any{is}), "%s has keys %v", name, atom.List.Keys)
		case atom.List != nil:
			wholes++
			item := func(x string) []any { return []any{map[string]any{"name": "a", "key": "a", "ip": "a", "x": x}} }
			require.Equal(t, []string{name}, paths(name, item("1"), item("2")), "%s has no keys", name)
		}
	}}.into("spec", specOf(t, typed.Schema(), typed.TypeRef()))
	require.Greater(t, lists, 10)
	require.Greater(t, maps, 30)
	require.Greater(t, wholes, 20)
}

// specOf is the type of an object's spec.
func specOf(t *testing.T, s *schema.Schema, object schema.TypeRef) schema.TypeRef {
	t.Helper()
	atom, ok := s.Resolve(object)
	require.True(t, ok)
	spec, ok := atom.FindField("spec")
	require.True(t, ok)
	return spec.Type
}
