package saved

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
)

// Object is a manifest whose numbers are as they were written.
type Object map[string]any

// Parse reads a manifest.
func Parse(text []byte) (Object, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var out Object
	if err := decoder.Decode(&out); err != nil {
		return nil, err
	}
	if out.Spec() == nil || out.Map("metadata") == nil {
		return nil, errors.New("it lacks metadata or a spec")
	}
	return out, nil
}

// Text is the object in JSON, which leaves <, > and & as they are.
func (o Object) Text() (json.RawMessage, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(o); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(out.Bytes()), nil
}

// Map is the map at a path, nil where there is none.
func (o Object) Map(path ...string) map[string]any {
	at := map[string]any(o)
	for _, key := range path {
		at, _ = at[key].(map[string]any)
	}
	return at
}

// Spec is what the set wants.
func (o Object) Spec() map[string]any { return o.Map("spec") }

// Annotation sets one; "" removes it.
func (o Object) Annotation(key, value string) {
	meta := o.Map("metadata") // [Parse] has seen to it
	all, _ := meta["annotations"].(map[string]any)
	if all == nil {
		all = map[string]any{}
	}
	if all[key] = value; value == "" {
		delete(all, key)
	}
	if meta["annotations"] = all; len(all) == 0 {
		delete(meta, "annotations")
	}
}

// Own takes away what the API server sets, and the mark of a recreate: what is left is
// what somebody wants the set to be.
func (o Object) Own() {
	delete(o, "status")
	meta := o.Map("metadata")
	for _, key := range []string{
		"uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink", "deletionTimestamp",
		"deletionGracePeriodSeconds",
	} {
		delete(meta, key)
	}
	o.Annotation(Annotation, "")
}

// retention is what a recreate changes of a set before that goes.
const retention = "persistentVolumeClaimRetentionPolicy"

// Same reports whether a set is still the one that was written down, as the API server
// has it now: but for what a recreate itself changes before the set goes.
func Same(before, now []byte) (bool, error) {
	was, err := Parse(before)
	if err != nil {
		return false, err
	}
	is, err := Parse(now)
	if err != nil {
		return false, err
	}
	for _, o := range []Object{was, is} {
		o.Own()
		delete(o.Spec(), retention)
	}
	return reflect.DeepEqual(was, is), nil
}

// Probe is a manifest under a name that the API server makes up, for a request that keeps
// nothing: what it says to that is not that the name is taken.
func Probe(manifest []byte) (json.RawMessage, error) {
	o, err := Parse(manifest)
	if err != nil {
		return nil, err
	}
	meta := o.Map("metadata")
	name, _ := meta["name"].(string)
	meta["generateName"] = name + "-"
	delete(meta, "name")
	return o.Text()
}
