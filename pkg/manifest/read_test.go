package manifest_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/manifest"
)

const two = `# a comment
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: web
  annotations:
    example.com/x: "1"
spec:
  replicas: 3
  template:
    spec:
      containers:
      - name: app
        image: app:v1
      - {name: side, image: side}
`

// at is an object and where a field of it is.
type at struct {
	kind, namespace, name string
	line, column          int
}

func TestRead(t *testing.T) {
	for _, test := range []struct {
		name  string
		text  string
		field string
		want  []at
	}{
		{"nothing", "", "", nil},
		{"comments", "# a\n---\n# b\n", "", nil},
		{"values of a chart", "replicas: 3\nimage: {tag: x}\n", "", nil},
		{"text", "hello\n", "", nil},
		{"two", two, "", []at{{"Service", "shop", "web", 2, 1}, {"StatefulSet", "", "web", 6, 1}}},
		{"a field", two, "metadata.name", []at{{"Service", "shop", "web", 4, 12}, {"StatefulSet", "", "web", 9, 3}}},
		{
			"a field of an item", two, "spec.template.spec.containers[1].image",
			[]at{{"Service", "shop", "web", 2, 1}, {"StatefulSet", "", "web", 19, 22}},
		},
		{
			"a field that is not there", two, "spec.template.spec.containers[0].readinessProbe.httpGet",
			[]at{{"Service", "shop", "web", 2, 1}, {"StatefulSet", "", "web", 17, 9}},
		},
		{
			"a key with dots", two, "metadata.annotations[example.com/x]",
			[]at{{"Service", "shop", "web", 4, 1}, {"StatefulSet", "", "web", 11, 5}},
		},
		{
			"a list", "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Service\n  metadata:\n    name: a\n", "metadata.name",
			[]at{{"Service", "", "a", 7, 5}},
		},
		{
			"JSON", `{"apiVersion":"v1","kind":"Service",` + "\n" + `"metadata":{"name":"a"}}`, "metadata.name",
			[]at{{"Service", "", "a", 2, 13}},
		},
		{
			"an alias", "apiVersion: v1\nkind: Service\nmetadata: {name: a, labels: &l {x: y}}\nspec:\n  selector: *l\n", "spec.selector.x",
			[]at{{"Service", "", "a", 3, 33}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			docs, err := manifest.Read("web.yaml", []byte(test.text))
			require.NoError(t, err)
			var got []at
			for _, d := range docs {
				line, column := d.Position(test.field)
				got = append(got, at{d.Kind, d.Namespace, d.Name, line, column})
				require.Equal(t, "web.yaml", d.File)
			}
			require.Equal(t, test.want, got)
		})
	}
}

func TestMalformedFiles(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"a tab":       {"a: 1\n---\nb:\n\tc: 1\n", "web.yaml:4: found character that cannot start any token"},
		"a key twice": {"---\n# x\na: 1\nb: 2\na: 3\n", `web.yaml:5: key "a" already set in map`},
		"a template of Helm": {
			"apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}\n",
			"web.yaml:4: this is a template and no YAML: render it first, as helm template does",
		},
		"a template's branch": {
			"apiVersion: v1\n{{- if .x }}\nkind: Service\n",
			"web.yaml:2: this is a template and no YAML: render it first, as helm template does",
		},
		"a template with more than one mistake": {
			"kind: {{ .x }}\na:\n  {{- toYaml .y | nindent 2 }}\n  b: c: d\n",
			"web.yaml:1: this is a template and no YAML: render it first, as helm template does",
		},
		"a mistake beside the text of an alert": {
			"a: \"{{ $labels.pod }} is down\"\nb: c: d\n", "web.yaml:2: mapping values are not allowed in this context",
		},
		"a mistake after a block with an action in it": {
			"a: |\n  {{ if .x }}\n  y\nb: c: d\n", "web.yaml:4: mapping values are not allowed in this context",
		},
		"a mistake in a line with an action in it": {
			"a: 1\nb: c: \"{{ d }}\"\n", "web.yaml:2: mapping values are not allowed in this context",
		},
		"a quantity": {
			"apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - resources: {limits: {cpu: 1e9999999}}\n",
			`web.yaml:1: quantity "1e9999999" is out of range`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := manifest.Read("web.yaml", []byte(test.text))
			require.EqualError(t, err, test.want)
			require.ErrorAs(t, err, new(*manifest.Error))
		})
	}
}

func TestDecode(t *testing.T) {
	docs, err := manifest.Read("web.yaml", []byte(two))
	require.NoError(t, err)
	var set appsv1.StatefulSet
	require.NoError(t, docs[1].Decode(&set))
	require.Equal(t, int32(3), *set.Spec.Replicas)

	const head = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: web}\nspec:\n"
	docs, err = manifest.Read("web.yaml", []byte(head+"  replicas: three\n"))
	require.NoError(t, err)
	require.EqualError(t, docs[0].Decode(&set), "web.yaml:5: spec.replicas of StatefulSet web is a string, which it can't be")

	docs, err = manifest.Read("web.yaml", []byte(head+"  template: {spec: {containers: [{ports: [{containerPort: x}]}]}}\n"))
	require.NoError(t, err)
	require.ErrorContains(t, docs[0].Decode(&set), "web.yaml:5: ")

	_, err = manifest.Read("web.yaml", []byte("apiVersion: v1\nkind: Service\nmetadata: web\n"))
	require.ErrorContains(t, err, "web.yaml:3: metadata of Service ")
}
