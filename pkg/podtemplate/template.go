package podtemplate

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// Template is a pod template as the server wrote it. It stays JSON so that a
// field which this binary's API types do not know survives a round trip.
type Template json.RawMessage

// MarshalJSON writes the template as it is.
func (t Template) MarshalJSON() ([]byte, error) { return json.RawMessage(t).MarshalJSON() }

// UnmarshalJSON keeps the text as it is.
func (t *Template) UnmarshalJSON(text []byte) error {
	*t = append((*t)[:0], text...)
	return nil
}

// Typed decodes the template.
func (t Template) Typed() (*corev1.PodTemplateSpec, error) {
	if err := CheckQuantities(t); err != nil {
		return nil, fmt.Errorf("pod template: %w", err)
	}
	typed := &corev1.PodTemplateSpec{}
	if err := json.Unmarshal(t, typed); err != nil {
		return nil, fmt.Errorf("pod template: %w", err)
	}
	return typed, nil
}

// Is reports whether the set has this template. It compares what both mean,
// so the order of keys and the spelling of quantities don't matter.
func (t Template) Is(set *workload.Set) bool {
	typed, err := t.Typed()
	return err == nil && set != nil && SameTemplate(typed, &set.Spec.Template)
}

// SameTemplate reports whether two templates mean the same.
func SameTemplate(a, b *corev1.PodTemplateSpec) bool {
	return equality.Semantic.DeepEqual(a, b)
}

// Digest tells one template from another in a few characters, whichever fields
// this build's API types know: it is made of the JSON, in which the order of keys
// and a null do not count.
func (t Template) Digest() (string, error) {
	decoder := json.NewDecoder(bytes.NewReader(t))
	decoder.UseNumber()
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		return "", fmt.Errorf("pod template: %w", err)
	}
	data, err := json.Marshal(withoutNulls(tree))
	if err != nil {
		return "", fmt.Errorf("pod template: %w", err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(data))[:16], nil
}

// withoutNulls takes fields away that are null. Servers write a creationTimestamp
// like that, or leave it out.
func withoutNulls(tree any) any {
	switch tree := tree.(type) {
	case map[string]any:
		for key, value := range tree {
			if value == nil {
				delete(tree, key)
				continue
			}
			tree[key] = withoutNulls(value)
		}
	case []any:
		for i := range tree {
			tree[i] = withoutNulls(tree[i])
		}
	}
	return tree
}

// Fingerprint tells one template from another as this build's API types have it:
// with other types the same template has another one. It is what earlier versions
// know; see [Template.Digest].
func Fingerprint(t *corev1.PodTemplateSpec) (string, error) {
	data, err := json.Marshal(t)
	if err != nil {
		return "", fmt.Errorf("pod template: %w", err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(data))[:16], nil
}

// RevisionTemplate is the pod template that a ControllerRevision holds, which
// is all that it holds.
func RevisionTemplate(r *appsv1.ControllerRevision) (Template, error) {
	var data struct {
		Spec struct {
			Template map[string]json.RawMessage `json:"template"`
		} `json:"spec"`
	}
	if err := json.Unmarshal(r.Data.Raw, &data); err != nil {
		return nil, fmt.Errorf("revision %s: %w", r.Name, err)
	}
	if data.Spec.Template == nil {
		return nil, fmt.Errorf("revision %s holds no pod template", r.Name)
	}
	// The controller stores it as a strategic merge patch that replaces.
	delete(data.Spec.Template, "$patch")
	var out bytes.Buffer
	if err := json.NewEncoder(&out).Encode(data.Spec.Template); err != nil {
		return nil, fmt.Errorf("revision %s: %w", r.Name, err)
	}
	return Template(bytes.TrimSpace(out.Bytes())), nil
}
