package judge

import (
	"encoding/json"
	"maps"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/test/annotations"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
)

// Written is a set that is written down to be recreated, as the ConfigMap has it.
type Written struct {
	UID types.UID // of the one that goes
	// Before is the set as it was, Manifest as it is to be.
	Before, Manifest *appsv1.StatefulSet
}

// WrittenDown is what is written down of a set in the end, nil for nothing.
func (e *Evidence) WrittenDown(set string) *Written { return e.end().writtenDown(set) }

// writtenDown is nil also where it can't be read: no edit makes it so.
func (w world) writtenDown(set string) *Written {
	config := w.written[set]
	if config == nil {
		return nil
	}
	var record struct{ UID types.UID }
	out := &Written{Before: &appsv1.StatefulSet{}, Manifest: &appsv1.StatefulSet{}}
	for key, into := range map[string]any{"record.json": &record, "before.json": out.Before, "statefulset.json": out.Manifest} {
		if json.Unmarshal([]byte(config.Data[key]), into) != nil {
			return nil
		}
	}
	out.UID = record.UID
	return out
}

// notForgotten says so where a set is still written down.
func (w world) notForgotten(set string) string {
	if w.written[set] != nil {
		return "the ConfigMap " + annotations.Saved + set + " is still there"
	}
	return ""
}

// SameAs reports whether a set is as it was written down, in what somebody else or another verb
// may have changed: an abort leaves a word of itself, for one.
func (k *Written) SameAs(s *appsv1.StatefulSet) bool {
	notes := maps.Clone(s.Annotations)
	delete(notes, annotations.Recreate)
	return maps.Equal(k.Before.Annotations, notes) && replicas(k.Before) == replicas(s) &&
		partition(k.Before) == partition(s) && onDelete(k.Before) == onDelete(s) &&
		equality.Semantic.DeepEqual(k.Before.Spec.Template, s.Spec.Template)
}

// Wants reports whether a set that somebody else has created wants the same pods and claims.
func (k *Written) Wants(s *appsv1.StatefulSet) bool {
	return immutableOf(k.Manifest) == immutableOf(s) && replicas(k.Manifest) == replicas(s) &&
		equality.Semantic.DeepEqual(k.Manifest.Spec.Template, s.Spec.Template)
}

// immutable are the fields that an update may not change.
type immutable struct {
	Policy, Service, Size string
}

func immutableOf(s *appsv1.StatefulSet) immutable {
	out := immutable{Policy: string(s.Spec.PodManagementPolicy), Service: s.Spec.ServiceName}
	if out.Policy == "" {
		out.Policy = string(appsv1.OrderedReadyPodManagement)
	}
	for _, template := range s.Spec.VolumeClaimTemplates {
		out.Size = asks(template)
	}
	return out
}

// asks is the size that a claim or its template asks for.
func asks(claim corev1.PersistentVolumeClaim) string {
	size := claim.Spec.Resources.Requests[corev1.ResourceStorage]
	return size.String()
}

// wantedBy is what a manifest wants of a set.
func wantedBy(s schedule.Set, m schedule.Manifest) immutable {
	out := immutable{Policy: string(appsv1.OrderedReadyPodManagement), Service: s.Name}
	if m.Parallel {
		out.Policy = string(appsv1.ParallelPodManagement)
	}
	if m.Service != "" {
		out.Service = m.Service
	}
	if s.Template != "" {
		out.Size = schedule.FirstSize
		if m.Size != "" {
			out.Size = m.Size
		}
	}
	return out
}

// unwanted says which of these fields in the end is neither as it was nor as a command wanted it.
func (e *Evidence) unwanted(name string, s *appsv1.StatefulSet) string {
	i := slices.IndexFunc(e.Schedule.Sets, isNamed(name))
	before := e.at(e.Began).sets[name]
	if i < 0 || before == nil {
		return ""
	}
	planned, was := e.Schedule.Sets[i], immutableOf(before) // which is also what somebody else creates
	policies, services, sizes, is := []string{was.Policy}, []string{was.Service}, []string{was.Size}, immutableOf(s)
	for _, r := range e.Runs {
		switch {
		case r.Act.Dry() || r.Act.Set() != name:
		case r.Act.Manifest != nil:
			wants := wantedBy(planned, *r.Act.Manifest)
			policies, services, sizes = append(policies, wants.Policy), append(services, wants.Service), append(sizes, wants.Size)
		case r.Act.Has("grow"): // what it comes to the claims say
			sizes = append(sizes, is.Size)
		case r.Act.Verb() == "resize":
			sizes = append(sizes, r.Act.Flag("size"))
		}
	}
	switch {
	case !slices.Contains(policies, is.Policy):
		return "podManagementPolicy is " + is.Policy + ", which nobody wanted"
	case !slices.Contains(services, is.Service):
		return "serviceName is " + is.Service + ", which nobody wanted"
	case !slices.Contains(sizes, is.Size):
		return "the size of the claim template is " + is.Size + ", which nobody wanted"
	}
	return ""
}
