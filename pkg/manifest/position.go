package manifest

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Position is the line and the column of a field, such as
// spec.template.spec.containers[0].image, counted from 1. Where the object lacks it, it
// is that of the innermost field around it.
func (d Document) Position(field string) (line, column int) {
	at := d.node
	line, column = at.Line, at.Column
	for _, name := range steps(field) {
		for at.Kind == yaml.AliasNode && at.Alias != nil {
			at = at.Alias
		}
		key, value := entry(at, name)
		if value == nil {
			break
		}
		at = value
		line, column = key.Line, key.Column
	}
	return d.from + line, column
}

// steps are the names in a path of fields. What is in brackets is one name: an index, or
// a key with dots in it.
func steps(field string) []string {
	var out []string
	for field != "" {
		field = strings.TrimPrefix(field, ".")
		if rest, ok := strings.CutPrefix(field, "["); ok {
			name, after, _ := strings.Cut(rest, "]")
			out, field = append(out, name), after
			continue
		}
		end := strings.IndexAny(field, ".[")
		if end < 0 {
			end = len(field)
		}
		if end > 0 {
			out = append(out, field[:end])
		}
		field = field[end:]
	}
	return out
}

// child is the value of a field or of an item, nil where there is none.
func child(node *yaml.Node, name string) *yaml.Node {
	if node == nil {
		return nil
	}
	_, value := entry(node, name)
	return value
}

// entry is a field's name and its value; an item is both.
func entry(node *yaml.Node, name string) (key, value *yaml.Node) {
	switch node.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value == name {
				return node.Content[i], node.Content[i+1]
			}
		}
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(node.Content) {
			return node.Content[i], node.Content[i]
		}
	}
	return nil, nil
}
