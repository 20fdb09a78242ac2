// Package saved is a StatefulSet as it is written down before it is deleted to be
// recreated around its running pods: in a ConfigMap beside it, so that whoever comes after
// a run that was killed in between, on any machine, can go on. It is pure.
package saved

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/annotation"
)

// Format is the version of what is written.
const Format = 1

// Most is how many bytes a ConfigMap may hold, with room for its metadata.
const Most = 1<<20 - 16<<10

// Annotation on a set says which recreate of it is in progress. The same as a label on a
// ConfigMap says which set that is about.
const Annotation = annotation.Prefix + "recreate"

// The keys of the ConfigMap. A person who is alone with it creates the set from Manifest.
const (
	KeyManifest = "statefulset.json"
	KeyBefore   = "before.json"
	KeyRecord   = "record.json"
)

// Set is one that is to be recreated.
type Set struct {
	Version int       `json:"version"`
	ID      string    `json:"id"` // of the recreate, also on the set while it is in progress
	Name    string    `json:"name"`
	Started time.Time `json:"started"`
	UID     types.UID `json:"uid"`             // of the set that goes
	Changed []string  `json:"changed"`         // each difference, for a person
	Pods    Pods      `json:"pods"`            // that run
	Grown   bool      `json:"grown,omitempty"` // it is the end of a resize, whose claims have the size
	Update  string    `json:"revision"`        // the revision that all of them have
	// Added are the claim templates whose volumes the pods that run do not have. With Back
	// they are those that go again.
	Added []Added `json:"added,omitempty"`
	Back  bool    `json:"back,omitempty"` // it is the way back from a recreate that was cancelled
	// Secret says that the manifests are in a Secret, and the ConfigMap has the rest.
	Secret bool `json:"secret,omitempty"`
	// Managed are the entries of managedFields that it gets back.
	Managed json.RawMessage `json:"managedFields,omitempty"`
	// Manifest is the set to be created, Before the one that goes: without what the API
	// server sets, the rest as that has sent it.
	Manifest json.RawMessage `json:"manifest,omitempty"`
	Before   json.RawMessage `json:"before,omitempty"`
}

// Says is what the new one has otherwise, in a sentence's few words.
func (s Set) Says() string { return strings.Join(s.Changed, ", ") }

// Added is a claim template whose volume the pods that run do not have.
type Added struct {
	Template string `json:"template"`
	// Binds says that a claim of it is bound before there is a pod that uses it.
	Binds bool `json:"binds,omitempty"`
}

// Templates are the names of those that are added.
func (s Set) Templates() []string {
	var out []string
	for _, a := range s.Added {
		out = append(out, a.Template)
	}
	return out
}

// Pods are the uids of pods by their names.
type Pods map[string]types.UID

// ConfigMap is the name of the one that keeps a set.
func ConfigMap(set string) string { return "kubectl-sts." + set }

// SetOf is the name of the set that a ConfigMap of this name keeps. It is not ok where no
// recreate gives such a name.
func SetOf(configMap string) (set string, ok bool) {
	set, ok = strings.CutPrefix(configMap, ConfigMap(""))
	return set, ok && set != ""
}

// SecretName is the name of the Secret that keeps the manifests, "" where the ConfigMap does.
func (s Set) SecretName() string {
	if !s.Secret {
		return ""
	}
	return ConfigMap(s.Name) + "." + strings.ToLower(s.ID)
}

// Where says where it is written down.
func (s Set) Where() string {
	if s.Secret {
		return "secret " + s.SecretName()
	}
	return "configmap " + ConfigMap(s.Name)
}

// Data is what the ConfigMap holds, and the Secret where there is one. An error says that it does not fit.
func (s Set) Data() (map[string]string, error) {
	manifest, before := s.Manifest, s.Before
	s.Manifest, s.Before = nil, nil // they have keys of their own
	record, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	out := map[string]string{KeyManifest: string(manifest), KeyBefore: string(before), KeyRecord: string(record)}
	size := 0
	for text := range maps.Values(out) {
		size += len(text)
	}
	if size > Most {
		return nil, fmt.Errorf("it takes %d bytes to write it down, and a ConfigMap holds %d", size, Most)
	}
	return out, nil
}

// Read reads what [Set.Data] made. It rejects what no run writes.
func Read(data map[string]string) (*Set, error) {
	s, err := Record(data)
	if err != nil {
		return nil, err
	}
	if s.Manifest, err = manifest(data, KeyManifest, s.Name); err != nil {
		return nil, err
	}
	if s.Before, err = manifest(data, KeyBefore, s.Name); err != nil {
		return nil, err
	}
	return s, nil
}

// Record reads all but the manifests.
func Record(data map[string]string) (*Set, error) {
	var written struct{ Version int }
	record := []byte(data[KeyRecord])
	if err := json.Unmarshal(record, &written); err != nil {
		return nil, fmt.Errorf("%s: %w", KeyRecord, err)
	}
	if written.Version != Format {
		return nil, fmt.Errorf("it has format %d, this kubectl-sts reads %d: use the version that wrote it", written.Version, Format)
	}
	s := &Set{}
	err := json.Unmarshal(record, s)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", KeyRecord, err)
	}
	if s.ID == "" || s.Name == "" || s.UID == "" || s.Started.IsZero() {
		return nil, errors.New(KeyRecord + ": no recreate writes that")
	}
	return s, nil
}

// manifest is the one of a key, as it is written where nobody has edited it. One of another
// set is an error: that would be created.
func manifest(data map[string]string, key, name string) (json.RawMessage, error) {
	text := bytes.TrimSpace([]byte(data[key]))
	if !json.Valid(text) || text[0] != '{' {
		return nil, fmt.Errorf("%s is no object in JSON", key)
	}
	var object struct {
		Metadata struct {
			Name string `json:"name"`
		} `json:"metadata"`
	}
	if err := json.Unmarshal(text, &object); err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	if object.Metadata.Name != name {
		return nil, fmt.Errorf("%s is about statefulset %q", key, object.Metadata.Name)
	}
	var out bytes.Buffer
	err := json.Compact(&out, text)
	return out.Bytes(), err
}
