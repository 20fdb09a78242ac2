package podtemplate

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
)

// Manifest is the one StatefulSet of a file.
type Manifest struct {
	Namespace string // empty when the file names none
	Name      string
	Template  Template
	set       *appsv1.StatefulSet
	text      []byte
}

// Text is the StatefulSet in JSON, as the file has it.
func (m *Manifest) Text() []byte { return m.text }

// ParseManifest finds the one StatefulSet in a file of YAML documents or JSON.
// Other kinds in it are passed over: a Service usually lives beside it.
func ParseManifest(text []byte) (*Manifest, error) {
	docs, err := documents(text)
	if err != nil {
		return nil, err
	}
	var found *Manifest
	for _, doc := range docs {
		var kind struct {
			APIVersion string `json:"apiVersion"`
			Kind       string `json:"kind"`
		}
		if err := json.Unmarshal(doc, &kind); err != nil || kind.Kind != "StatefulSet" {
			continue
		}
		if kind.APIVersion != "apps/v1" {
			return nil, fmt.Errorf("the StatefulSet has apiVersion %q, want apps/v1", kind.APIVersion)
		}
		if found != nil {
			return nil, fmt.Errorf("more than one StatefulSet (%s and another); give a file with one", found.Name)
		}
		if found, err = parseSet(doc); err != nil {
			return nil, err
		}
	}
	if found == nil {
		return nil, errors.New("no StatefulSet in the file")
	}
	return found, nil
}

func documents(text []byte) ([]json.RawMessage, error) {
	var out []json.RawMessage
	reader := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
	for {
		doc, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, oneLine(err)
		}
		data, err := FromYAML(doc)
		if err != nil {
			return nil, err
		}
		var list struct {
			Kind  string            `json:"kind"`
			Items []json.RawMessage `json:"items"`
		}
		if json.Unmarshal(data, &list) == nil && list.Kind == "List" {
			out = append(out, list.Items...)
			continue
		}
		out = append(out, data)
	}
}

func parseSet(doc []byte) (*Manifest, error) {
	if err := CheckQuantities(doc); err != nil {
		return nil, err
	}
	set := &appsv1.StatefulSet{}
	if err := json.Unmarshal(doc, set); err != nil {
		return nil, oneLine(err)
	}
	if set.Name == "" {
		return nil, errors.New("the StatefulSet has no name")
	}
	template, err := Of(doc)
	if err != nil {
		return nil, err
	}
	return &Manifest{Namespace: set.Namespace, Name: set.Name, Template: template, set: set, text: doc}, nil
}

// notCompared are the fields that no rollout changes: what kubectl keeps for
// itself, and what the server fills in.
var notCompared = []string{
	"status", "metadata.name", "metadata.namespace", "metadata.uid", "metadata.resourceVersion",
	"metadata.generation", "metadata.creationTimestamp", "metadata.managedFields", "apiVersion", "kind",
	"metadata.annotations[kubectl.kubernetes.io/last-applied-configuration]",
	"metadata.annotations[kubernetes.io/change-cause]",
}

// OtherChanges names the fields, besides the template, that the manifest sets
// to something else than the live set has. A field that the manifest leaves
// out is no difference: the server fills those in.
func (m *Manifest) OtherChanges(live *appsv1.StatefulSet) ([]string, error) {
	return m.changes(live, append(slices.Clone(notCompared), "spec.template"))
}

// Changes names those of the template as well.
func (m *Manifest) Changes(live *appsv1.StatefulSet) ([]string, error) {
	return m.changes(live, notCompared)
}

func (m *Manifest) changes(live *appsv1.StatefulSet, but []string) ([]string, error) {
	// Through the types, so that 1024Mi and 1Gi are the same.
	want, err := generic(m.set)
	if err != nil {
		return nil, err
	}
	have, err := generic(live)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, d := range differences(have, want, true) {
		if !slices.ContainsFunc(but, d.under) {
			out = append(out, d.String())
		}
	}
	return out, nil
}

func generic(v any) (map[string]any, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var out map[string]any
	err = json.Unmarshal(data, &out)
	return out, err
}
