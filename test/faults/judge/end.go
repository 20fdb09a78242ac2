package judge

import (
	"fmt"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/test/annotations"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
)

func isNamed(name string) func(schedule.Set) bool {
	return func(s schedule.Set) bool { return s.Name == name }
}

// Left says what keeps a set from being on one side: nothing of the plugin's on it,
// every pod Available and, unless somebody else has left a partition, of one revision.
func (e *Evidence) Left(name string) string {
	w := e.end()
	s := w.sets[name]
	if s == nil {
		return first(e.leftAway(name), w.notForgotten(name))
	}
	if what := w.notForgotten(name); what != "" {
		return what
	}
	for _, annotation := range annotations.Records() {
		if what := without(s, annotation); what != "" {
			return what
		}
	}
	what := w.allReady(s)
	if what == "" && (partition(s) == 0 || onDelete(s)) {
		what = w.oneRevision(s)
	}
	return first(what, e.changed(name, s), e.unwanted(name, s))
}

// changed says what of a set's spec is not as it was, and no business of anybody
// but the plugin.
func (e *Evidence) changed(name string, s *appsv1.StatefulSet) string {
	if e.foreign(name, schedule.RecreateSet, schedule.DeleteSet, schedule.Annotations, schedule.Garbage) {
		return ""
	}
	i := slices.IndexFunc(e.Schedule.Sets, isNamed(name))
	before := e.at(e.Began).sets[name]
	if i < 0 || before == nil {
		return ""
	}
	if partition(s) != 0 && !e.foreign(name, schedule.Partition, schedule.Strategy) {
		return fmt.Sprintf("the partition is %d, and was 0", partition(s))
	}
	scaled, deleted := retention(s)
	if wasScaled, wasDeleted := retention(before); scaled != wasScaled || deleted != wasDeleted {
		return fmt.Sprintf("the retention policies are %s and %s, and were %s and %s", scaled, deleted, wasScaled, wasDeleted)
	}
	return ""
}

// Changed reports whether somebody else has changed a set, or may have.
func (e *Evidence) Changed(set string) bool {
	return slices.ContainsFunc(e.Edits, func(d Edit) bool {
		return d.Set == set && d.Does != schedule.DeletePod && d.Does != schedule.KeepClaim && d.Does != schedule.Claim &&
			d.Does != schedule.DeleteClaim && d.Does != schedule.ForgetSaved
	})
}

// foreign reports whether somebody else has done any of this to a set.
func (e *Evidence) foreign(set string, what ...string) bool {
	return slices.ContainsFunc(e.Edits, func(d Edit) bool { return d.Set == set && slices.Contains(what, d.Does) })
}

func wayOut(e *Evidence) []Violation {
	var out []Violation
	for _, s := range e.Schedule.Sets {
		if e.end().entangled(s.Name) {
			continue
		}
		if what := e.Left(s.Name); what != "" {
			out = append(out, Violation{Run: -1, What: fmt.Sprintf("in the end %s of %s", what, s.Name)})
		}
		ways := slices.DeleteFunc(slices.Clone(e.Runs), func(r Run) bool {
			return r.Why != WayOut || r.Act.Set() != s.Name || r.Disturbed || r.Hung
		})
		if len(ways) == 0 {
			continue
		}
		most := e.mostWays(s.Name, ways[0].From)
		if len(ways) > most {
			out = append(out, ways[most].breach("was needed after %d that was to be enough: %s", most, ways[most-1].name()))
		}
		if last := ways[len(ways)-1]; last.Code != 0 {
			out = append(out, last.breach("ended with %d: %s", last.Code, lastLine(last.Stderr)))
		}
	}
	return out
}

// entangled reports whether a pod of a set can't come back since a claim of its is on its
// way out and a pod of another set holds it, as after somebody has deleted the set with
// whenDeleted Delete and claims of both have one name. No command of one set ends that.
func (w world) entangled(set string) bool {
	s := w.sets[set]
	if s == nil {
		return false
	}
	for _, name := range w.unready(s) {
		for _, template := range s.Spec.VolumeClaimTemplates {
			claim := w.claims[template.Name+"-"+name]
			if w.pods[name] == nil && claim != nil && claim.DeletionTimestamp != nil && w.mounted(claim.Name) {
				return true
			}
		}
	}
	return false
}

// mostWays is how many commands may be needed to end what is left on a set: one for
// each operation in progress, and one more where somebody else has put a template on
// it whose pods do not get well, or which waits for pods to be deleted. What ends an
// operation leaves such a change alone.
func (e *Evidence) mostWays(set string, at uint64) int {
	n := 0
	s := e.at(at).sets[set]
	if s != nil {
		for _, record := range annotations.Records() {
			if _, open := s.Annotations[record]; open {
				n++
			}
		}
	}
	if w := e.at(at); w.written[set] != nil && (s == nil || without(s, annotations.Recreate) == "") {
		n++
	}
	n = max(1, n)
	if slices.ContainsFunc(e.Edits, func(d Edit) bool {
		return d.Set == set && d.Does == schedule.Template && (!Healthy(d.Text) || s != nil && onDelete(s))
	}) {
		n++
	}
	return n
}

// Healthy reports whether pods of an image get Ready, and stay so.
func Healthy(image string) bool {
	_, tag, _ := strings.Cut(image, ":")
	return strings.HasPrefix(tag, "v") || strings.HasPrefix(tag, "slow")
}
