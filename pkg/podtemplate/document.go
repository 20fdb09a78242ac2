package podtemplate

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode"

	goyaml "go.yaml.in/yaml/v2"
	"sigs.k8s.io/yaml"
)

// mostBytes are what an API server takes in one request (MaxRequestBodyBytes in its
// source). A document that is larger is no object, and would take a lot of memory.
const mostBytes = 3 << 20

// FromYAML turns a YAML document, which may be JSON, into JSON. Its errors are one
// line each.
func FromYAML(doc []byte) ([]byte, error) {
	if len(doc) > mostBytes {
		return nil, fmt.Errorf("a document has %d bytes; an API server takes no object of more than %d", len(doc), mostBytes)
	}
	if err := checkAliases(doc); err != nil {
		return nil, err
	}
	data, err := yaml.YAMLToJSONStrict(doc)
	if err != nil {
		return nil, oneLine(err)
	}
	return data, nil
}

// checkAliases rejects a document of few bytes whose aliases stand for very many. The
// library bounds how many values they stand for, not how long these are.
func checkAliases(doc []byte) error {
	var value any
	if !bytes.ContainsRune(doc, '&') || !bytes.ContainsRune(doc, '*') || goyaml.Unmarshal(doc, &value) != nil {
		return nil //nolint:nilerr // what else is wrong with it shows when it is read in earnest
	}
	if spend(value, mostBytes) < 0 {
		return fmt.Errorf("with its aliases a document has more than %d bytes; an API server takes no object of that size", mostBytes)
	}
	return nil
}

// spend is what is left of so many bytes after a value as JSON, or less than 0.
func spend(value any, left int) int {
	switch value := value.(type) {
	case string:
		left -= len(value)
	case []any:
		for _, item := range value {
			if left = spend(item, left); left < 0 {
				return left
			}
		}
	case map[any]any:
		for key, item := range value {
			if left = spend(item, spend(key, left)); left < 0 {
				return left
			}
		}
	}
	return left - 1
}

// oneLine puts an error of a library, which may have several lines and pieces of the
// document as they are, into one line of text.
func oneLine(err error) error {
	return errors.New(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, strings.Join(strings.Fields(err.Error()), " ")))
}
