package judge

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
	"github.com/kubectl-sts/kubectl-sts/test/faults/witness"
)

// What becomes of a claim that a command was told to delete.
const (
	loses   = "delete" // its volume goes as it would by itself
	retains = "retain" // its volume stays
)

// claimOf is the ordinal of a claim's name, as a set of the schedule gives it.
func claimOf(set schedule.Set, claim string) (int, bool) {
	rest, ok := strings.CutPrefix(claim, set.Template+"-"+set.Name+"-")
	n, err := strconv.Atoi(rest)
	return n, set.Template != "" && ok && err == nil
}

// ownersOf are the sets of the schedule that give a claim its name.
func (e *Evidence) ownersOf(claim string) []schedule.Set {
	return slices.DeleteFunc(slices.Clone(e.Schedule.Sets), func(s schedule.Set) bool {
		_, ok := claimOf(s, claim)
		return !ok
	})
}

// told is what the runs that began up to then were told about a claim, each of
// loses and retains once at most.
func (e *Evidence) told(claim string, upTo int) []string {
	var out []string
	for _, r := range e.Runs {
		if r.Number > upTo || r.Act.Dry() || r.Why == Restores {
			continue
		}
		if what := e.tells(r.Act, claim); what != "" && !slices.Contains(out, what) {
			out = append(out, what)
		}
	}
	return out
}

// tells is what one command says about a claim, empty for nothing.
func (e *Evidence) tells(a schedule.Act, claim string) string {
	for _, s := range e.ownersOf(claim) {
		ordinal, _ := claimOf(s, claim)
		to, err := strconv.Atoi(a.Flag("replicas"))
		wanted := err == nil && ordinal >= s.Start && ordinal < s.Start+to
		switch pvc := a.Flag("pvc"); {
		case a.Verb() == "prune-pvc" && a.Has("retain-volumes"):
			return retains
		case a.Verb() == "prune-pvc":
			return loses
		case a.Verb() != "scale" || a.Set() != s.Name:
		case pvc == "delete" && !wanted, pvc == "fresh" && wanted:
			return loses
		case pvc == "retain-volume" && !wanted:
			return retains
		}
	}
	return ""
}

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
	for _, d := range e.deletions() {
		if what := e.untold(d); what != "" {
			out = append(out, d.run.breach("has deleted claim %s, %s", d.claim.Name, what))
		}
	}
	// What was taken although its answer never came is in the audit log alone.
	for _, r := range e.Runs {
		for _, w := range e.writesOf(r) {
			if name := w.ObjectRef.Name; w.Verb == "delete" && w.ObjectRef.Resource == "persistentvolumeclaims" && len(e.told(name, r.Number)) == 0 {
				out = append(out, r.breach("has deleted claim %s, which no command was told to delete", name))
			}
		}
	}
	for _, w := range e.Writes {
		name := w.ObjectRef.Name
		if w.Verb != "delete" || w.ObjectRef.Resource != "persistentvolumeclaims" || w.ResponseStatus.Code >= 300 ||
			!strings.Contains(w.UserAgent, "generic-garbage-collector") || e.mayBeCollected(name, w.Received) {
			continue
		}
		out = append(out, Violation{Run: -1, What: fmt.Sprintf(
			"claim %s was deleted by the garbage collector, and nobody has told anything to delete it", name)})
	}
	return out
}

// mayBeCollected reports whether the deletion of a claim is what a command or
// somebody else has asked for before.
func (e *Evidence) mayBeCollected(claim string, at time.Time) bool {
	for _, r := range e.Runs {
		if r.Began.Before(at) && !r.Act.Dry() && e.tells(r.Act, claim) == loses {
			return true
		}
	}
	for _, s := range e.ownersOf(claim) {
		if slices.ContainsFunc(e.Edits, func(d Edit) bool {
			asks := s.WhenDeleted == "Delete" && (d.Does == schedule.DeleteSet || d.Does == schedule.RecreateSet) ||
				s.WhenScaled == "Delete" && d.Does == schedule.Replicas
			return asks && d.Set == s.Name && d.At.Before(at)
		}) {
			return true
		}
	}
	return false
}

// untold says why a claim should not have been deleted, or nothing.
func (e *Evidence) untold(d deletion) string {
	always := func(holds func(world) bool) bool { return e.always(d.run.From, d.at, holds) }
	name := d.claim.Name
	if always(func(w world) bool { c := w.claims[name]; return c != nil && c.Annotations[keepClaim] != "" }) {
		return "which has the annotation that keeps it"
	}
	if always(func(w world) bool { return w.mounted(name) }) {
		return "which a pod has used all the time"
	}
	owners := e.ownersOf(name)
	there := func(w world) bool {
		return !slices.ContainsFunc(owners, func(s schedule.Set) bool { return w.sets[s.Name] == nil })
	}
	if len(owners) > 1 && always(there) {
		return "which two sets could want"
	}
	for _, s := range owners {
		ordinal, _ := claimOf(s, name)
		if always(func(w world) bool { return w.wants(s.Name, ordinal) }) {
			return fmt.Sprintf("which %s has wanted all the time", s.Name)
		}
		// Whoever wants the ordinal fresh wants no other claim there than a new one.
		if ordinal < s.Start+s.Autoscaler && always(there) && !d.run.Act.Has("ignore-hpa") && !e.fresh(s.Name, d.run.Number) {
			return "which an autoscaler may want again"
		}
	}
	return ""
}

// fresh reports whether a run up to then was to put new claims in the place of old ones.
func (e *Evidence) fresh(set string, upTo int) bool {
	return slices.ContainsFunc(e.Runs, func(r Run) bool {
		return r.Number <= upTo && r.Act.Set() == set && r.Act.Flag("pvc") == "fresh"
	})
}

// always reports whether something held in every moment between two versions.
func (e *Evidence) always(from, to uint64, holds func(world) bool) bool {
	return !e.once(from, to, func(w world) bool { return !holds(w) })
}

// once reports whether something held in a moment between two versions: at the
// first, after it, but before the second.
func (e *Evidence) once(from, to uint64, holds func(world) bool) bool {
	w := newWorld()
	begun := false
	for _, m := range e.Moments {
		if m.Version >= to {
			break
		}
		if m.Version > from && !begun {
			begun = true
			if holds(w) {
				return true
			}
		}
		w.apply(m)
		if m.Version >= from && holds(w) {
			return true
		}
	}
	return !begun && holds(w)
}

func (w world) mounted(claim string) bool {
	for _, p := range w.pods {
		for _, v := range p.Spec.Volumes {
			if v.PersistentVolumeClaim != nil && v.PersistentVolumeClaim.ClaimName == claim && p.DeletionTimestamp == nil {
				return true
			}
		}
	}
	return false
}

func (w world) wants(set string, ordinal int) bool {
	s := w.sets[set]
	return s != nil && s.DeletionTimestamp == nil && ordinal >= start(s) && ordinal < start(s)+replicas(s)
}

// Retained are the claims that runs have deleted and whose volumes were to stay,
// the last of each name.
func (e *Evidence) Retained() []Kept {
	var out []Kept
	for _, d := range e.deletions() {
		if !slices.Equal(e.told(d.claim.Name, d.run.Number), []string{retains}) {
			continue
		}
		out = slices.DeleteFunc(out, func(k Kept) bool { return k.Claim == d.claim.Name })
		out = append(out, Kept{Claim: d.claim.Name, Volume: d.claim.Spec.VolumeName, Home: d.run.Act.Home, Restored: -1})
	}
	return out
}

func retained(e *Evidence) []Violation {
	var out []Violation
	for _, d := range e.deletions() {
		if !slices.Equal(e.told(d.claim.Name, d.run.Number), []string{retains}) || d.claim.Spec.VolumeName == "" {
			continue
		}
		v := e.at(d.at).volumes[d.claim.Spec.VolumeName]
		if v == nil || v.Spec.PersistentVolumeReclaimPolicy != corev1.PersistentVolumeReclaimRetain {
			out = append(out, d.run.breach("has deleted claim %s before its volume %s was to be retained",
				d.claim.Name, d.claim.Spec.VolumeName))
		}
	}
	end := e.end()
	for _, k := range e.Kept {
		switch {
		case k.Volume == "":
		case end.volumes[k.Volume] == nil:
			out = append(out, Violation{Run: -1, What: fmt.Sprintf("volume %s of claim %s was to stay and is gone", k.Volume, k.Claim)})
		case k.Restored >= 0 && k.Bound != k.Volume:
			out = append(out, Violation{Run: k.Restored, What: fmt.Sprintf(
				"claim %s was not restored: it is bound to %q, and its volume was %s", k.Claim, k.Bound, k.Volume)})
		}
	}
	return out
}

// retention is a policy of a set, as the server fills it in.
func retention(s *appsv1.StatefulSet) (whenScaled, whenDeleted string) {
	p := s.Spec.PersistentVolumeClaimRetentionPolicy
	if p == nil {
		return "Retain", "Retain"
	}
	return string(p.WhenScaled), string(p.WhenDeleted)
}
