package judge

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
	"github.com/kubectl-sts/kubectl-sts/test/faults/witness"
)

// setOf is the set of a pod, by its owner.
func (w world) setOf(p *corev1.Pod) *appsv1.StatefulSet {
	for _, owner := range p.OwnerReferences {
		if s := w.sets[owner.Name]; s != nil && s.UID == owner.UID {
			return s
		}
	}
	return nil
}

func oneAtATime(e *Evidence) []Violation {
	var out []Violation
	for _, r := range e.Runs {
		if r.Act.Has("force") {
			continue
		}
		since := r.From // what was away before, the run could know
		for _, q := range r.Requests {
			if !q.Taken() || q.Version == 0 {
				continue
			}
			switch {
			case q.Verb == "delete" && q.Resource == "pods":
				if what := e.besideAnother(q.Name, since, q.Version); what != "" {
					out = append(out, r.breach("has deleted pod %s while %s was away", q.Name, what))
				}
				since = q.Version
			case q.Verb == "patch" && q.Resource == "statefulsets":
				what, moved := e.moved(r, q, since)
				if what != "" {
					out = append(out, r.breach("%s", what))
				}
				if moved {
					since = q.Version
				}
			}
		}
	}
	return out
}

// besideAnother is a pod that was away at that version and in every moment since,
// beside one that was Ready and was deleted.
func (e *Evidence) besideAnother(pod string, since, version uint64) string {
	w := e.at(version - 1)
	p := w.pods[pod]
	if !ready(p) {
		return "" // nothing is lost by it
	}
	s := w.setOf(p)
	if s == nil {
		return ""
	}
	for _, other := range w.unready(s) {
		if !e.once(since, version, func(w world) bool { return ready(w.pods[other]) }) {
			return other
		}
	}
	return ""
}

// moved judges a write to a set that takes pods away: fewer replicas, or a gate
// that opens further.
func (e *Evidence) moved(r Run, q Request, since uint64) (what string, moved bool) {
	before, after := e.at(q.Version - 1).sets[q.Name], e.at(q.Version).sets[q.Name]
	if before == nil || after == nil || before.UID != after.UID {
		return "", false
	}
	must := func(from, to int, good func(world, string) bool) string {
		for o := from; o < to; o++ {
			name := podName(after, o)
			if !e.once(since, q.Version, func(w world) bool { return good(w, name) }) {
				return name
			}
		}
		return ""
	}
	isReady := func(w world, name string) bool { return ready(w.pods[name]) }
	switch first, gate := start(after), start(before)+partition(before); {
	case replicas(after) < replicas(before):
		if name := must(first, first+replicas(after), isReady); name != "" {
			return "has lowered the replicas while " + name + " was away", true
		}
		return "", true
	case r.Act.Verb() != "canary" && r.Act.Verb() != "promote" && r.Act.Verb() != "restart" || onDelete(after):
		return "", false
	case partition(after) < partition(before):
		if name := must(gate, first+replicas(after), isReady); name != "" {
			return "has opened the gate further while " + name + " was away", true
		}
		return "", true
	}
	return "", false
}

// rollout is what the record of a canary says.
type rollout struct {
	Verb     string   `json:"verb"`
	Stable   string   `json:"stable"`
	Steps    []string `json:"steps"`
	Aborting bool     `json:"aborting"`
}

// closing are the edits after which nobody knows what a gate is worth.
var closing = []string{
	schedule.Template, schedule.Partition, schedule.Strategy, schedule.DeleteSet, schedule.RecreateSet,
	schedule.Annotations, schedule.Garbage,
}

// gate follows each set through the moments in which it has the record of a canary.
func gate(e *Evidence) []Violation {
	out := each(e, e.opened)
	w := newWorld()
	seen := map[string]bool{}
	for _, m := range e.Moments {
		if p := m.Pod; p != nil {
			if s := w.setOf(p); s != nil && e.guarded(s, m) {
				if what := e.passed(w, s, m, seen[string(p.UID)]); what != "" {
					out = append(out, Violation{Run: -1, What: what})
				}
			}
			seen[string(p.UID)] = true
		}
		w.apply(m)
	}
	return out
}

// opened says how many pods a run has let through that was to hold after one step.
func (e *Evidence) opened(r Run) (string, bool) {
	holds := r.Act.Verb() == "canary" && !r.Act.Has("yes") || r.Act.Verb() == "promote" && !r.Act.Has("full")
	before, after := e.at(r.From).sets[r.Act.Set()], e.at(r.To).sets[r.Act.Set()]
	if !holds || !r.Alone || r.Act.Dry() || before == nil || after == nil || onDelete(after) || after.Annotations[rolloutRecord] == "" {
		return "", false
	}
	var record rollout
	if json.Unmarshal([]byte(after.Annotations[rolloutRecord]), &record) != nil || record.Verb != "" || record.Aborting {
		return "", false
	}
	was := 0
	if before.Annotations[rolloutRecord] != "" {
		was = max(0, replicas(before)-partition(before))
	}
	let, most := replicas(after)-partition(after), replicas(after)
	for _, step := range record.Steps {
		if n := podsOf(step, replicas(after)); n > was {
			most = min(n, most)
			break
		}
	}
	return fmt.Sprintf("was to hold after %d pods and has let %d through, %d of them before", most, let, was), let > most
}

// podsOf is how many pods a step is of so many, a part of one counting as a whole.
func podsOf(step string, replicas int) int {
	share, percent := strings.CutSuffix(step, "%")
	n, err := strconv.Atoi(share)
	switch {
	case err != nil:
		return replicas
	case percent:
		return (n*replicas + 99) / 100
	}
	return n
}

// guarded reports whether the pod of a moment is below a gate that the plugin has
// closed, and nobody else has touched.
func (e *Evidence) guarded(s *appsv1.StatefulSet, m witness.Moment) bool {
	ordinal, _ := ordinalOf(s.Name, m.Pod.Name)
	if onDelete(s) || ordinal >= start(s)+partition(s) || ordinal >= start(s)+replicas(s) {
		return false
	}
	return !slices.ContainsFunc(e.Edits, func(d Edit) bool {
		return d.Set == s.Name && d.From <= m.Version && slices.Contains(closing, d.Does)
	})
}

// passed says what happened to a pod below the gate that should not have.
func (e *Evidence) passed(w world, s *appsv1.StatefulSet, m witness.Moment, known bool) string {
	record := rollout{Verb: "none"}
	if text, ok := s.Annotations[rolloutRecord]; ok {
		record = rollout{}
		if json.Unmarshal([]byte(text), &record) != nil {
			return ""
		}
	}
	before := w.pods[m.Pod.Name]
	if record.Verb != "" {
		return ""
	}
	switch leaves := m.Gone || m.Pod.DeletionTimestamp != nil; {
	case !known && !leaves && revision(m.Pod) != record.Stable && e.wasStable(m, record.Stable):
		return m.Pod.Name + " is below the gate, and was made at revision " + revision(m.Pod) + ", not " + record.Stable
	case leaves && before != nil && before.UID == m.Pod.UID && ready(before) && revision(before) == record.Stable:
		by := e.deleter(m)
		if strings.HasPrefix(by, "faults-") || strings.Contains(by, "--force") {
			return ""
		}
		return m.Pod.Name + " is below the gate, at the stable revision and Ready, and was deleted by " + by
	}
	return ""
}

// wasStable reports whether the pod before of that name was at the stable revision.
func (e *Evidence) wasStable(m witness.Moment, stable string) bool {
	was := ""
	for _, other := range e.Moments {
		if other.Version >= m.Version {
			break
		}
		if p := other.Pod; p != nil && p.Name == m.Pod.Name && e.at(other.Version).setOf(p) != nil {
			was = revision(p)
		}
	}
	return was == stable && stable != ""
}

// deleter is who has sent the deletion of the pod that goes in this moment: the
// command line of a run, or a user agent.
func (e *Evidence) deleter(m witness.Moment) string {
	by := "nobody known"
	for _, q := range e.Writes {
		if q.Verb != "delete" || q.ObjectRef.Resource != "pods" || q.ObjectRef.Name != m.Pod.Name ||
			q.ResponseStatus.Code >= 300 || q.Received.After(m.At) || q.Received.Before(m.Pod.CreationTimestamp.Time) {
			continue
		}
		by = q.UserAgent
	}
	for _, r := range e.Runs {
		if strings.HasSuffix(by, Tag(e.Namespace, r.Number)) {
			return r.name()
		}
	}
	return by
}
