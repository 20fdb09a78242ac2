package recreate

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// templates compares claim templates.
func templates(was, is []map[string]any) []change {
	var out []change
	for _, t := range is {
		name := nameOf(t)
		before := named(was, name)
		if before == nil {
			out = append(out, change{
				says:  "claim template " + name + " is added",
				means: "a pod gets its volume when it is created; a claim of its name that is there already is used as it is",
			})
			continue
		}
		out = append(out, template(name, before, t)...)
	}
	for _, t := range was {
		if name := nameOf(t); named(is, name) == nil {
			out = append(out, change{
				says:  "claim template " + name + " is removed",
				means: "its claims and their data stay, and a pod keeps the volume until it is replaced",
			})
		}
	}
	return out
}

// template compares one.
func template(name string, was, is map[string]any) []change {
	var out []change
	say := func(what string, a, b any) {
		if reflect.DeepEqual(a, b) {
			return
		}
		c := change{
			says: fmt.Sprintf("claim template %s: %s", name, what), means: "existing claims stay as they are",
		}
		if from, to := words(a), words(b); from != "" || to != "" {
			c.says += fmt.Sprintf(" %s to %s", orNone(from), orNone(to))
		}
		out = append(out, c)
	}
	a, b := saved.Object(was), saved.Object(is)
	size := func(o saved.Object) string { return words(o.Map("spec", "resources", "requests")["storage"]) }
	if storage.CompareSizes(size(a), size(b)) != 0 {
		say("size", size(a), size(b))
	}
	say("storageClassName", a.Map("spec")["storageClassName"], b.Map("spec")["storageClassName"])
	say(fieldAttributes, a.Map("spec")[fieldAttributes], b.Map("spec")[fieldAttributes])
	say("volumeMode", a.Map("spec")["volumeMode"], b.Map("spec")["volumeMode"])
	say("accessModes", a.Map("spec")["accessModes"], b.Map("spec")["accessModes"])
	say("labels", a.Map("metadata")["labels"], b.Map("metadata")["labels"])
	say("annotations", a.Map("metadata")["annotations"], b.Map("metadata")["annotations"])
	if len(out) == 0 {
		rest := func(o saved.Object) map[string]any {
			spec := map[string]any{}
			for key, value := range o.Map("spec") {
				if key != "resources" {
					spec[key] = value
				}
			}
			return spec
		}
		say("spec", rest(a), rest(b))
	}
	return out
}

// named is the one of this name, nil where there is none.
func named(all []map[string]any, name string) map[string]any {
	i := slices.IndexFunc(all, func(t map[string]any) bool { return nameOf(t) == name })
	if i < 0 {
		return nil
	}
	return all[i]
}

// removed are the claim templates that go.
func removed(was, is []map[string]any) []string {
	var out []string
	for _, t := range was {
		if name := nameOf(t); named(is, name) == nil {
			out = append(out, name)
		}
	}
	return out
}

// unmounted refuses to remove a claim template whose volume the pod template mounts. The
// controller adds the volume to a pod at its birth: a pod born later could not be created,
// or would mount whatever the pod template has under that name.
func unmounted(set saved.Object, was []map[string]any) *plan.Refusal {
	is := list(set.Spec()[fieldTemplates])
	for _, name := range removed(was, is) {
		container := mounts(set.Map("spec", "template", "spec"), name)
		if container == "" {
			continue
		}
		no := &plan.Refusal{
			Why: fmt.Sprintf("claim template %s is removed, but container %s of the pods mounts it: "+
				"pods that are created later would lack it", sts.Clean(name), sts.Clean(container)),
			Try: []hint.Hint{
				hint.Plugin("first roll out a manifest that has the claim template and does not mount it", "canary").With("-f", Filename),
				hint.Plugin("then give this one again", "recreate").With("-f", Filename),
			},
		}
		if len(removed(is, was)) > 0 { // a new one takes its place
			no.Try = swapping()
		}
		return no
	}
	return nil
}

// mounts is the first container of a pod template that mounts this volume, "" for none.
func mounts(pod map[string]any, volume string) string {
	for _, kind := range []string{"initContainers", "containers"} {
		for _, container := range list(pod[kind]) {
			for _, field := range []string{"volumeMounts", "volumeDevices"} {
				for _, mount := range list(container[field]) {
					if mount["name"] == volume {
						return words(container["name"])
					}
				}
			}
		}
	}
	return ""
}
