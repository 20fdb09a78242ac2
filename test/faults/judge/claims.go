package judge

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/test/annotations"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
	"github.com/kubectl-sts/kubectl-sts/test/witness"
)

// deletion is a claim that a run has deleted.
type deletion struct {
	run   Run
	claim *corev1.PersistentVolumeClaim
	at    uint64
}

// deletions are all of them, with the claim as it was just before.
func (e *Evidence) deletions() []deletion {
	var out []deletion
	for _, r := range e.Runs {
		for _, q := range r.Requests {
			if q.Verb != "delete" || q.Resource != "persistentvolumeclaims" || !q.Taken() {
				continue
			}
			if m, ok := e.leaves(q.Resource, q.Name, q.Version, r.From); ok {
				out = append(out, deletion{r, m.Claim, m.Version})
			}
		}
	}
	return out
}

// leaves is the moment in which an object of this name began to go: that version,
// or where that is not known the first since then.
func (e *Evidence) leaves(kind, name string, version, since uint64) (witness.Moment, bool) {
	for _, m := range e.Moments {
		if m.Kind() != kind || m.Object().GetName() != name || m.Version <= since || version > 0 && m.Version < version {
			continue
		}
		if m.Gone || m.Object().GetDeletionTimestamp() != nil {
			return m, true
		}
	}
	return witness.Moment{}, false
}

func claims(e *Evidence) []Violation {
	var out []Violation
	for _, r := range e.Runs {
		known := map[string]bool{}
		for _, d := range e.deletions() {
			if d.run.Number != r.Number {
				continue
			}
			known[d.claim.Name] = true
			if what := e.untold(d); what != "" {
				out = append(out, r.breach("has deleted claim %s, %s", d.claim.Name, what))
			}
		}
		// What was taken although its answer never came is in the audit log alone.
		for _, w := range e.writesOf(r) {
			name := w.ObjectRef.Name
			if w.Verb != "delete" || w.ObjectRef.Resource != "persistentvolumeclaims" || known[name] {
				continue
			}
			at := r.To
			if m, ok := e.leaves("persistentvolumeclaims", name, 0, r.From); ok {
				at = m.Version
			}
			if what, _ := e.told(name, r, at); what == "" {
				out = append(out, r.breach("has deleted claim %s, which no command was told to delete", name))
			}
		}
	}
	return append(out, collected(e)...)
}

// untold says why a claim should not have been deleted, or nothing.
func (e *Evidence) untold(d deletion) string {
	always := func(holds func(world) bool) bool { return e.always(d.run.From, d.at, holds) }
	name := d.claim.Name
	what, by := e.told(name, d.run, d.at)
	if what == "" {
		return "which no command was told to delete"
	}
	if always(func(w world) bool { c := w.claims[name]; return c != nil && c.Annotations[annotations.Keep] != "" }) {
		return "which has the annotation that keeps it"
	}
	owners := e.ownersOf(name)
	its := e.ownPod(d) // which runs on until it goes as well
	if always(func(w world) bool { return w.mountedBeside(name, its) }) {
		return "which a pod has used all the time"
	}
	there := func(w world) bool {
		return !slices.ContainsFunc(owners, func(s schedule.Set) bool { return w.sets[s.Name] == nil })
	}
	switch {
	case len(owners) > 1 && always(there):
		return "which two sets could want"
	case its != "":
		return "" // the ordinal is wanted, and a new claim there
	}
	for _, s := range owners {
		ordinal, _ := claimOf(s, name)
		if always(func(w world) bool { return w.wants(s.Name, ordinal) }) {
			return fmt.Sprintf("which %s has wanted all the time", s.Name)
		}
		// Whoever wants the ordinal fresh wants no other claim there than a new one.
		if ordinal < s.Start+s.Autoscaler && always(there) && !d.run.Act.Has("ignore-hpa") && by.Act.Flag("pvc") != "fresh" {
			return "which an autoscaler may want again"
		}
	}
	return ""
}

// ownPod is the pod that is to get a new claim in the place of one that a replace deletes,
// empty for any other deletion.
func (e *Evidence) ownPod(d deletion) string {
	for _, s := range e.ownersOf(d.claim.Name) {
		if ordinal, _ := claimOf(s, d.claim.Name); d.run.Act.Verb() == "replace" && d.run.Act.Set() == s.Name {
			return fmt.Sprintf("%s-%d", s.Name, ordinal)
		}
	}
	return ""
}

func (w world) mounted(claim string) bool { return w.mountedBeside(claim, "") }

// mountedBeside reports whether a pod uses a claim, other than the one of this name.
func (w world) mountedBeside(claim, pod string) bool {
	for _, p := range w.pods {
		for _, v := range p.Spec.Volumes {
			if p.Name != pod && v.PersistentVolumeClaim != nil && v.PersistentVolumeClaim.ClaimName == claim && p.DeletionTimestamp == nil {
				return true
			}
		}
	}
	return false
}

// wants reports whether a set wants an ordinal. One that is away while it is recreated wants
// what is written down of it.
func (w world) wants(set string, ordinal int) bool {
	s := w.sets[set]
	if kept := w.writtenDown(set); kept != nil && (s == nil || s.UID == kept.UID && s.DeletionTimestamp != nil) {
		s = kept.Before
	}
	return s != nil && s.DeletionTimestamp == nil && ordinal >= start(s) && ordinal < start(s)+replicas(s)
}
