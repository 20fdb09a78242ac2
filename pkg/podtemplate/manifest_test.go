package podtemplate_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
)

const webSet = `
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: web
spec:
  template:
    spec:
      containers:
      - name: nginx
        image: nginx:1.22
`

const webService = `
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: another
`

const otherSet = `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: prod}
spec: {template: {spec: {future: 9007199254740993}}}
`

func TestParseManifest(t *testing.T) {
	// found is what of a manifest is for everybody to see.
	type found struct{ namespace, name, template string }
	web := found{name: "web", template: `{"spec":{"containers":[{"image":"nginx:1.22","name":"nginx"}]}}`}
	db := found{namespace: "prod", name: "db", template: `{"spec":{"future":9007199254740993}}`}
	tests := []struct {
		name string
		text string
		want found
	}{
		{"a set alone, without a namespace", webSet, web},
		{"a set with a namespace, and a field that this binary does not know", otherSet, db},
		{"a service before it", webService + "---" + webSet, web},
		{"a service behind it", webSet + "---" + webService, web},
		{"empty documents and comments around it", "---\n# web\n---" + webSet + "---\n", web},
		{"documents that are no objects", "- a\n---\nb\n---" + webSet, web},
		{
			"JSON",
			`{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"db","namespace":"prod"},` +
				`"spec":{"template":{"spec":{"future":9007199254740993}}}}`, db,
		},
		{
			"a List, as kubectl get prints it",
			`{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Service","metadata":{"name":"web"}},` +
				`{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"db","namespace":"prod"},` +
				`"spec":{"template":{"spec":{"future":9007199254740993}}}}]}`, db,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := podtemplate.ParseManifest([]byte(tt.text))
			require.NoError(t, err)
			require.Equal(t, tt.want, found{m.Namespace, m.Name, string(m.Template)})
		})
	}
}

func TestAManifestThatIsNotOneSet(t *testing.T) {
	tests := []struct {
		name string
		text string
		err  string
	}{
		{"two sets", webSet + "---" + otherSet, "more than one StatefulSet (web and another); give a file with one"},
		{"the same set twice", webSet + "---" + webSet, "more than one StatefulSet (web and another); give a file with one"},
		{"no set", webService, "no StatefulSet in the file"},
		{"nothing", "", "no StatefulSet in the file"},
		{"an empty List", `{"apiVersion":"v1","kind":"List","items":[]}`, "no StatefulSet in the file"},
		{
			"another apiVersion", `{"apiVersion":"apps/v1beta2","kind":"StatefulSet","metadata":{"name":"web"}}`,
			`the StatefulSet has apiVersion "apps/v1beta2", want apps/v1`,
		},
		{"no apiVersion", `{"kind":"StatefulSet","metadata":{"name":"web"}}`, `the StatefulSet has apiVersion "", want apps/v1`},
		{
			"no name", `{"apiVersion":"apps/v1","kind":"StatefulSet","spec":{"template":{"spec":{}}}}`,
			"the StatefulSet has no name",
		},
		{
			"only a name to be made",
			`{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"generateName":"web-"},"spec":{"template":{}}}`,
			"the StatefulSet has no name",
		},
		{
			"no template", `{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"web"},"spec":{"replicas":3}}`,
			"manifest: no spec.template",
		},
		{
			"a template of nothing", "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: web}\nspec:\n  template:\n",
			"manifest: no spec.template",
		},
		{
			"a field of another type",
			`{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"web"},"spec":{"replicas":"three"}}`,
			"json: cannot unmarshal string into Go struct field StatefulSetSpec.spec.replicas of type int32",
		},
		{
			"no YAML", "kind: {", "yaml: line 1: did not find expected node content",
		},
		{
			"a key twice", "kind: Service\nkind: StatefulSet\n",
			"yaml: unmarshal errors: line 2: key \"kind\" already set in map",
		},
		{
			"a document that no API server would take", "kind: StatefulSet\nx: " + strings.Repeat("y", 3<<20),
			"a document has 3145750 bytes; an API server takes no object of more than 3145728",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := podtemplate.ParseManifest([]byte(tt.text))
			require.EqualError(t, err, tt.err)
			require.Nil(t, m)
		})
	}
}
