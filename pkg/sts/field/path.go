package field

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Path is where a field is, from the object's root.
type Path []Element

// Element is one step of a path: into a field or, where there is a key, into the item of a
// list that has these values.
type Element struct {
	Name string         `json:"name,omitempty"`
	Key  map[string]any `json:"key,omitempty"`
}

// UnmarshalJSON keeps the numbers of a key as they are written, as [Parse] does.
func (e *Element) UnmarshalJSON(text []byte) error {
	type plain Element // without this method
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return decoder.Decode((*plain)(e))
}

// Names is a path of fields alone.
func Names(names ...string) Path {
	path := make(Path, len(names))
	for i, name := range names {
		path[i].Name = name
	}
	return path
}

// Then is the path of a field below.
func (p Path) Then(name string) Path { return append(slices.Clip(p), Element{Name: name}) }

// Item is the path of an item of the list.
func (p Path) Item(key map[string]any) Path { return append(slices.Clip(p), Element{Key: key}) }

// Parent is the path of what is around it.
func (p Path) Parent() Path { return p[:max(0, len(p)-1)] }

// Last is the name of the field at its end, "" for the item of a list.
func (p Path) Last() string {
	if len(p) == 0 {
		return ""
	}
	return p[len(p)-1].Name
}

// String writes it as people write paths: spec.template.spec.containers[name=app].image.
func (p Path) String() string {
	var out strings.Builder
	for i, e := range p {
		switch {
		case e.Key != nil:
			out.WriteString("[" + keyWords(e.Key) + "]")
		case strings.ContainsAny(e.Name, "./[]"): // the key of a label or an annotation
			out.WriteString("[" + strconv.Quote(e.Name) + "]")
		case i > 0:
			out.WriteString("." + e.Name)
		default:
			out.WriteString(e.Name)
		}
	}
	return out.String()
}

func keyWords(key map[string]any) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(key)) {
		parts = append(parts, fmt.Sprintf("%s=%v", name, key[name]))
	}
	return strings.Join(parts, ",")
}

// At finds what an object has at a path, as JSON decoded without types has it.
func At(object any, path Path) (any, bool) {
	for _, e := range path {
		var ok bool
		if e.Key != nil {
			object, ok = item(object, e.Key)
		} else {
			var fields map[string]any
			if fields, ok = object.(map[string]any); ok {
				object, ok = fields[e.Name]
			}
		}
		if !ok {
			return nil, false
		}
	}
	return object, true
}

func item(list any, key map[string]any) (any, bool) {
	items, _ := list.([]any)
	for _, one := range items {
		if fields, ok := one.(map[string]any); ok && matches(fields, key) {
			return one, true
		}
	}
	return nil, false
}

// matches reports whether an item has this key. A manifest may leave out what the server
// fills in.
func matches(fields, key map[string]any) bool {
	for name, want := range key {
		have, ok := fields[name]
		if !ok {
			have = defaults[name]
		}
		if !same(have, want) {
			return false
		}
	}
	return true
}

// defaults are those of the fields that are part of a list's key.
var defaults = map[string]any{"protocol": "TCP"}

// same compares values as JSON writes them: one may be a json.Number.
func same(a, b any) bool {
	left, errLeft := json.Marshal(a)
	right, errRight := json.Marshal(b)
	return errLeft == nil && errRight == nil && bytes.Equal(left, right)
}
