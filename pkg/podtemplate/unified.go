package podtemplate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pmezard/go-difflib/difflib"
	"sigs.k8s.io/yaml"
)

// YAML is the template as a person reads it. A null is left out, for it means
// nothing: some servers write creationTimestamp: null into every template.
// Control characters within strings come out escaped, but not every invisible
// one: a terminal needs the text cleaned.
func YAML(t Template) (string, error) {
	root, err := decode(t)
	if err != nil {
		return "", err
	}
	dropNulls(root)
	data, err := encode(root)
	if err != nil {
		return "", err
	}
	return ToYAML(data)
}

// ToYAML turns JSON into YAML. The library alone would refuse, or take for a
// line break, some characters that JSON may have as they are, and half a surrogate
// pair that is spelled out.
func ToYAML(data []byte) (string, error) {
	data, err := wellFormed(data)
	if err != nil {
		return "", fmt.Errorf("as YAML: %w", err)
	}
	var escaped bytes.Buffer
	for _, r := range string(data) {
		if r >= 0x7f && r <= 0xffff {
			_, _ = fmt.Fprintf(&escaped, `\u%04x`, r)
		} else {
			_, _ = escaped.WriteRune(r)
		}
	}
	out, err := yaml.JSONToYAML(escaped.Bytes())
	if err != nil {
		return "", fmt.Errorf("as YAML: %w", err)
	}
	return string(out), nil
}

// wellFormed is the same JSON with every string in it as Go writes it. Numbers are
// left as they are.
func wellFormed(data []byte) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return out.Bytes(), err
}

// Unified is a unified diff of two templates as YAML, with three lines around
// each change. from and to say in its first lines what the templates are. It
// is empty when they say the same.
func Unified(before, after Template, from, to string) (string, error) {
	a, err := YAML(before)
	if err != nil {
		return "", err
	}
	b, err := YAML(after)
	if err != nil {
		return "", err
	}
	const around = 3
	return difflib.GetUnifiedDiffString(difflib.UnifiedDiff{
		A: lines(a), B: lines(b), FromFile: from, ToFile: to, Context: around,
	})
}

// lines are a text's lines with their ends. difflib's own function would add
// an empty one.
func lines(text string) []string {
	out := strings.SplitAfter(text, "\n")
	return out[:len(out)-1] // YAML ends in a line break
}

func dropNulls(v any) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if value == nil {
				delete(v, key)
			}
			dropNulls(value)
		}
	case []any:
		for _, item := range v {
			dropNulls(item)
		}
	}
}
