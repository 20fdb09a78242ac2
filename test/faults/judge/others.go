package judge

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/test/annotations"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
)

// fights looks for a run that has changed a set once more after somebody else had:
// each of its patches says which version of the set it has seen. A rollback that was
// asked for looks at the set anew before its first write.
func fights(e *Evidence) []Violation {
	var out []Violation
	for _, r := range e.Runs {
		out = append(out, e.asksAgain(r)...)
		begun, back := uint64(0), false
		for _, q := range r.Requests {
			if !q.Taken() || q.Resource != "statefulsets" || q.Verb != "patch" || q.Version == 0 {
				continue
			}
			if !back && r.Act.Flag("on-failure") == "rollback" && e.goesBack(q) {
				begun, back = 0, true
			}
			if d, ok := e.between(r, begun, q.Version); begun > 0 && ok && e.goesOn(q) {
				out = append(out, r.breach("has changed %s at %d, after somebody else had at %d (%s)", q.Name, q.Version, d.To, d.Does))
			}
			if begun == 0 {
				begun = q.Version
			}
		}
	}
	return out
}

// goesBack reports whether a patch is the first of a rollback.
func (e *Evidence) goesBack(q Request) bool {
	before, after := e.at(q.Version - 1).sets[q.Name], e.at(q.Version).sets[q.Name]
	if before == nil || after == nil {
		return false
	}
	was, is := rolloutOf(before), rolloutOf(after)
	return (was == nil || !was.Aborting) && is != nil && is.Aborting
}

// between is an edit of what the run relies on, between two versions.
func (e *Evidence) between(r Run, from, to uint64) (Edit, bool) {
	relies := []string{
		schedule.Template, schedule.Partition, schedule.Strategy, schedule.Annotations, schedule.Garbage, schedule.RecreateSet,
	}
	if r.Act.Verb() == "scale" {
		relies = []string{schedule.Replicas, schedule.Annotations, schedule.Garbage, schedule.RecreateSet}
	}
	for _, d := range e.Edits {
		within := d.From >= from && d.To < to
		if d.Set == r.Act.Set() && within && slices.Contains(relies, d.Does) && e.moves(d) {
			return d, true
		}
	}
	return Edit{}, false
}

// moves reports whether an edit was one: the set may have been like that already.
func (e *Evidence) moves(d Edit) bool {
	was, is := e.at(d.From).sets[d.Set], e.at(d.To).sets[d.Set]
	if was == nil || is == nil {
		return false
	}
	return was.UID != is.UID || was.Generation != is.Generation || slices.ContainsFunc(annotations.Records(), func(record string) bool {
		return was.Annotations[record] != is.Annotations[record]
	})
}

// goesOn reports whether a patch changes more than the note of how the run has ended.
func (e *Evidence) goesOn(q Request) bool {
	before, after := e.at(q.Version - 1).sets[q.Name], e.at(q.Version).sets[q.Name]
	return before != nil && after != nil && before.Generation != after.Generation
}

// budgets looks at every pod that is taken away on purpose while a disruption
// budget does not allow it.
func budgets(e *Evidence) []Violation {
	var out []Violation
	for _, r := range e.Runs {
		i := slices.IndexFunc(e.Schedule.Sets, isNamed(r.Act.Set()))
		if i < 0 || e.Schedule.Sets[i].Available == 0 {
			continue
		}
		want, since := e.Schedule.Sets[i].Available, r.From
		for _, q := range r.Requests {
			if !q.Taken() || q.Verb != "delete" || q.Resource != "pods" || q.Version == 0 {
				continue
			}
			w := e.at(q.Version - 1)
			allows := func(w world) bool { return w.available(r.Act.Set()) > want }
			if ready(w.pods[q.Name]) && !w.ignoresBudgets(r) && !e.once(since, q.Version, allows) {
				out = append(out, r.breach("has deleted pod %s, and the disruption budget wants %d pods", q.Name, want))
			}
			since = q.Version
		}
	}
	return out
}

// ignoresBudgets reports whether a run was told not to look at disruption budgets,
// or goes on with one that was: the record keeps that.
func (w world) ignoresBudgets(r Run) bool {
	s := w.sets[r.Act.Set()]
	if r.Act.Has("ignore-pdb") || r.Act.Has("force") || s == nil {
		return true
	}
	record := rolloutOf(s)
	return record != nil && record.IgnorePDB
}

// available is how many pods of a set are Ready.
func (w world) available(set string) int {
	n := 0
	for name, p := range w.pods {
		if _, ok := ordinalOf(set, name); ok && ready(p) {
			n++
		}
	}
	return n
}

// words holds what the last object says of the set against the set.
func words(e *Evidence) []Violation {
	return each(e, func(r Run) (string, bool) {
		s := e.at(r.To).sets[r.Act.Set()]
		if s == nil || !r.Alone || r.Act.Dry() || !e.saw(r.From, r.To) {
			return "", false
		}
		what := r.unlike(e, s)
		return what, what != ""
	})
}

var partitionIn = regexp.MustCompile(`^partition (\d+)`)

func (r Run) unlike(e *Evidence, s *appsv1.StatefulSet) string {
	looks := r.Act.Verb() == "status" || r.Act.Verb() == "watch"
	if looks && (r.Code == 4 || r.Code == 5) && e.always(r.From, r.To+1, func(w world) bool { return w.quiet(s.Name, r.Began) }) {
		return fmt.Sprintf("ended with %d, and all was well all the time", r.Code)
	}
	var last struct {
		Type     string
		Gate     string
		Replicas *int
	}
	if json.Unmarshal([]byte(lastLine(r.Stdout)), &last) != nil {
		return ""
	}
	// Where a write got no answer, it is said that nobody knows.
	m := partitionIn.FindStringSubmatch(last.Gate)
	if m != nil && !strings.Contains(last.Gate, "unless") && m[1] != strconv.Itoa(partition(s)) {
		return fmt.Sprintf("says that it has left %q, and the partition is %d", last.Gate, partition(s))
	}
	if last.Type == "outcome" && last.Replicas != nil && *last.Replicas != replicas(s) {
		return fmt.Sprintf("says that it has left %d replicas, and there are %d", *last.Replicas, replicas(s))
	}
	return ""
}

// quiet reports whether nothing is going on with a set, and nothing is wrong. A pod
// that is Ready, though not for the set's minReadySeconds, is on its way.
func (w world) quiet(name string, now time.Time) bool {
	s := w.sets[name]
	return s != nil && w.allReady(s) == "" && !w.maturing(s, now) && w.oneRevision(s) == "" && partition(s) == 0 &&
		s.Status.ObservedGeneration == s.Generation && s.Status.UpdateRevision == s.Status.CurrentRevision &&
		!slices.ContainsFunc(annotations.Records(), func(record string) bool { return without(s, record) != "" })
}
