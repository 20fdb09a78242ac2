// Package schema holds the output of -o json against docs/events.schema.json.
// It is for tests: the plugin never checks what it writes.
package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Schema is the description of all objects.
type Schema struct {
	compiled *jsonschema.Schema
	kinds    map[string]*jsonschema.Schema
}

// Load reads the schema from a file.
func Load(file string) (*Schema, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("events.json", document); err != nil {
		return nil, err
	}
	s := &Schema{kinds: map[string]*jsonschema.Schema{}}
	if s.compiled, err = compiler.Compile("events.json"); err != nil {
		return nil, err
	}
	var outline struct {
		OneOf []map[string]string `json:"oneOf"`
	}
	if err := json.Unmarshal(text, &outline); err != nil {
		return nil, err
	}
	for _, one := range outline.OneOf {
		ref := one["$ref"]
		kind := ref[strings.LastIndex(ref, "/")+1:]
		if s.kinds[kind], err = compiler.Compile("events.json" + ref); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Kinds are the names of all kinds of objects.
func (s *Schema) Kinds() []string {
	var out []string
	for kind := range s.kinds {
		out = append(out, kind)
	}
	return out
}

// Check reports why a line is none of the objects, or which one it is.
func (s *Schema) Check(line []byte) (string, error) {
	object, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, line)
	}
	if err = s.compiled.Validate(object); err == nil {
		for kind, schema := range s.kinds {
			if schema.Validate(object) == nil {
				return kind, nil
			}
		}
	}
	return "", fmt.Errorf("%w: %s", s.why(object, err), line)
}

// why is what is wrong with an object, held against the kinds of its type
// alone: what makes it no other kind does not matter.
func (s *Schema) why(object any, all error) error {
	fields, ok := object.(map[string]any)
	if !ok {
		return all
	}
	var errs []error
	for kind, schema := range s.kinds {
		if kind == fields["type"] || kind == "pruneOutcome" && fields["type"] == "outcome" {
			errs = append(errs, schema.Validate(object))
		}
	}
	if len(errs) == 0 {
		return fmt.Errorf("no such type: %v", fields["type"])
	}
	return errors.Join(errs...)
}
