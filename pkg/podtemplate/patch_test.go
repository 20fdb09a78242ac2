package podtemplate_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
)

// requireSameJSON compares numbers as they are written: JSONEq would round
// large integers on both sides, and so find a rounded one right.
func requireSameJSON(t *testing.T, want, got string) {
	t.Helper()
	require.Equal(t, exact(t, want), exact(t, got))
}

func exact(t *testing.T, text string) any {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.UseNumber()
	var v any
	require.NoError(t, decoder.Decode(&v), text)
	return v
}

func TestParsePatch(t *testing.T) {
	tests := []struct {
		name string
		text string
		want string
		err  string
	}{
		{
			name: "of the template, in YAML",
			text: "spec:\n  containers:\n  - name: nginx\n    image: nginx:1.22\n",
			want: `{"spec":{"containers":[{"name":"nginx","image":"nginx:1.22"}]}}`,
		},
		{
			name: "of the template, in JSON",
			text: `{"metadata":{"annotations":{"a":"b"}},"spec":{"terminationGracePeriodSeconds":9007199254740993}}`,
			want: `{"metadata":{"annotations":{"a":"b"}},"spec":{"terminationGracePeriodSeconds":9007199254740993}}`,
		},
		{
			name: "only of the template's metadata", text: "metadata: {labels: {a: null}}", want: `{"metadata":{"labels":{"a":null}}}`,
		},
		{
			name: "from the set's root, with nothing but the template",
			text: "spec: {template: {spec: {terminationGracePeriodSeconds: 9007199254740993}}}",
			want: `{"spec":{"terminationGracePeriodSeconds":9007199254740993}}`,
		},
		{
			name: "from the set's root, which says what it is for",
			text: "apiVersion: apps/v1\nkind: StatefulSet\nspec: {template: {metadata: {labels: {a: b}}}}",
			want: `{"metadata":{"labels":{"a":"b"}}}`,
		},
		{
			name: "from the set's root, with more than the template", text: "spec: {replicas: 3, template: {spec: {}}}",
			err: "the patch changes more than spec.template",
		},
		{
			name: "from the set's root, with the set's own metadata", text: "metadata: {labels: {a: b}}\nspec: {template: {spec: {}}}",
			err: "the patch changes more than spec.template",
		},
		{
			name: "from the set's root, with an empty template", text: "spec: {template: {}}",
			err: "not a patch: spec.template holds no fields",
		},
		{
			name: "from the set's root, with a field that no template has", text: "spec: {template: {image: nginx, specs: {}}}",
			err: `"image" is no field of a pod template (metadata and spec are)`,
		},
		{
			name: "from the set's root, with a word for a template", text: "spec: {template: web}",
			err: "not a patch: spec.template holds no fields",
		},
		{
			name: "a field that no template has", text: "image: nginx:1.22",
			err: `"image" is no field of a pod template (metadata and spec are)`,
		},
		{name: "two documents", text: "spec: {a: 1}\n---\nspec: {b: 2}\n", err: "not a patch: it holds 2 documents"},
		{name: "one document among empty ones", text: "---\n# why\n---\nspec: {a: 1}\n---\n", want: `{"spec":{"a":1}}`},
		{name: "a list", text: "- a\n- b", err: "not a patch: it holds no fields"},
		{name: "a word", text: "nginx", err: "not a patch: it holds no fields"},
		{name: "an empty object", text: "{}", err: "not a patch: it holds no fields"},
		{name: "an empty file", text: "", err: "not a patch: it holds no fields"},
		{name: "only a comment", text: "# nothing yet\n", err: "not a patch: it holds no fields"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := podtemplate.ParsePatch([]byte(tt.text))
			if tt.err != "" {
				require.EqualError(t, err, tt.err)
				require.Nil(t, got)
				return
			}
			require.NoError(t, err)
			requireSameJSON(t, tt.want, string(got))
		})
	}
}

func TestAPatchThatIsNoYAML(t *testing.T) {
	for text, want := range map[string]string{
		"spec: {":          "did not find expected node content",
		"spec: {}\nspec: ": `key "spec" already set in map`,
		"\tspec: {}":       "found character that cannot start any token",
	} {
		t.Run(text, func(t *testing.T) {
			_, err := podtemplate.ParsePatch([]byte(text))
			require.ErrorContains(t, err, want)
		})
	}
}

func TestPatched(t *testing.T) {
	const before = `{"metadata":{"labels":{"app":"web","old":"x"}},"tomorrow":1,"spec":{"future":{"size":9007199254740993},"containers":[
		{"name":"nginx","image":"nginx:1.21","ports":[{"containerPort":80}],"env":[{"name":"A","value":"1"}]},
		{"name":"side","image":"side:1"}]}}`
	tests := []struct {
		name  string
		patch string
		want  string
		err   string
	}{
		{
			name: "containers are merged by their names, and what the patch leaves out stays",
			patch: `{"spec":{"terminationGracePeriodSeconds":9007199254740995,
				"containers":[{"name":"nginx","env":[{"name":"B","value":"2"}]},{"name":"side","image":"side:2"}]}}`,
			want: `{"metadata":{"labels":{"app":"web","old":"x"}},"tomorrow":1,"spec":{
				"terminationGracePeriodSeconds":9007199254740995,"future":{"size":9007199254740993},"containers":[
				{"name":"nginx","image":"nginx:1.21","ports":[{"containerPort":80}],
				"env":[{"name":"B","value":"2"},{"name":"A","value":"1"}]},
				{"name":"side","image":"side:2"}]}}`,
		},
		{
			name: "null removes a field, $patch: delete an item", patch: `{"metadata":{"labels":{"old":null}},
				"spec":{"containers":[{"name":"side","$patch":"delete"}]}}`,
			want: `{"metadata":{"labels":{"app":"web"}},"tomorrow":1,"spec":{"future":{"size":9007199254740993},"containers":[
				{"name":"nginx","image":"nginx:1.21","ports":[{"containerPort":80}],"env":[{"name":"A","value":"1"}]}]}}`,
		},
		{
			name: "an item without its name", patch: `{"spec":{"containers":[{"image":"nginx:1.22"}]}}`,
			err: "the patch does not fit the template: map: map[image:nginx:1.22] does not contain declared merge key: name",
		},
		{
			name: "a directive that there is not", patch: `{"spec":{"$patch":"explode"}}`,
			err: "the patch does not fit the template: unknown patch type: explode in map: map[$patch:explode]",
		},
		{
			name: "below a field whose rules of merging this binary does not know", patch: `{"spec":{"future":{"size":1}}}`,
			err: `the patch does not fit the template: unable to find api field in struct PodSpec for the json field "future"`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := podtemplate.Patched(podtemplate.Template(before), []byte(tt.patch))
			if tt.err != "" {
				require.EqualError(t, err, tt.err)
				require.Nil(t, got)
				return
			}
			require.NoError(t, err)
			requireSameJSON(t, tt.want, string(got))
		})
	}
}
