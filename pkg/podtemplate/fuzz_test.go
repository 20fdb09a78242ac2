package podtemplate_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

// laughs is a document of few bytes whose aliases stand for very many.
const laughs = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n" +
	"d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n"

// shouts is one whose aliases stand for no more values than the library allows, each
// of which is long.
var shouts = "s: &s " + strings.Repeat("x", 1000) + "\na: &a [" + strings.Repeat("*s,", 99) + "]\nb: [" + strings.Repeat("1,", 5000) +
	strings.Repeat("*a,", 2000) + "]\n"

// FuzzManifest takes any text for the file of -f.
func FuzzManifest(f *testing.F) {
	for _, text := range []string{
		webSet,
		"kind: Service\n---\n" + webSet,
		webSet + "---\n" + webSet,
		`{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"apps/v1","kind":"StatefulSet",` +
			`"metadata":{"name":"web"},"spec":{"template":{}}}]}`,
		"apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: web}\nspec: {replicas: x}\n",
		"apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: web}\nspec: {template: null}\n",
		"apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: web}\nspec: {template: {spec: {overhead: {cpu: 1e-2147483648}}}}\n",
		"apiVersion: apps/v1beta1\nkind: StatefulSet\n",
		"a: 1\na: 2\n", "a: A\n---0\x80", "- x\n", "\t", "%YAML 9\n---\n",
		"---\n...\n---", "!!binary x: &a *a\n", "? {}\n: {}\n", "<<: [{}]\n", laughs, shouts,
		"kind: StatefulSet\n" + laughs,
	} {
		f.Add([]byte(text))
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		defer within.Input(t)()
		m, err := podtemplate.ParseManifest(text)
		if err != nil {
			fuzztest.OneLine(t, err)
			return
		}
		require.NotEmpty(t, m.Name)
		require.True(t, json.Valid(m.Template))
		_, err = m.OtherChanges(ststest.Set())
		require.NoError(t, err)

		// What was read can be written as JSON, and is the same then.
		set, err := json.Marshal(map[string]any{
			"apiVersion": "apps/v1", "kind": "StatefulSet",
			"metadata": map[string]string{"name": m.Name, "namespace": m.Namespace}, "spec": map[string]any{"template": m.Template},
		})
		require.NoError(t, err)
		again, err := podtemplate.ParseManifest(set)
		require.NoError(t, err)
		require.Equal(t, m.Name, again.Name)
		require.Equal(t, m.Namespace, again.Namespace)
		require.JSONEq(t, string(m.Template), string(again.Template))
	})
}

// FuzzPatch takes any text for the file of --patch-file.
func FuzzPatch(f *testing.F) {
	for _, text := range []string{
		"spec:\n  containers:\n  - name: nginx\n    image: nginx:1.22\n",
		`{"spec":{"template":{"spec":{"containers":[{"name":"nginx","$patch":"delete"}]}}}}`,
		`{"spec":{"$setElementOrder/containers":[{"name":"b"}],"containers":[{"$retainKeys":["x"],"name":"nginx"}]}}`,
		`{"spec":{"$deleteFromPrimitiveList/x":[1],"containers":"x"}}`, `{"metadata":{"$patch":"replace"}}`,
		`{"spec":{"$patch":"merge"}}`, `{"spec":{"template":{"image":"x"}}}`,
		`{"spec":{"containers":[null]}}`, `{"spec":{"containers":[{"name":1}]}}`, `{"spec":{"$setElementOrder/containers":["x"]}}`,
		"{}", "null", "---\n---\n", "spec: {}\nreplicas: 1\n", "spec: {template: {}}\n",
		"---\nspec: {}\n---\nspec: {}\n", laughs, "spec:\n  x: &a [*a]\n",
	} {
		f.Add([]byte(text))
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		defer within.Input(t)()
		patch, err := podtemplate.ParsePatch(text)
		if err != nil {
			fuzztest.OneLine(t, err)
			return
		}
		var fields map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(patch, &fields))
		delete(fields, "metadata")
		delete(fields, "spec")
		require.Empty(t, fields)

		template, err := podtemplate.Patched(ststest.Raw("nginx:1.21"), patch)
		if err != nil {
			return // the words are those of the API's library
		}
		require.True(t, json.Valid(template))
		_, err = podtemplate.Diff(ststest.Raw("nginx:1.21"), template)
		require.NoError(t, err)
	})
}

// FuzzImages takes any words for --image, as the verb splits them.
func FuzzImages(f *testing.F) {
	for _, text := range []string{
		"nginx=nginx:1.22", "*=a:b@sha256:c", "a=b,c=d", "a=b,a=c", "a=", "=b", "a", "", "a=b=c", "a= b",
		"a=\u2028", "nginx=\x1b[31m", "nginx=\xff",
	} {
		f.Add(text)
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text string) {
		defer within.Input(t)()
		images, err := podtemplate.ParseImages(strings.Split(text, ","))
		if err != nil {
			fuzztest.OneLine(t, err)
			return
		}
		var pairs []string
		for _, image := range images {
			pairs = append(pairs, image.Container+"="+image.Image)
		}
		require.Equal(t, text, strings.Join(pairs, ","))
		template, err := podtemplate.WithImages(ststest.Raw("nginx:1.21"), images)
		if err != nil {
			fuzztest.OneLine(t, err)
			return
		}
		set, err := template.Images()
		require.NoError(t, err)
		require.Equal(t, images[len(images)-1].Image, set[0].Image)
	})
}

// FuzzDiff compares any two templates: what is said of the fields is one line
// each, and the unified diff makes one text of the other.
func FuzzDiff(f *testing.F) {
	for _, seed := range [][2]string{
		{string(ststest.Raw("nginx:1.21")), string(ststest.Raw("nginx:1.22"))},
		{`{"a":[1,2,{"name":"x"}],"b":null}`, `{"a":[{"name":"x"},{"name":"x"}],"b":"\u001b[31m\u2028\n--- c"}`},
		{`{"a":1e3,"b":9007199254740993,"c":1.0}`, `{"a":1000,"b":9007199254740992,"c":1}`},
		{`{"a":"- x\n- x\n- x\n","b":true}`, `{"a":"- x\n- y\n","b":"true"}`},
		{`{}`, `{"":""}`},
		{`null`, `{}`},
		{`[]`, `oops`},
	} {
		f.Add([]byte(seed[0]), []byte(seed[1]))
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, before, after []byte) {
		defer within.Input(t)()
		fields, err := podtemplate.Diff(before, after)
		if err != nil {
			fuzztest.OneLine(t, err)
			return
		}
		for _, text := range [][]byte{before, after} {
			if !bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) {
				return // null is JSON, and no template
			}
		}
		for _, field := range fields {
			require.NotEmpty(t, field)
		}
		a, err := podtemplate.YAML(before)
		require.NoError(t, err)
		b, err := podtemplate.YAML(after)
		require.NoError(t, err)
		diff, err := podtemplate.Unified(podtemplate.Template(before), podtemplate.Template(after), "one", "two")
		require.NoError(t, err)
		require.Equal(t, b, patched(t, a, diff))
		if len(fields) == 0 {
			require.Empty(t, diff)
		}
	})
}

// patched applies a unified diff.
func patched(t *testing.T, text, diff string) string {
	t.Helper()
	rest := strings.SplitAfter(text, "\n")
	var out []string
	next := func(line string) {
		t.Helper()
		require.NotEmpty(t, rest)
		require.Equal(t, rest[0], line)
		rest = rest[1:]
	}
	for i, line := range slices.Collect(strings.Lines(diff)) {
		switch {
		case i < 2: // the heads
		case strings.HasPrefix(line, "@@ -"):
			at := 0
			for _, digit := range strings.TrimPrefix(line, "@@ -") {
				if digit < '0' || digit > '9' {
					break
				}
				at = 10*at + int(digit-'0')
			}
			at = max(at-1, 0) - (len(strings.SplitAfter(text, "\n")) - len(rest))
			require.GreaterOrEqual(t, at, 0)
			out, rest = append(out, rest[:at]...), rest[at:]
		case line[0] == ' ':
			next(line[1:])
			out = append(out, line[1:])
		case line[0] == '-':
			next(line[1:])
		case line[0] == '+':
			out = append(out, line[1:])
		default:
			t.Fatalf("no line of a diff: %q", line)
		}
	}
	return strings.Join(append(out, rest...), "")
}

// FuzzYAML turns any JSON into YAML, which must mean the same.
func FuzzYAML(f *testing.F) {
	for _, text := range []string{
		`{"a":"x\n  y\n","b":[[],{}],"c":1e3,"d":"1e3","e":"~","f":"0x1F","g":"12:30:45","h":"\u0085","i":" "}`,
		`{"a":9007199254740993,"b":-0,"c":1e400,"d":0.1}`, `"\ud800"`, `"\u0000\ufeff\u2028"`,
		"\"\U0001F600\"", `[[[[]]]]`, `{"<<":{"a":1}}`, `"- x"`,
		`{"y":"n","=":"<<","!x":"&y","*z":"%"}`, `"\n\n x\n"`, `"# x"`, `"2030-01-02"`, `"a: b"`, `{"a":null}`, `1`, `oops`,
	} {
		f.Add([]byte(text))
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		defer within.Input(t)()
		var want any
		if json.Unmarshal(text, &want) != nil {
			return
		}
		if bytes.Contains(text, []byte("<<")) {
			t.Skip("YAML merges what a key << has, which is no name that Kubernetes allows")
		}
		out, err := podtemplate.ToYAML(text)
		require.NoError(t, err)
		back, err := yaml.YAMLToJSONStrict([]byte(out))
		require.NoError(t, err, "%s", out)
		var got any
		require.NoError(t, json.Unmarshal(back, &got))
		require.Equal(t, want, got, "%s", out)
	})
}
