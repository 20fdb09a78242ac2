package field

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
)

// Change is a field in which two versions of an object differ. Before or After is nil
// where that version does not have it.
type Change struct {
	Path          Path
	Before, After any
}

// keys are the names of the fields by which the items of a list are told apart, for the
// lists of a pod template (x-kubernetes-list-map-keys of its API type).
var keys = map[string][]string{
	"containers": {"name"}, "initContainers": {"name"}, "ephemeralContainers": {"name"}, "volumes": {"name"}, "env": {"name"},
	"imagePullSecrets": {"name"}, "resourceClaims": {"name"}, "schedulingGates": {"name"}, "claims": {"name"},
	"evictionResponders": {"name"}, "ownerReferences": {"uid"},
	"volumeMounts": {"mountPath"}, "volumeDevices": {"devicePath"}, "ports": {"containerPort", "protocol"},
	"hostAliases": {"ip"}, "topologySpreadConstraints": {"topologyKey", "whenUnsatisfiable"},
}

// atomic are maps and structs that are owned as a whole (x-kubernetes-map-type).
var atomic = map[string]bool{
	"nodeSelector": true, "selector": true, "labelSelector": true, "namespaceSelector": true, "fieldRef": true,
	"resourceFieldRef": true, "secretKeyRef": true, "configMapKeyRef": true, "secretRef": true, "fileKeyRef": true,
	"nodePublishSecretRef": true, "dataSource": true,
	"requiredDuringSchedulingIgnoredDuringExecution": true, // of nodes; those of pods are lists
}

// Parse decodes an object for [At] and [Changes], with its numbers as they are written.
func Parse(text []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var object any
	err := decoder.Decode(&object)
	return object, err
}

// Changes are the fields in which two versions of what is at a path differ, as small as
// they have owners. They come in the order of their names, items in the order of the list.
func Changes(at Path, before, after any) []Change {
	if same(before, after) {
		return nil
	}
	was, wasMap := before.(map[string]any)
	is, isMap := after.(map[string]any)
	if (wasMap || before == nil) && (isMap || after == nil) && !atomic[at.Last()] {
		var out []Change
		for _, name := range slices.Sorted(maps.Keys(joined(was, is))) {
			out = append(out, Changes(at.Then(name), was[name], is[name])...)
		}
		return out
	}
	if by := keys[at.Last()]; by != nil {
		if out, ok := itemChanges(at, by, before, after); ok {
			return out
		}
	}
	return []Change{{at, before, after}}
}

func joined(a, b map[string]any) map[string]any {
	out := maps.Clone(a)
	if out == nil {
		out = map[string]any{}
	}
	maps.Copy(out, b)
	return out
}

// itemChanges compares two lists item by item; not ok where one is no list of items with
// these keys.
func itemChanges(at Path, by []string, before, after any) ([]Change, bool) {
	was, ok := before.([]any)
	is, isList := after.([]any)
	if !ok && before != nil || !isList && after != nil {
		return nil, false
	}
	var out []Change
	for _, one := range is {
		key, ok := keyOf(one, by)
		if !ok {
			return nil, false
		}
		path := at.Item(key)
		if old, known := item(before, key); known {
			out = append(out, Changes(path, old, one)...)
			continue
		}
		out = append(out, Change{path, nil, one})
	}
	for _, one := range was {
		key, ok := keyOf(one, by)
		if !ok {
			return nil, false
		}
		if _, still := item(after, key); !still {
			out = append(out, Change{at.Item(key), one, nil})
		}
	}
	return out, true
}

func keyOf(one any, by []string) (map[string]any, bool) {
	fields, ok := one.(map[string]any)
	if !ok {
		return nil, false
	}
	key := map[string]any{}
	for _, name := range by {
		value, ok := fields[name]
		if !ok {
			value, ok = defaults[name]
		}
		if !ok {
			return nil, false
		}
		key[name] = value
	}
	return key, true
}
