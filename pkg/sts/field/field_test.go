package field_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
	"sigs.k8s.io/structured-merge-diff/v6/value"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/field"
)

func app() field.Path {
	return field.Names("spec", "template", "spec", "containers").Item(map[string]any{"name": "app"})
}

func TestAPathInWords(t *testing.T) {
	require.Equal(t, "spec.template.spec.containers[name=app].image", app().Then("image").String())
	require.Equal(t, "ports[containerPort=80,protocol=TCP]",
		field.Names("ports").Item(map[string]any{"protocol": "TCP", "containerPort": 80}).String())
	require.Equal(t, `metadata.annotations["example.com/a"]`, field.Names("metadata", "annotations", "example.com/a").String())
	require.Equal(t, "image", app().Then("image").Last())
	require.Empty(t, app().Last())
	require.Equal(t, app(), app().Then("image").Parent())
	require.Empty(t, field.Path(nil).Parent())
}

func parse(t *testing.T, text string) any {
	t.Helper()
	object, err := field.Parse([]byte(text))
	require.NoError(t, err)
	return object
}

func TestAt(t *testing.T) {
	object := parse(t, `{"spec":{"replicas":3,"template":{"spec":{"containers":[{"name":"b"},{"name":"app","image":"app:v1",
		"ports":[{"containerPort":80,"name":"http"}]}]}}}}`)
	image, ok := field.At(object, app().Then("image"))
	require.True(t, ok)
	require.Equal(t, "app:v1", image)
	_, ok = field.At(object, app().Then("ports").Item(map[string]any{"containerPort": 80, "protocol": "TCP"}))
	require.True(t, ok, "a manifest leaves the protocol out")
	for _, none := range []field.Path{
		field.Names("spec", "replicas", "more"), field.Names("status"), app().Then("command"),
		field.Names("spec").Item(map[string]any{"name": "app"}),
	} {
		_, ok = field.At(object, none)
		require.False(t, ok, none)
	}
}

func TestChanges(t *testing.T) {
	for _, test := range []struct {
		name, before, after string
		want                []string
	}{
		{"none", `{"a":1}`, `{"a":1}`, nil},
		{
			"an image, whatever the order of the containers",
			`{"spec":{"containers":[{"name":"app","image":"app:v1"},{"name":"b","image":"b"}]}}`,
			`{"spec":{"containers":[{"name":"b","image":"b"},{"name":"app","image":"app:v2"}]}}`,
			[]string{"spec.containers[name=app].image"},
		},
		{
			"an annotation beside others, and where there was none",
			`{"metadata":{"annotations":{"a":"1"}}}`, `{"metadata":{"annotations":{"a":"1","b":"2"},"labels":{"l":"1"}}}`,
			[]string{"metadata.annotations.b", "metadata.labels.l"},
		},
		{
			"items that come and go", `{"containers":[{"name":"a"}]}`, `{"containers":[{"name":"b"}]}`,
			[]string{"containers[name=b]", "containers[name=a]"},
		},
		{"a list that is one value", `{"command":["a","b"]}`, `{"command":["a","c"]}`, []string{"command"}},
		{"a map that is one value", `{"nodeSelector":{"a":"b"}}`, `{"nodeSelector":{"a":"c"}}`, []string{"nodeSelector"}},
		{
			"a port, told by two fields", `{"ports":[{"containerPort":80,"name":"a"}]}`,
			`{"ports":[{"containerPort":80,"protocol":"TCP","name":"b"}]}`,
			[]string{"ports[containerPort=80,protocol=TCP].name", "ports[containerPort=80,protocol=TCP].protocol"},
		},
		{"what is no list of such items", `{"env":[1]}`, `{"env":[2]}`, []string{"env"}},
		{"another kind of value", `{"a":{"b":1}}`, `{"a":[1]}`, []string{"a"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, c := range field.Changes(nil, parse(t, test.before), parse(t, test.after)) {
				got = append(got, c.Path.String())
			}
			require.Equal(t, test.want, got)
		})
	}
	change := field.Changes(nil, parse(t, `{"a":1}`), parse(t, `{}`))
	require.Len(t, change, 1)
	require.Nil(t, change[0].After)
}

func TestOwns(t *testing.T) {
	tree := field.ParseTree([]byte(`{"f:spec":{"f:replicas":{},"f:template":{"f:metadata":{"f:annotations":{".":{},"f:a":{}}},
		"f:spec":{"f:containers":{"k:{\"name\":\"app\"}":{".":{},"f:name":{},"f:image":{}}}}}}}`))
	for path, want := range map[string]bool{"spec.replicas": true, "spec.template": true, "spec.minReadySeconds": false} {
		names := map[string]field.Path{
			"spec.replicas": field.Names("spec", "replicas"), "spec.template": field.Names("spec", "template"),
			"spec.minReadySeconds": field.Names("spec", "minReadySeconds"),
		}
		require.Equal(t, want, tree.Owns(names[path]), path)
	}
	require.True(t, tree.Owns(app().Then("image")))
	require.False(t, tree.Owns(app().Then("command")))
	require.False(t, tree.Owns(field.Names("spec", "template", "metadata", "annotations", "b")))
	require.False(t, field.ParseTree([]byte(`oops`)).Owns(nil))
}

// The API server's own library has the last word about what a tree means.
func TestATreeIsTheSetThatTheServersLibraryMakesOfIt(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		tree, set := field.Tree{}, &fieldpath.Set{}
		for range dice.IntN(12) {
			path := randomPath(dice)
			tree.Add(path)
			set.Insert(theirs(path))
		}
		for range dice.IntN(4) {
			path := randomPath(dice)
			tree.Remove(path)
			set = without(set, theirs(path))
		}
		require.True(t, set.Equals(read(t, tree)), "%s\n%s", set, tree.Text())
	}
}

func read(t *testing.T, tree field.Tree) *fieldpath.Set {
	t.Helper()
	set := &fieldpath.Set{}
	require.NoError(t, set.FromJSON(bytes.NewReader([]byte(tree.Text()))))
	return set
}

// without is the set less a path and all below it.
func without(set *fieldpath.Set, path fieldpath.Path) *fieldpath.Set {
	out := &fieldpath.Set{}
	set.Iterate(func(p fieldpath.Path) {
		if len(p) < len(path) || !p[:len(path)].Equals(path) {
			out.Insert(p.Copy())
		}
	})
	return out
}

func randomPath(dice *rand.Rand) field.Path {
	var path field.Path
	for range 1 + dice.IntN(3) {
		if dice.IntN(3) == 0 {
			path = path.Item(map[string]any{"name": string(rune('a' + dice.IntN(2)))})
			continue
		}
		path = path.Then(string(rune('a' + dice.IntN(2))))
	}
	return path
}

func theirs(path field.Path) fieldpath.Path {
	var out fieldpath.Path
	for _, e := range path {
		if e.Key == nil {
			out = append(out, fieldpath.PathElement{FieldName: &e.Name})
			continue
		}
		key := value.FieldList{{Name: "name", Value: value.NewValueInterface(e.Key["name"])}}
		out = append(out, fieldpath.PathElement{Key: &key})
	}
	return out
}
