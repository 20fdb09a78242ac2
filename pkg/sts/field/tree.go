package field

import (
	"encoding/json"
	"strings"
)

// Tree is which fields a manager owns, as fieldsV1 has it. A node without any below is
// owned itself; one with some is only if it has a dot among them.
type Tree map[string]Tree

const itself = "."

// ParseTree reads fieldsV1; nil for what is none.
func ParseTree(text []byte) Tree {
	var t Tree
	if json.Unmarshal(text, &t) != nil {
		return nil
	}
	return t
}

// Text is the tree as fieldsV1 has it.
func (t Tree) Text() string {
	text, _ := json.Marshal(t) // maps of maps can be written
	return string(text)
}

// Owns reports whether the field, or a part of it, is owned.
func (t Tree) Owns(path Path) bool {
	node, ok := t.at(path)
	return ok && (len(path) > 0 || len(node) > 0)
}

// at is the node of a path.
func (t Tree) at(path Path) (Tree, bool) {
	for _, e := range path {
		name, ok := t.name(e)
		if !ok {
			return nil, false
		}
		t = t[name]
	}
	return t, true
}

// name is what a node calls a part of it.
func (t Tree) name(e Element) (string, bool) {
	if e.Key == nil {
		_, ok := t["f:"+e.Name]
		return "f:" + e.Name, ok
	}
	for name := range t {
		text, isKey := strings.CutPrefix(name, "k:")
		var key map[string]any
		if isKey && json.Unmarshal([]byte(text), &key) == nil && same(key, e.Key) {
			return name, true
		}
	}
	text, _ := json.Marshal(e.Key) // it was read as JSON
	return "k:" + string(text), false
}

// Add makes a field the manager's own.
func (t Tree) Add(path Path) {
	for i, e := range path {
		name, known := t.name(e)
		last := i == len(path)-1
		switch next := t[name]; {
		case !known || next == nil:
			t[name] = Tree{}
		case len(next) == 0 && !last, len(next) > 0 && last:
			next[itself] = Tree{}
		}
		t = t[name]
	}
}

// Remove takes a field away from the manager, with all below it, and what is around it
// that the manager does not own itself and has nothing left.
func (t Tree) Remove(path Path) { t.remove(path) }

// remove reports whether nothing is left of the node.
func (t Tree) remove(path Path) bool {
	if len(path) == 0 {
		return false
	}
	name, ok := t.name(path[0])
	switch {
	case !ok:
		return false
	case len(path) == 1:
		delete(t, name)
	case len(t[name]) > 0 && t[name].remove(path[1:]):
		delete(t, name)
	}
	if _, own := t[itself]; own && len(t) == 1 {
		delete(t, itself) // one without any below is owned itself
		return false
	}
	return len(t) == 0
}
