package podtemplate

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	corev1 "k8s.io/api/core/v1"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
)

// Of is the pod template of a StatefulSet's manifest in JSON.
func Of(manifest []byte) (Template, error) {
	var set struct {
		Spec struct {
			Template json.RawMessage `json:"template"`
		} `json:"spec"`
	}
	if err := json.Unmarshal(manifest, &set); err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	if len(set.Spec.Template) == 0 || string(set.Spec.Template) == "null" {
		return nil, fmt.Errorf("manifest: no spec.template")
	}
	return Template(set.Spec.Template), nil
}

// Image is one container=image pair; the name * means every container.
type Image struct {
	Container string
	Image     string
}

// ParseImages reads pairs like nginx=nginx:1.22.
func ParseImages(pairs []string) ([]Image, error) {
	var images []Image
	for _, pair := range pairs {
		name, image, ok := strings.Cut(pair, "=")
		if !ok || name == "" || image == "" || strings.ContainsFunc(pair, noPart) {
			return nil, fmt.Errorf("%q is not CONTAINER=IMAGE", pair)
		}
		if slices.ContainsFunc(images, func(i Image) bool { return i.Container == name }) {
			return nil, fmt.Errorf("container %q is given twice", name)
		}
		images = append(images, Image{name, image})
	}
	return images, nil
}

// noPart reports whether a character can't be part of a name or of an image. One
// that is not seen, or is no character at all, would be stored as something else
// than what was asked for.
func noPart(r rune) bool {
	return unicode.IsSpace(r) || !unicode.IsGraphic(r) || r == unicode.ReplacementChar
}

// WithImages gives containers, and init containers, other images. A name that
// the template does not have is an error which lists those it has.
func WithImages(t Template, images []Image) (Template, error) {
	root, err := decode(t)
	if err != nil {
		return nil, err
	}
	spec, _ := root["spec"].(map[string]any)
	for _, image := range images {
		if !setImage(spec, image) {
			return nil, fmt.Errorf("no container %q in the template (there are: %s)", image.Container, strings.Join(names(spec), ", "))
		}
	}
	return encode(root)
}

// lists are the fields of a pod spec that hold containers.
var lists = []string{"containers", "initContainers"}

func setImage(spec map[string]any, image Image) bool {
	found := false
	for _, list := range lists {
		containers, _ := spec[list].([]any)
		for _, c := range containers {
			// Like kubectl set image, * leaves the init containers alone.
			if c, ok := c.(map[string]any); ok && (c["name"] == image.Container || image.Container == "*" && list == "containers") {
				c["image"] = image.Image
				found = true
			}
		}
	}
	return found
}

func names(spec map[string]any) []string {
	var out []string
	for _, list := range lists {
		containers, _ := spec[list].([]any)
		for _, c := range containers {
			if c, ok := c.(map[string]any); ok {
				out = append(out, fmt.Sprint(c["name"]))
			}
		}
	}
	return out
}

// ParsePatch reads a strategic merge patch of the pod template, in YAML or
// JSON. One that is written from the StatefulSet's root, with nothing but
// spec.template in it, is taken too.
func ParsePatch(text []byte) ([]byte, error) {
	docs, err := documents(text)
	if err != nil {
		return nil, err
	}
	docs = slices.DeleteFunc(docs, func(doc json.RawMessage) bool { return string(doc) == "null" })
	if len(docs) > 1 {
		return nil, fmt.Errorf("not a patch: it holds %d documents", len(docs))
	}
	data := slices.Concat(docs...) // none or one
	var root map[string]any
	if err := utiljson.Unmarshal(data, &root); err != nil || len(root) == 0 {
		return nil, fmt.Errorf("not a patch: it holds no fields")
	}
	if spec, ok := root["spec"].(map[string]any); ok && spec["template"] != nil {
		if len(spec) > 1 || !onlyIdentity(root) {
			return nil, fmt.Errorf("the patch changes more than spec.template")
		}
		template, ok := spec["template"].(map[string]any)
		if !ok || len(template) == 0 {
			return nil, fmt.Errorf("not a patch: spec.template holds no fields")
		}
		if data, err = json.Marshal(template); err != nil {
			return nil, err
		}
		root = template
	}
	if err := onlyTemplate(root); err != nil {
		return nil, err
	}
	return data, nil
}

// onlyTemplate rejects a patch with fields that no pod template has.
func onlyTemplate(root map[string]any) error {
	for _, key := range slices.Sorted(maps.Keys(root)) {
		if key != "spec" && key != "metadata" {
			return fmt.Errorf("%q is no field of a pod template (metadata and spec are)", key)
		}
	}
	return nil
}

// onlyIdentity reports whether a patch from the root says nothing else than
// which kind of object it is for.
func onlyIdentity(root map[string]any) bool {
	for key := range root {
		if key != "spec" && key != "apiVersion" && key != "kind" {
			return false
		}
	}
	return true
}

// Patched applies a strategic merge patch as kubectl patch does.
func Patched(t Template, patch []byte) (Template, error) {
	out, err := strategicpatch.StrategicMergePatch(t, patch, corev1.PodTemplateSpec{})
	if err != nil {
		return nil, fmt.Errorf("the patch does not fit the template: %w", err)
	}
	return out, nil
}

func decode(t Template) (map[string]any, error) {
	var root map[string]any
	// utiljson keeps large integers, which float64 would round.
	if err := utiljson.Unmarshal(t, &root); err != nil {
		return nil, fmt.Errorf("pod template: %w", err)
	}
	return root, nil
}

func encode(root map[string]any) (Template, error) {
	out, err := json.Marshal(root)
	if err != nil {
		return nil, fmt.Errorf("pod template: %w", err)
	}
	return out, nil
}
