package judge

import (
	"fmt"
	"slices"

	appsv1 "k8s.io/api/apps/v1"

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
		return ""
	}
	for _, annotation := range []string{rolloutRecord, scaleRecord, holdRecord} {
		if what := without(s, annotation); what != "" {
			return what
		}
	}
	what := w.allReady(s)
	if what == "" && (partition(s) == 0 || onDelete(s)) {
		what = w.oneRevision(s)
	}
	return first(what, e.changed(name, s))
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

// Taken reports whether somebody else has changed the template of a set: a rollout
// of another one is not gone on with then.
func (e *Evidence) Taken(set string) bool {
	return e.foreign(set, schedule.Template, schedule.RecreateSet)
}

// foreign reports whether somebody else has done any of this to a set.
func (e *Evidence) foreign(set string, what ...string) bool {
	return slices.ContainsFunc(e.Edits, func(d Edit) bool { return d.Set == set && slices.Contains(what, d.Does) })
}

func wayOut(e *Evidence) []Violation {
	var out []Violation
	for _, s := range e.Schedule.Sets {
		if what := e.Left(s.Name); what != "" {
			out = append(out, Violation{Run: -1, What: fmt.Sprintf("in the end %s of %s", what, s.Name)})
		}
	}
	// Where nobody else has changed or broken anything, the first way out has to be the last.
	for _, r := range e.Runs {
		if r.Why == WayOut && r.Code != 0 && !r.Disturbed && !e.foreign(r.Act.Set(), closing...) {
			out = append(out, r.breach("ended with %d: %s", r.Code, lastLine(r.Stderr)))
		}
	}
	return out
}
