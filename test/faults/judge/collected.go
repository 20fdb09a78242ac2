package judge

import (
	"fmt"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
	"github.com/kubectl-sts/kubectl-sts/test/witness"
)

// collected looks at the claims that the garbage collector has deleted, because
// what owned them is gone: a set, or a pod that a set did not want any more. Whoever
// has seen to that has deleted them.
func collected(e *Evidence) []Violation {
	var out []Violation
	for _, w := range e.Writes {
		name := w.ObjectRef.Name
		if w.Verb != "delete" || w.ObjectRef.Resource != "persistentvolumeclaims" || w.ResponseStatus.Code >= 300 ||
			!strings.Contains(w.UserAgent, "generic-garbage-collector") {
			continue
		}
		if m, ok := e.leftAt(name, w.Received); ok {
			if what := e.unasked(m); what != "" {
				out = append(out, Violation{Run: -1, What: fmt.Sprintf(
					"claim %s was deleted by the garbage collector, and %s", name, what)})
			}
		}
	}
	return out
}

// leftAt is the moment in which a claim began to go that was asked to at that time.
func (e *Evidence) leftAt(claim string, at time.Time) (witness.Moment, bool) {
	for _, m := range e.Moments {
		goes := m.Claim != nil && m.Claim.Name == claim && (m.Gone || m.Claim.DeletionTimestamp != nil)
		if goes && !m.At.Before(at) {
			return m, true
		}
	}
	return witness.Moment{}, false
}

// unasked says why nobody has asked for the end of a claim's owners, or nothing.
func (e *Evidence) unasked(m witness.Moment) string {
	if len(m.Claim.OwnerReferences) == 0 {
		return "nothing owned it"
	}
	for _, owner := range m.Claim.OwnerReferences {
		var what string
		if owner.Kind == "StatefulSet" {
			what = first(e.endedBy(owner), e.setEnded(owner, m.Version))
		} else {
			what = e.podEnded(owner, m)
		}
		if what != "" {
			return what
		}
	}
	return ""
}

// setEnded says so where nobody else has deleted a set: no command does.
func (e *Evidence) setEnded(owner metav1.OwnerReference, before uint64) string {
	if slices.ContainsFunc(e.Edits, func(d Edit) bool {
		return d.Set == owner.Name && d.From < before && (d.Does == schedule.DeleteSet || d.Does == schedule.RecreateSet)
	}) {
		return ""
	}
	return fmt.Sprintf("nobody has told anything to delete set %s", owner.Name)
}

// endedBy says so where it was a run that has deleted a set whose the claim was: a recreate
// keeps the claims first.
func (e *Evidence) endedBy(owner metav1.OwnerReference) string {
	if r, ok := e.deleted(owner.UID); ok {
		return r.name() + " has deleted set " + owner.Name + ", whose it was"
	}
	return ""
}

// podEnded says so where it was a run that had a set give up a pod, and it was not
// told to delete the claim.
func (e *Evidence) podEnded(owner metav1.OwnerReference, m witness.Moment) string {
	for _, s := range e.ownersOf(m.Claim.Name) {
		ordinal, ok := ordinalOf(s.Name, owner.Name)
		if !ok {
			continue
		}
		version := e.givenUp(s.Name, ordinal, m.Version)
		if version == 0 {
			return fmt.Sprintf("%s has always wanted %s", s.Name, owner.Name)
		}
		for _, r := range e.Runs {
			if !slices.ContainsFunc(r.Requests, func(q Request) bool { return q.Taken() && q.Version == version }) {
				continue
			}
			if what, _ := e.told(m.Claim.Name, r, version); what != loses {
				return r.name() + ", which has had " + owner.Name + " go, was not told to"
			}
			return ""
		}
		if e.edited(s.Name, version, version) {
			return ""
		}
		return fmt.Sprintf("nobody known has had %s go, at %d", owner.Name, version)
	}
	return "no set gives it its name"
}

// givenUp is the last version up to that at which a set ceased to want an ordinal,
// 0 for none.
func (e *Evidence) givenUp(set string, ordinal int, upTo uint64) uint64 {
	w, version := newWorld(), uint64(0)
	for _, m := range e.Moments {
		if m.Version > upTo {
			break
		}
		wanted := w.wants(set, ordinal)
		w.apply(m)
		if wanted && !w.wants(set, ordinal) {
			version = m.Version
		}
	}
	return version
}
