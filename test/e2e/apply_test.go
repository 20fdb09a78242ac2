package e2e

import (
	"bytes"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// cmdApply applies a manifest as a user would. Fields of the StatefulSets in
// it may be set to other values first: the paths begin below spec, the values
// are YAML. The field hold is the template's annotation that has the sandbox's
// kubelets wait for the script's word.
//
//	apply FILE [FIELD=VALUE...]
func cmdApply(ts *testscript.TestScript, _ *world, args []string) {
	if len(args) < 1 {
		ts.Fatalf("usage: apply FILE [FIELD=VALUE...]")
	}
	file := ts.MkAbs(args[0])
	if len(args) > 1 {
		text, err := os.ReadFile(file)
		ts.Check(err)
		text, err = withFields(text, args[1:])
		ts.Check(err)
		file = ts.MkAbs("applied.yaml")
		ts.Check(os.WriteFile(file, text, 0o600))
	}
	// Unvalidated: reading the OpenAPI schema would take longer than the rest.
	ts.Check(ts.Exec("kubectl", "apply", "--validate=false", "-f", file))
}

// withFields sets fields of every StatefulSet in a file.
func withFields(text []byte, fields []string) ([]byte, error) {
	docs := bytes.Split(text, []byte("\n---\n"))
	for i, doc := range docs {
		var o map[string]any
		if err := yaml.Unmarshal(doc, &o); err != nil {
			return nil, err
		}
		if o["kind"] != "StatefulSet" {
			continue
		}
		for _, field := range fields {
			path, text, _ := strings.Cut(field, "=")
			var value any
			if err := yaml.Unmarshal([]byte(text), &value); err != nil {
				return nil, err
			}
			keys := append([]string{"spec"}, strings.Split(path, ".")...)
			if path == "hold" {
				keys = []string{"spec", "template", "metadata", "annotations", holdAnnotation}
			}
			if err := unstructured.SetNestedField(o, value, keys...); err != nil {
				return nil, err
			}
		}
		changed, err := yaml.Marshal(o)
		if err != nil {
			return nil, err
		}
		docs[i] = changed
	}
	return bytes.Join(docs, []byte("\n---\n")), nil
}
