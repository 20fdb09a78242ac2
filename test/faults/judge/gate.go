package judge

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/test/annotations"
	"github.com/kubectl-sts/kubectl-sts/test/witness"
)

// rollout is what the record of a canary says, or of another verb that replaces pods.
type rollout struct {
	Run      string   `json:"run"` // tells one from the next
	Verb     string   `json:"verb"`
	Stable   string   `json:"stable"`
	Steps    []string `json:"steps"`
	Aborting bool     `json:"aborting"`

	Partition int               `json:"partition"` // as it was before
	Target    string            `json:"target"`    // of an undo
	Pods      map[string]string `json:"pods"`      // the uids of those that a restart or a replace deletes, by ordinal
	Claims    map[string]string `json:"claims"`    // the uids of those that a replace deletes, by name
	IgnorePDB bool              `json:"ignorePDB"`
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
	if !holds || !r.Alone || r.Act.Dry() || before == nil || after == nil || onDelete(after) ||
		after.Annotations[annotations.Rollout] == "" {
		return "", false
	}
	var record rollout
	if json.Unmarshal([]byte(after.Annotations[annotations.Rollout]), &record) != nil || record.Verb != "" || record.Aborting {
		return "", false
	}
	was := 0
	if before.Annotations[annotations.Rollout] != "" {
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

// guarded reports whether the pod of a moment is below a closed gate, and the
// controller knows that: what somebody else has just changed it may not have seen yet.
func (e *Evidence) guarded(s *appsv1.StatefulSet, m witness.Moment) bool {
	ordinal, _ := ordinalOf(s.Name, m.Pod.Name)
	if onDelete(s) || ordinal >= start(s)+partition(s) || ordinal >= start(s)+replicas(s) {
		return false
	}
	return !slices.ContainsFunc(e.Edits, func(d Edit) bool {
		if d.Set != s.Name || d.From > m.Version {
			return false
		}
		edited := e.at(min(d.To, m.Version)).sets[s.Name]
		return edited != nil && edited.UID == s.UID && s.Status.ObservedGeneration < edited.Generation
	})
}

// passed says what happened to a pod below the gate that should not have.
func (e *Evidence) passed(w world, s *appsv1.StatefulSet, m witness.Moment, known bool) string {
	record := rollout{Verb: "none"}
	if text, ok := s.Annotations[annotations.Rollout]; ok {
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
		if strings.HasPrefix(by, "faults-") {
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
