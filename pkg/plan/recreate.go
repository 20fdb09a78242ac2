package plan

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/fieldmanager"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// The changes of a set that is recreated around its running pods: it is
// written down, deleted with its pods left alone, and created again.

// SaveSet writes the set down in a ConfigMap beside it. It is a conflict where another
// recreate is written down there, or the set is another by now.
type SaveSet struct {
	Saved saved.Set `json:"saved"`
	// Instead is the id of the recreate that is written down there already and ends with
	// this; empty for none.
	Instead string `json:"instead,omitempty"`
}

func (SaveSet) change() {}

// Done is never known: no look tells. To write the same down twice does no harm.
func (SaveSet) Done(sts.Snapshot) bool { return false }

func (c SaveSet) String() string {
	return "save the set in " + c.Saved.Where()
}

// DeleteSet deletes the set and leaves its pods alone (propagation policy Orphan). It is an
// error where the set is not what was written down of it.
type DeleteSet struct {
	Name   string          `json:"name"`
	UID    types.UID       `json:"uid"`
	ID     string          `json:"id"`     // of the recreate under which it is written down
	Before json.RawMessage `json:"before"` // what was written down
}

func (DeleteSet) change() {}

// Done reports whether that very set is gone, or going.
func (d DeleteSet) Done(s sts.Snapshot) bool {
	return !s.Exists() || s.UID() != d.UID || s.Set.DeletionTimestamp != nil
}

func (d DeleteSet) String() string {
	return fmt.Sprintf("delete statefulset %s and leave its pods running", d.Name)
}

// CreateSet creates the set again.
type CreateSet struct {
	Name string    `json:"name"`
	Was  types.UID `json:"was"` // the uid of the one that went
	// Mark is the annotation that says whose it is.
	Mark     string          `json:"mark"`
	Manifest json.RawMessage `json:"manifest"`
}

func (CreateSet) change() {}

// Done reports whether the set is there: the very one, or one that somebody else has
// created from the same manifest.
func (c CreateSet) Done(s sts.Snapshot) bool { return c.Made(s) || c.Equal(s) }

// Made reports whether this is what made the set.
func (c CreateSet) Made(s sts.Snapshot) bool {
	mark, marked := s.Annotation(saved.Annotation)
	return s.Exists() && s.UID() != c.Was && marked && mark == c.Mark
}

// Equal reports whether somebody else has created a set that wants the same pods and
// claims: a tool that applies a manifest may be faster.
func (c CreateSet) Equal(s sts.Snapshot) bool {
	if !s.Exists() || s.UID() == c.Was || s.Set.DeletionTimestamp != nil {
		return false
	}
	made, err := c.set()
	if err != nil {
		return false
	}
	wants, has := made.Spec, s.Set.Spec
	return podtemplate.SameTemplate(&wants.Template, &has.Template) && wants.Ordinals.Equal(has.Ordinals) &&
		slices.EqualFunc(wants.Claims, has.Claims, sameClaim) &&
		wants.ServiceName == has.ServiceName && wants.Ordered == has.Ordered &&
		equality.Semantic.DeepEqual(wants.Selector, has.Selector)
}

// sameClaim reports whether two claim templates are the same to the API server.
func sameClaim(a, b corev1.PersistentVolumeClaim) bool {
	return a.Name == b.Name && maps.Equal(a.Labels, b.Labels) && maps.Equal(a.Annotations, b.Annotations) &&
		equality.Semantic.DeepEqual(workload.ClaimSpec(a), workload.ClaimSpec(b))
}

// Differs names what a set that the API server would create has otherwise than what is asked
// for: fields of its pod template, how many pods it has, how they are updated. Empty is the same.
func (c CreateSet) Differs(would *appsv1.StatefulSet) ([]string, error) {
	wants, err := c.set()
	if err != nil {
		return nil, err
	}
	a, b := wants.Spec, workload.FromApps(would).Spec
	out, err := podtemplate.Differences(&a.Template, &b.Template)
	if err != nil {
		return nil, err
	}
	for _, field := range []struct {
		name string
		same bool
	}{
		{"spec.replicas or spec.ordinals", a.Ordinals.Equal(b.Ordinals)},
		{"spec.updateStrategy", a.Strategy == b.Strategy && a.Partition == b.Partition},
		{"spec.podManagementPolicy", a.Ordered == b.Ordered},
		{"spec.persistentVolumeClaimRetentionPolicy", a.WhenScaled == b.WhenScaled && a.WhenDeleted == b.WhenDeleted},
	} {
		if !field.same {
			out = append(out, field.name)
		}
	}
	return out, nil
}

// set is the manifest in the types of this build.
func (c CreateSet) set() (*workload.Set, error) {
	object := &appsv1.StatefulSet{}
	err := json.Unmarshal(c.Manifest, object)
	return workload.FromApps(object), err
}

func (c CreateSet) String() string {
	return fmt.Sprintf("create statefulset %s around its pods, with the gate closed", c.Name)
}

// DisownClaim takes the set out of the owners of a claim that no pod of it mounts, so that
// it does not go with the set. The controller does not do that for such a claim.
type DisownClaim struct {
	Name  string    `json:"name"`
	UID   types.UID `json:"uid"`
	Owner types.UID `json:"owner"` // the set's uid
}

func (DisownClaim) change() {}

// Done reports whether the claim is gone or has other owners.
func (d DisownClaim) Done(s sts.Snapshot) bool {
	c, there := findClaim(s, d.UID)
	return s.Claims != nil && (!there || !slices.ContainsFunc(c.Owners, func(o metav1.OwnerReference) bool { return o.UID == d.Owner }))
}

func (d DisownClaim) String() string { return "remove the set from the owners of claim " + d.Name }

// RestoreManagers gives managedFields the entries back that the set had before, so that
// whoever owned a field owns it.
type RestoreManagers struct {
	Entries json.RawMessage `json:"entries"`
	// Ours are the names under which the plugin writes besides its own.
	Ours []string `json:"ours,omitempty"`
}

func (RestoreManagers) change() {}

// Of are the entries of the set afterwards: those that were, what its controller has
// written into the status since, and those of managers that had none.
func (r RestoreManagers) Of(s sts.Snapshot) ([]metav1.ManagedFieldsEntry, error) {
	var out []metav1.ManagedFieldsEntry
	if err := json.Unmarshal(r.Entries, &out); err != nil {
		return nil, fmt.Errorf("managedFields: %w", err)
	}
	out = slices.DeleteFunc(out, ofStatus)
	for i := range s.Set.ManagedFields {
		if e := s.Set.ManagedFields[i]; ofStatus(e) || r.since(e, out) {
			out = append(out, e)
		}
	}
	return out, nil
}

// since reports whether an entry is of somebody who has written to the set only since.
func (r RestoreManagers) since(e metav1.ManagedFieldsEntry, before []metav1.ManagedFieldsEntry) bool {
	ours := fieldmanager.Writer{Manager: e.Manager}.Own(r.Ours...)
	return !ours && !slices.ContainsFunc(before, func(b metav1.ManagedFieldsEntry) bool {
		return b.Manager == e.Manager && b.Operation == e.Operation && b.Subresource == e.Subresource
	})
}

// ofStatus are the entries of the set's controller. Those of another subresource stay: who
// scales a set owns its replicas.
func ofStatus(e metav1.ManagedFieldsEntry) bool { return e.Subresource == "status" }

// Done reports whether all entries but those of the status are there, whatever their times.
func (r RestoreManagers) Done(s sts.Snapshot) bool {
	if !s.Exists() {
		return false
	}
	want, err := r.Of(s)
	return err == nil && maps.Equal(entries(want), entries(s.Set.ManagedFields))
}

// entries are what managers own, without the times.
func entries(all []metav1.ManagedFieldsEntry) map[string]string {
	out := map[string]string{}
	for i := range all {
		e := &all[i]
		if ofStatus(*e) || e.FieldsV1 == nil {
			continue
		}
		var fields any
		_ = json.Unmarshal(e.FieldsV1.GetRawBytes(), &fields)
		text, _ := json.Marshal(fields) // in one order of the keys
		out[string(e.Operation)+" "+e.APIVersion+" "+e.Subresource+" "+e.Manager] = string(text)
	}
	return out
}

func (RestoreManagers) String() string { return "restore managedFields" }

// ForgetSet deletes the ConfigMap in which this recreate is written down.
type ForgetSet struct {
	Name string `json:"name"` // of the set
	ID   string `json:"id"`
}

func (ForgetSet) change() {}

// Done is never known: no look tells. To delete it twice does no harm.
func (ForgetSet) Done(sts.Snapshot) bool { return false }

func (f ForgetSet) String() string { return "delete configmap " + saved.ConfigMap(f.Name) }
