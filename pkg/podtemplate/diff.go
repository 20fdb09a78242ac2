package podtemplate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// Diff names the fields in which two templates differ, with both values, in
// the order of their paths. Items of lists go by their names, where they have
// any: containers[nginx].image rather than containers[0].image.
func Diff(before, after Template) ([]string, error) {
	a, err := decode(before)
	if err != nil {
		return nil, err
	}
	b, err := decode(after)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, d := range differences(a, b, false) {
		out = append(out, d.String())
	}
	return out, nil
}

// Differences are those of two templates that do not mean the same, at least one.
func Differences(before, after *corev1.PodTemplateSpec) ([]string, error) {
	if SameTemplate(before, after) {
		return nil, nil
	}
	a, err := json.Marshal(before)
	if err != nil {
		return nil, err
	}
	b, err := json.Marshal(after)
	if err != nil {
		return nil, err
	}
	diff, err := Diff(a, b)
	if err == nil && len(diff) == 0 {
		diff = []string{"spec.template"}
	}
	return diff, err
}

// difference is one field in which two objects differ.
type difference struct {
	path       string
	have, want any // nil for absent
}

func (d difference) String() string {
	path := strings.TrimPrefix(d.path, "spec.containers")
	if path != d.path {
		path = "containers" + path
	}
	switch {
	case d.have == nil:
		return fmt.Sprintf("%s: set to %s", path, short(d.want))
	case d.want == nil:
		return fmt.Sprintf("%s: %s removed", path, short(d.have))
	}
	have, want := text(d.have), text(d.want)
	if len(have) > most || len(want) > most {
		have, want = apart(have, want)
	}
	return fmt.Sprintf("%s: %s -> %s", path, cut(have), cut(want))
}

// under reports whether the difference is at or below a path.
func (d difference) under(path string) bool {
	rest, ok := strings.CutPrefix(d.path, path)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// most is how many characters of a value are shown in a line of a terminal.
const most = 80

// short is a value for one line of a terminal.
func short(v any) string { return cut(text(v)) }

// text is a value as it stands in YAML, or as JSON.
func text(v any) []rune {
	if text, ok := v.(string); ok {
		return []rune(text)
	}
	data, _ := json.Marshal(v) // it was JSON before
	return []rune(string(data))
}

// cut leaves out the middle of a long value: a value's end tells it from others.
func cut(text []rune) string {
	const head = most / 2
	if len(text) <= most {
		return string(text)
	}
	return string(text[:head]) + "…" + string(text[len(text)-(most-head-1):])
}

// apart leaves out most of what two values begin with alike: what differs is what
// they are shown for.
func apart(a, b []rune) (shortA, shortB []rune) {
	const before = 16
	alike := 0
	for alike < min(len(a), len(b)) && a[alike] == b[alike] {
		alike++
	}
	if alike <= before {
		return a, b
	}
	leave := func(text []rune) []rune { return append([]rune{'…'}, text[alike-before:]...) }
	return leave(a), leave(b)
}

// differences walks two JSON values. With subset, what only have has is no
// difference, and neither is an empty value in want.
func differences(have, want any, subset bool) []difference {
	return walk("", have, want, subset)
}

func walk(path string, have, want any, subset bool) []difference {
	if subset && empty(want) {
		return nil
	}
	switch want := want.(type) {
	case map[string]any:
		if have, ok := have.(map[string]any); ok {
			return walkMaps(path, have, want, subset)
		}
	case []any:
		if have, ok := have.([]any); ok {
			h, okHave := byName(have)
			w, okWant := byName(want)
			if okHave && okWant && (!subset || len(have) == len(want)) {
				return walkItems(path, h, w, subset)
			}
		}
	}
	if same(have, want) {
		return nil
	}
	return []difference{{path, have, want}}
}

func walkMaps(path string, have, want map[string]any, subset bool) []difference {
	var out []difference
	for _, key := range union(have, want, subset) {
		next := key
		switch {
		case strings.ContainsAny(key, "./"):
			next = path + "[" + key + "]"
		case path != "":
			next = path + "." + key
		}
		out = append(out, walk(next, have[key], want[key], subset)...)
	}
	return out
}

func walkItems(path string, have, want map[string]any, subset bool) []difference {
	var out []difference
	for _, name := range union(have, want, subset) {
		out = append(out, walk(path+"["+name+"]", have[name], want[name], subset)...)
	}
	return out
}

func union(have, want map[string]any, subset bool) []string {
	all := maps.Clone(want)
	if !subset {
		maps.Copy(all, have)
	}
	return slices.Sorted(maps.Keys(all))
}

// byName indexes a list whose items all have a name of their own; otherwise by
// position. It fails for a list of plain values, which is compared whole.
func byName(list []any) (map[string]any, bool) {
	out := map[string]any{}
	named := true
	for _, item := range list {
		m, ok := item.(map[string]any)
		if !ok {
			return nil, false
		}
		name := itemName(m)
		if _, twice := out[name]; name == "" || twice {
			named = false
			break
		}
		out[name] = item
	}
	if named {
		return out, true
	}
	clear(out)
	for i, item := range list {
		out[fmt.Sprint(i)] = item
	}
	return out, true
}

func itemName(m map[string]any) string {
	if name, ok := m["name"].(string); ok {
		return name
	}
	if meta, ok := m["metadata"].(map[string]any); ok {
		name, _ := meta["name"].(string)
		return name
	}
	return ""
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case map[string]any:
		return len(v) == 0
	case []any:
		return len(v) == 0
	}
	return false
}

func same(a, b any) bool {
	x, errA := json.Marshal(a)
	y, errB := json.Marshal(b)
	return errA == nil && errB == nil && bytes.Equal(x, y)
}
