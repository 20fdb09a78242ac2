package recreate

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// The fields that an update may not change (ValidateStatefulSetUpdate in the API server's
// source lists those that it may).
const (
	fieldManagement = "podManagementPolicy"
	fieldService    = "serviceName"
	fieldSelector   = "selector"
	fieldTemplates  = "volumeClaimTemplates"
)

// fieldAttributes is that of a claim template.
const fieldAttributes = "volumeAttributesClassName"

var immutable = []string{fieldManagement, fieldService, fieldSelector, fieldTemplates}

// Merge is the set as it is, with those fields of another manifest that an update may not
// change. Both are without what the API server sets.
func Merge(live, wanted []byte) (json.RawMessage, error) {
	is, err := saved.Parse(live)
	if err != nil {
		return nil, fmt.Errorf("the StatefulSet: %w", err)
	}
	wants, err := saved.Parse(wanted)
	if err != nil {
		return nil, fmt.Errorf("the manifest: %w", err)
	}
	is.Own()
	selector, there := wants.Spec()[fieldSelector]
	selects := there && !reflect.DeepEqual(selector, is.Spec()[fieldSelector])
	before := list(is.Spec()[fieldTemplates])
	for _, field := range immutable {
		if value, there := wants.Spec()[field]; there {
			is.Spec()[field] = value
		} else {
			delete(is.Spec(), field) // the default
		}
	}
	if selects {
		if err := selected(is); err != nil {
			return nil, err
		}
	}
	if no := unmounted(is, before); no != nil {
		return nil, no // the API server would speak of a volume that is not found
	}
	return is.Text()
}

// Begun reports whether a recreate in progress is the one that a manifest asks for: a command
// that was killed goes on when it is given again.
func Begun(kept saved.Set, wanted []byte) bool {
	merged, err := Merge(kept.Before, wanted)
	if err != nil {
		return false
	}
	asked, err := saved.Parse(merged)
	if err != nil {
		return false
	}
	begun, err := saved.Parse(kept.Manifest)
	return err == nil && reflect.DeepEqual(asked, begun)
}

// Asks is what a claim template is to ask for.
type Asks struct {
	Size       string // "" for what it asks for now
	Attributes string // a VolumeAttributesClass, "" for the one that it asks for now
}

// Resized is the set as it is, with claim templates that ask for something else.
func Resized(live []byte, wanted map[string]Asks) (json.RawMessage, error) {
	o, err := saved.Parse(live)
	if err != nil {
		return nil, err
	}
	o.Own()
	templates, _ := o.Spec()[fieldTemplates].([]any)
	for _, t := range templates {
		template, _ := t.(map[string]any)
		asks := wanted[nameOf(template)]
		if asks.Size != "" {
			within(template, "spec", "resources", "requests")["storage"] = asks.Size
		}
		if asks.Attributes != "" {
			within(template, "spec")[fieldAttributes] = asks.Attributes
		}
	}
	return o.Text()
}

// within is the object at this path, which is made where there is none.
func within(object map[string]any, path ...string) map[string]any {
	for _, key := range path {
		next, _ := object[key].(map[string]any)
		if next == nil {
			next = map[string]any{}
			object[key] = next
		}
		object = next
	}
	return object
}

// Resizes reports whether the claim templates of a manifest ask for all of this; the name ""
// is for the only one.
func Resizes(manifest []byte, wanted map[string]Asks) bool {
	o, err := saved.Parse(manifest)
	if err != nil {
		return false
	}
	all := list(o.Spec()[fieldTemplates])
	for name, asks := range wanted {
		i := slices.IndexFunc(all, func(t map[string]any) bool { return name == nameOf(t) || name == "" && len(all) == 1 })
		if i < 0 {
			return false
		}
		spec := saved.Object(all[i]).Map("spec")
		size := words(saved.Object(spec).Map("resources", "requests")["storage"])
		switch {
		case asks.Size != "" && storage.CompareSizes(size, asks.Size) != 0:
			return false
		case asks.Attributes != "" && spec[fieldAttributes] != asks.Attributes:
			return false
		}
	}
	return true
}

func nameOf(template map[string]any) string {
	name, _ := saved.Object(template).Map("metadata")["name"].(string)
	return name
}

// Left are those of the fields in which a manifest differs from the set that can be changed
// as usual, whatever stands behind their names: a recreate leaves them.
func Left(differences []string) []string {
	return slices.DeleteFunc(slices.Clone(differences), func(d string) bool {
		return slices.ContainsFunc(immutable, func(field string) bool {
			rest, is := strings.CutPrefix(d, "spec."+field)
			return is && (rest == "" || strings.ContainsAny(rest[:1], ".[: "))
		})
	})
}

// change is one field that comes out otherwise.
type change struct {
	field string // of the spec
	says  string // from what to what
	means string // for the pods and claims that there are
}

// changes compares two sets as the API server has them, with their defaults.
func changes(before, after saved.Object) []change {
	var out []change
	was, is := before.Spec(), after.Spec()
	if a, b := words(was[fieldManagement]), words(is[fieldManagement]); a != b {
		c := change{field: fieldManagement, says: fmt.Sprintf("podManagementPolicy: %s to %s", a, b), means: "no pod restarts"}
		if b == "OrderedReady" {
			c.means = "no pod restarts; from then on a pod that is not Ready holds up those above it"
		}
		out = append(out, c)
	}
	if a, b := words(was[fieldService]), words(is[fieldService]); a != b {
		out = append(out, change{
			field: fieldService,
			says:  fmt.Sprintf("serviceName: %s to %s", orNone(a), orNone(b)),
			means: "pods keep the old name in DNS until they are restarted",
		})
	}
	if !reflect.DeepEqual(was[fieldSelector], is[fieldSelector]) {
		out = append(out, change{
			field: fieldSelector,
			says:  fmt.Sprintf("selector: %s to %s", selectorWords(before), selectorWords(after)),
			means: "every pod matches both; no pod restarts, and claims keep the labels that they have",
		})
	}
	for _, c := range templates(list(was[fieldTemplates]), list(is[fieldTemplates])) {
		c.field = fieldTemplates
		out = append(out, c)
	}
	return out
}

// Field is a field of the spec that comes out otherwise.
type Field struct {
	Name          string
	Before, After any // nil where the set does not have it
}

// Fields are those of the spec that a recreate changes, each once.
func (n New) Fields() []Field {
	before, all, err := n.compare()
	if err != nil {
		return nil // [Plan] says so
	}
	after, err := saved.Parse(n.Default)
	if err != nil {
		return nil
	}
	var out []Field
	for _, c := range all {
		if !slices.ContainsFunc(out, func(f Field) bool { return f.Name == c.field }) {
			out = append(out, Field{c.field, before.Spec()[c.field], after.Spec()[c.field]})
		}
	}
	return out
}

func list(value any) []map[string]any {
	all, _ := value.([]any)
	out := make([]map[string]any, 0, len(all))
	for _, one := range all {
		if m, ok := one.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

// words are a value for a person, "" for one that is no plain word or list of words.
func words(value any) string {
	switch value := value.(type) {
	case string:
		return sts.Clean(value)
	case []any:
		var out []string
		for _, one := range value {
			out = append(out, words(one))
		}
		return strings.Join(out, "+")
	}
	return ""
}

func orNone(words string) string {
	if words == "" {
		return "(none)"
	}
	return words
}

// gated is the set as it is created: with the gate closed and both policies at Retain, so
// that nothing happens to a pod or a claim before it is known that all is as it was.
func gated(manifest json.RawMessage, record string, rolls bool, closed int) (json.RawMessage, error) {
	o, err := saved.Parse(manifest)
	if err != nil {
		return nil, err
	}
	o.Annotation(saved.Annotation, record)
	spec := o.Spec()
	retain := string(retained)
	spec["persistentVolumeClaimRetentionPolicy"] = map[string]any{"whenDeleted": retain, "whenScaled": retain}
	if rolls {
		strategy, _ := spec["updateStrategy"].(map[string]any)
		if strategy == nil {
			strategy = map[string]any{}
			spec["updateStrategy"] = strategy
		}
		rolling, _ := strategy["rollingUpdate"].(map[string]any)
		if rolling == nil {
			rolling = map[string]any{}
			strategy["rollingUpdate"] = rolling
		}
		rolling["partition"] = closed
	}
	return o.Text()
}

// renamed reports whether the Service is another one.
func renamed(kept saved.Set) bool {
	before, err := saved.Parse(kept.Before)
	if err != nil {
		return false // nothing is written down
	}
	after, err := saved.Parse(kept.Manifest)
	return err == nil && words(before.Spec()[fieldService]) != words(after.Spec()[fieldService])
}

// was is the set as it was before all of it: on the way back that is the one that comes.
func was(kept saved.Set) (*workload.Set, error) {
	object, before := &appsv1.StatefulSet{}, kept.Before
	if kept.Back {
		before = kept.Manifest
	}
	if err := json.Unmarshal(before, object); err != nil {
		return nil, fmt.Errorf("configmap %s: %w", saved.ConfigMap(kept.Name), err)
	}
	return workload.FromApps(object), nil
}
