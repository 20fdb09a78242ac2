package podtemplate_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
)

func TestYAML(t *testing.T) {
	tests := []struct{ name, template, want string }{
		{
			"keys are in order, items stay where they are",
			`{"spec":{"containers":[{"name":"b","image":"b:1"},{"name":"a"}]},"metadata":{"labels":{"app":"web"}}}`,
			"metadata:\n  labels:\n    app: web\nspec:\n  containers:\n  - image: b:1\n    name: b\n  - name: a\n",
		},
		{"nulls are left out", `{"metadata":{"creationTimestamp":null,"x":[{"y":null,"z":1}]}}`, "metadata:\n  x:\n  - z: 1\n"},
		{"large integers stay as they are", `{"x":9007199254740993}`, "x: 9007199254740993\n"},
		{"a text of several lines stays one", `{"x":"a\n  b\n"}`, "x: |\n  a\n    b\n"},
		{"what could be taken for another type is quoted", `{"x":"true","y":"1"}`, "x: \"true\"\n\"y\": \"1\"\n"},
		{"other alphabets stay what they are", `{"x":"画像 ☃"}`, "x: 画像 ☃\n"},
		{"half a surrogate pair is no character", `{"x":"a\ud800b"}`, "x: a\ufffdb\n"},
		{"a rare one is spelled out", "{\"x\":\"\U0001F600\"}", `x: "\U0001F600"` + "\n"},
		{"what is a line break to YAML alone stays in its line", "{\"x\":\"a\u2028b\u0085c\ufffe\"}", "x: \"a\\Lb\\Nc\\uFFFE\"\n"},
		{"controls that YAML does not allow are spelled out", "{\"x\":\"a\u009b31m\x7f\"}", `x: "a\x9B31m\x7F"` + "\n"},
		{"escape sequences are spelled out", `{"x":"a\u001b[31m\rb"}`, `x: "a\e[31m\rb"` + "\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := podtemplate.YAML(podtemplate.Template(tt.template))
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
		})
	}
}

func TestUnified(t *testing.T) {
	tests := []struct {
		name          string
		before, after string
		want          string
	}{
		{
			name:   "an image, with three lines around it",
			before: `{"spec":{"a":1,"b":1,"c":1,"containers":[{"name":"nginx","image":"nginx:1.21"}],"d":1,"e":1,"f":1}}`,
			after:  `{"spec":{"a":1,"b":1,"c":1,"containers":[{"name":"nginx","image":"nginx:1.22"}],"d":1,"e":1,"f":1}}`,
			want: `--- revision 1
+++ revision 2
@@ -3,7 +3,7 @@
   b: 1
   c: 1
   containers:
-  - image: nginx:1.21
+  - image: nginx:1.22
     name: nginx
   d: 1
   e: 1
`,
		},
		{
			name:   "changes far from each other are in hunks of their own",
			before: `{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1}`,
			after:  `{"a":2,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"j":1}`,
			want: `--- revision 1
+++ revision 2
@@ -1,4 +1,4 @@
-a: 1
+a: 2
 b: 1
 c: 1
 d: 1
@@ -6,4 +6,4 @@
 f: 1
 g: 1
 h: 1
-i: 1
+j: 1
`,
		},
		{
			name: "only lines that go", before: `{"a":1,"b":1}`, after: `{"a":1}`,
			want: "--- revision 1\n+++ revision 2\n@@ -1,2 +1 @@\n a: 1\n-b: 1\n",
		},
		{
			name: "a line that looks like the head of a diff", before: `{"a":"x\n-- y\n"}`, after: `{"a":"x\n"}`,
			want: "--- revision 1\n+++ revision 2\n@@ -1,3 +1,2 @@\n a: |\n   x\n-  -- y\n",
		},
		{name: "the same in another order of keys", before: `{"a":1,"b":{}}`, after: `{"b":{},"a":1}`},
		{name: "a null is no difference", before: `{"a":1,"creationTimestamp":null}`, after: `{"a":1}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := podtemplate.Unified(podtemplate.Template(tt.before), podtemplate.Template(tt.after), "revision 1", "revision 2")
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
		})
	}
}

// Long texts, of which many lines are alike, are where simple algorithms lose
// their way.
func TestUnifiedOfALongTemplateShowsNothingElseThanTheChange(t *testing.T) {
	template := func(changed string) podtemplate.Template {
		var env []string
		for i := range 300 {
			env = append(env, fmt.Sprintf(`{"name":"E","value":"v%d"}`, i/2))
		}
		env[150] = fmt.Sprintf(`{"name":"E","value":%q}`, changed)
		return podtemplate.Template(`{"env":[` + strings.Join(env, ",") + `]}`)
	}

	got, err := podtemplate.Unified(template("before"), template("after"), "a", "b")

	require.NoError(t, err)
	require.Equal(t, `--- a
+++ b
@@ -300,7 +300,7 @@
 - name: E
   value: v74
 - name: E
-  value: before
+  value: after
 - name: E
   value: v75
 - name: E
`, got)
}

func TestUnifiedOfWhatIsNoTemplate(t *testing.T) {
	const want = "pod template: invalid character 'o' looking for beginning of value"
	_, err := podtemplate.Unified(podtemplate.Template(`oops`), podtemplate.Template(`{}`), "a", "b")
	require.EqualError(t, err, want)
	_, err = podtemplate.Unified(podtemplate.Template(`{}`), podtemplate.Template(`oops`), "a", "b")
	require.EqualError(t, err, want)
}
