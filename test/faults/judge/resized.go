package judge

import (
	"fmt"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
)

// resizeDone says which claim has not the size that it was to have, and what of the claim
// template and the recreate is not so.
func resizeDone(e *Evidence, r Run, w world) string {
	name := r.Act.Set()
	i := slices.IndexFunc(e.Schedule.Sets, isNamed(name))
	s := w.sets[name]
	if i < 0 || s == nil {
		return "the set is not there"
	}
	planned, largest := e.Schedule.Sets[i], ""
	for _, claim := range e.at(r.From).claims {
		now := w.claims[claim.Name]
		if r.Act.Has("template-only") || now == nil || now.UID != claim.UID || !r.meansClaim(w, planned, claim.Name) {
			continue
		}
		if what := r.sized(claim, now); what != "" {
			return what
		}
		largest = asks(*now)
	}
	if r.Act.Has("claims-only") {
		return ""
	}
	wants := r.Act.Flag("size")
	if wants == "" {
		wants = largest
	}
	if is := immutableOf(s).Size; wants != "" && !sameSize(is, wants) {
		return fmt.Sprintf("the claim template asks for %s, and was to ask for %s", is, wants)
	}
	return recreateDone(e, r, w)
}

// meansClaim reports whether a run was to resize a claim.
func (r Run) meansClaim(w world, of schedule.Set, claim string) bool {
	ordinal, its := claimOf(of, claim)
	if only := r.Act.Flag("ordinals"); only != "" {
		return its && strconv.Itoa(ordinal) == only
	}
	return its && w.wants(of.Name, ordinal)
}

// sized says what is wrong with the size of a claim.
func (r Run) sized(was, now *corev1.PersistentVolumeClaim) string {
	wants, has := r.Act.Flag("size"), now.Status.Capacity[corev1.ResourceStorage]
	if wants == "" { // it has grown, or an earlier run has seen to that
		wants = asks(*now)
		if grown := now.Spec.Resources.Requests[corev1.ResourceStorage]; grown.Cmp(*was.Spec.Resources.Requests.Storage()) < 0 {
			return fmt.Sprintf("claim %s asks for %s, and asked for %s", now.Name, wants, asks(*was))
		}
	}
	switch {
	case !sameSize(asks(*now), wants):
		return fmt.Sprintf("claim %s asks for %s, and was to ask for %s", now.Name, asks(*now), wants)
	case !sameSize(has.String(), wants):
		return fmt.Sprintf("claim %s has %s, and was to have %s", now.Name, has.String(), wants)
	}
	return ""
}

func sameSize(a, b string) bool {
	x, err := resource.ParseQuantity(a)
	if err != nil {
		return a == b
	}
	y, err := resource.ParseQuantity(b)
	return err == nil && x.Cmp(y) == 0
}

// asksAgain looks for a run that has a claim ask for its size after somebody else has had it
// ask for another one.
func (e *Evidence) asksAgain(r Run) []Violation {
	var out []Violation
	for _, q := range r.Requests {
		if !q.Taken() || q.Resource != "persistentvolumeclaims" || q.Verb != "patch" || q.Version == 0 || r.Act.Verb() != "resize" {
			continue
		}
		before, after := e.at(q.Version - 1).claims[q.Name], e.at(q.Version).claims[q.Name]
		if before == nil || after == nil || sameSize(asks(*before), asks(*after)) {
			continue
		}
		for _, d := range e.Edits {
			claim, _ := e.claimEdited(d)
			if claim == q.Name && d.From >= r.From && d.To < q.Version && sameSize(asks(*before), d.Text) && e.resized(q.Name, d) {
				out = append(out, r.breach("has %s ask for %s at %d, after somebody else had it ask for %s at %d",
					q.Name, asks(*after), q.Version, d.Text, d.To))
			}
		}
	}
	return out
}

// claimEdited is the claim that an edit has ask for another size.
func (e *Evidence) claimEdited(d Edit) (string, bool) {
	i := slices.IndexFunc(e.Schedule.Sets, isNamed(d.Set))
	if i < 0 || d.Does != schedule.Claim {
		return "", false
	}
	s := e.Schedule.Sets[i]
	return fmt.Sprintf("%s-%s-%d", s.Template, s.Name, s.Start+d.Number), true
}

// resized reports whether an edit was one: the claim may have asked for that already.
func (e *Evidence) resized(claim string, d Edit) bool {
	was, is := e.at(d.From).claims[claim], e.at(d.To).claims[claim]
	return was != nil && is != nil && !sameSize(asks(*was), asks(*is))
}
