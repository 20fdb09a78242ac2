package judge

import (
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
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
		// Those that go next may be away.
		stay := replicas(after)
		if to, err := strconv.Atoi(r.Act.Flag("replicas")); err == nil {
			stay = min(stay, to)
		}
		if name := must(first, first+stay, isReady); name != "" {
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
