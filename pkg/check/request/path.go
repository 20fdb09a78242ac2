package request

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// path leads to one value of a JSON document: names and indexes. It is the part of
// kubectl's JSONPath that a check needs.
type path struct {
	text  string
	steps []step
}

// step goes into an object by a name, or into a list by an index.
type step struct {
	name  string
	index int
	list  bool
}

// parsePath reads "{.a.b[0]['c.d']}".
func parsePath(text string) (*path, error) {
	wrong := fmt.Errorf("jsonpath %q is more than names and indexes, as in {.shards[0]['in.sync']}", text)
	inner, open := strings.CutPrefix(text, "{")
	inner, closed := strings.CutSuffix(inner, "}")
	if !open || !closed || inner == "" {
		return nil, wrong
	}
	p := &path{text: text}
	for rest := inner; rest != ""; {
		var s step
		var ok bool
		if s, rest, ok = next(rest); !ok {
			return nil, wrong
		}
		p.steps = append(p.steps, s)
	}
	return p, nil
}

// next takes the first step off a path.
func next(text string) (s step, rest string, ok bool) {
	if name, found := strings.CutPrefix(text, "."); found {
		end := strings.IndexAny(name, ".[")
		if end < 0 {
			end = len(name)
		}
		name, rest = name[:end], name[end:]
		return step{name: name}, rest, name != "" && !strings.ContainsAny(name, "*?@(){}]'\" ")
	}
	if name, found := strings.CutPrefix(text, "['"); found {
		name, rest, found = strings.Cut(name, "']")
		return step{name: name}, rest, found && name != ""
	}
	index, found := strings.CutPrefix(text, "[")
	if !found {
		return step{}, "", false
	}
	index, rest, found = strings.Cut(index, "]")
	n, err := strconv.Atoi(index)
	return step{index: n, list: true}, rest, found && err == nil && n >= 0 && index[0] != '+'
}

// find follows the path to a single value.
func (p *path) find(at any) (string, error) {
	for _, s := range p.steps {
		var there bool
		switch value := at.(type) {
		case map[string]any:
			at, there = value[s.name]
			there = there && !s.list
		case []any:
			if there = s.list && s.index < len(value); there {
				at = value[s.index]
			}
		}
		if !there {
			return "", fmt.Errorf("the answer has no %s", p.text)
		}
	}
	switch value := at.(type) {
	case string:
		return value, nil
	case json.Number:
		return value.String(), nil
	case bool:
		return strconv.FormatBool(value), nil
	case nil:
		return "null", nil
	}
	return "", fmt.Errorf("%s of the answer is no single value", p.text)
}
