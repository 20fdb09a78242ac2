package check_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
)

// schema reads the published one.
func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := os.ReadFile("../../docs/checks.schema.json")
	require.NoError(t, err)
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource("checks.json", document))
	out, err := compiler.Compile("checks.json")
	require.NoError(t, err)
	return out
}

// The schema takes what is taken and rejects what is rejected, but for what takes
// more than a schema to tell.
func TestTheSchemaAgrees(t *testing.T) {
	published := schema(t)
	const more = "\n  every: 1m30s\n  pass: 1\n  fail: 0\n  unknown: 1\n  timeout: 5s\n  onUnknown: hold\n"
	tests := []struct {
		text string
		want bool
	}{
		{file, true},
		{"checks:\n- name: a\n  cmd: {command: b}" + more, true},
		{"checks:\n- name: a\n  http: {url: 'https://:8443/', expect: 'jsonpath={.a[0]} <= 3'}" + more, true},
		{"checks:\n- name: a\n  http: {url: 'https://example.com/', expect: '200'}" + more, true},
		{"checks:\n- name: a\n  http: {url: ':80'}" + more, true},
		{"checks: []", false},
		{"{}", false},
		{"checks:\n- cmd: {command: b}", false},
		{"checks:\n- name: a", false},
		{"checks:\n- name: a\n  cmd: {command: b}\n  exec: {command: b}", false},
		{"checks:\n- name: a\n  cmd: {command: ''}", false},
		{"checks:\n- name: a\n  cmd: {}", false},
		{"checks:\n- name: a\n  cmd: {command: b, container: c}", false},
		{"checks:\n- name: -a\n  cmd: {command: b}", false},
		{"checks:\n- name: 'a b'\n  cmd: {command: b}", false},
		{"checks:\n- name: a\n  cmd: {command: b}\n  evry: 5s", false},
		{"checks:\n- name: a\n  cmd: {command: b}\n  pass: 0", false},
		{"checks:\n- name: a\n  cmd: {command: b}\n  pass: 1001", false},
		{"checks:\n- name: a\n  cmd: {command: b}\n  fail: -1", false},
		{"checks:\n- name: a\n  cmd: {command: b}\n  unknown: 0", false},
		{"checks:\n- name: a\n  cmd: {command: b}\n  every: soon", false},
		{"checks:\n- name: a\n  cmd: {command: b}\n  onUnknown: pass", false},
		{"checks:\n- name: a\n  http: {url: 8080/ready}", false},
		{"checks:\n- name: a\n  http: {url: 'http://me:x@host/'}", false},
		{"checks:\n- name: a\n  http: {url: ':80/', expect: OK}", false},
		{"checks:\n- name: a\n  prom: {query: up}", false},
		{"checks:\n- name: a\n  prom: {query: up, condition: value > 0, min: 5}", false},
	}
	for _, test := range tests {
		_, parsed := check.Given{Rule: check.Standard(), Files: []check.File{{Name: "f", Text: []byte(test.text)}}}.Checks()
		object, err := yaml.YAMLToJSON([]byte(test.text))
		require.NoError(t, err)
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(object))
		require.NoError(t, err)
		valid := published.Validate(document)
		require.Equal(t, []bool{test.want, test.want}, []bool{parsed == nil, valid == nil}, "%s\n%v\n%v", test.text, parsed, valid)
	}
}
