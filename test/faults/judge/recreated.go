package judge

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/test/annotations"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
	"github.com/kubectl-sts/kubectl-sts/test/witness"
)

// recreates looks at every pod that goes because its set was deleted and created again: with
// the old set, or since the new one wants another.
func recreates(e *Evidence) []Violation {
	var out []Violation
	w, going := newWorld(), map[types.UID]bool{}
	for _, m := range e.Moments {
		if p := m.Pod; p != nil && (m.Gone || p.DeletionTimestamp != nil) && !going[p.UID] {
			going[p.UID] = true
			if before := w.pods[p.Name]; before != nil && before.UID == p.UID {
				out = append(out, e.goes(before, m)...)
			}
		}
		w.apply(m)
	}
	return out
}

// goes judges one pod that goes.
func (e *Evidence) goes(p *corev1.Pod, m witness.Moment) []Violation {
	by := e.deleter(m)
	switch owner := metav1.GetControllerOf(p); {
	case owner == nil:
	case strings.Contains(by, "generic-garbage-collector"):
		if r, ok := e.deleted(owner.UID); ok {
			return []Violation{r.breach("has deleted set %s, and pod %s went with it", owner.Name, p.Name)}
		}
	case strings.Contains(by, "statefulset-controller"):
		if r, ok := e.recreated(owner, p, m.Version); ok {
			return []Violation{r.breach("has recreated set %s, and its controller has deleted pod %s, of revision %s",
				owner.Name, p.Name, revision(p))}
		}
	}
	return nil
}

// deleted is the run that has deleted the set with a uid.
func (e *Evidence) deleted(uid types.UID) (Run, bool) {
	w := newWorld()
	var name string
	var from, to uint64 // since when it is there, and when it was gone
	for _, m := range e.Moments {
		if m.Set != nil && m.Set.UID == uid {
			if name = m.Set.Name; from == 0 {
				from = m.Version
			}
			if m.Set.DeletionTimestamp != nil || m.Gone {
				to = m.Version
				break
			}
		}
		w.apply(m)
	}
	if to == 0 {
		return Run{}, false
	}
	for _, r := range e.Runs {
		if r.From > to || r.To < from {
			continue
		}
		for _, q := range r.Requests {
			if q.Verb == "delete" && q.Resource == "statefulsets" && q.Name == name && q.Taken() && (q.UID == "" || q.UID == string(uid)) &&
				!e.somebodyDeleted(name, from, to) {
				return r, true
			}
		}
	}
	return Run{}, false
}

// somebodyDeleted reports whether somebody else may have deleted a set between two versions.
func (e *Evidence) somebodyDeleted(set string, from, to uint64) bool {
	return slices.ContainsFunc(e.Edits, func(d Edit) bool {
		return d.Set == set && (d.Does == schedule.DeleteSet || d.Does == schedule.RecreateSet) && d.From <= to && d.To >= from
	})
}

// recreated is the run that has created the set of a pod around it, where nothing else since
// then is a reason for the controller to delete it.
func (e *Evidence) recreated(owner *metav1.OwnerReference, p *corev1.Pod, at uint64) (Run, bool) {
	for _, r := range e.Runs {
		for _, q := range r.Requests {
			if q.Verb != "create" || q.Resource != "statefulsets" || !q.Taken() || q.UID != string(owner.UID) || q.Version >= at {
				continue
			}
			around := e.at(q.Version - 1).pods[p.Name]
			if around == nil || around.UID != p.UID || p.Status.Phase == corev1.PodFailed {
				return Run{}, false
			}
			return r, !e.edited(owner.Name, e.savedAt(owner.Name, q.Version), at) && !e.rolledSince(owner.Name, q.Version, at)
		}
	}
	return Run{}, false
}

// savedAt is when a set was written down that was recreated at a version.
func (e *Evidence) savedAt(set string, before uint64) uint64 {
	at, there := before, false
	for _, m := range e.Moments {
		if m.Version > before {
			break
		}
		if m.Config == nil || m.Config.Name != annotations.Saved+set {
			continue
		}
		if !m.Gone && !there {
			at = m.Version
		}
		there = !m.Gone
	}
	return at
}

// rolledSince reports whether another verb has written to a set between two versions.
func (e *Evidence) rolledSince(set string, from, to uint64) bool {
	return slices.ContainsFunc(e.Runs, func(r Run) bool {
		return !r.recreates() && slices.ContainsFunc(r.Requests, func(q Request) bool {
			return q.Taken() && q.Resource == "statefulsets" && q.Name == set && (q.Version == 0 || q.Version > from) && q.Version < to
		})
	})
}

// leftAway says so where a set is not there in the end since a run has deleted it, and not
// because somebody else has, or has deleted what was written down of it.
func (e *Evidence) leftAway(name string) string {
	var last *appsv1.StatefulSet
	for _, m := range e.Moments {
		if m.Set != nil && m.Set.Name == name {
			last = m.Set
		}
	}
	if last == nil || e.foreign(name, schedule.ForgetSaved) {
		return ""
	}
	if r, ok := e.deleted(last.UID); ok {
		return fmt.Sprintf("%s has deleted the set, which is not there", r.name())
	}
	return ""
}

// recreateDone says what of a recreate is not so, of one that was given up as well.
func recreateDone(e *Evidence, r Run, w world) string {
	name := r.Act.Set()
	s, was := w.sets[name], e.at(r.From)
	before, kept := was.sets[name], was.writtenDown(name)
	switch {
	case s == nil:
		return "the set is not there"
	case r.Act.Has("cancel") && (before == nil || before.UID != s.UID):
		return "the set is another one"
	}
	if what := first(without(s, annotations.Recreate), w.notForgotten(name), was.podsStay(w, s)); what != "" {
		return what
	}
	if kept == nil && before != nil {
		kept = &Written{UID: before.UID, Before: before, Manifest: before}
	}
	if kept == nil {
		return ""
	}
	wants, is := immutableOf(kept.Manifest), immutableOf(s)
	if i := slices.IndexFunc(e.Schedule.Sets, isNamed(name)); i >= 0 && r.Act.Manifest != nil {
		wants = wantedBy(e.Schedule.Sets[i], *r.Act.Manifest)
	}
	if wants.Size == "" || r.Act.Verb() == "resize" { // its claim templates are judged elsewhere
		wants.Size = is.Size
	}
	if is != wants && !r.Act.Has("cancel") {
		return fmt.Sprintf("the set has %+v, and was to have %+v", is, wants)
	}
	return first(e.asBefore(name, s, kept, before, r.Act.Has("cancel")), managersStay(was, s))
}

// podsStay says which pod that a set wants is another one by now, or nobody's.
func (w world) podsStay(now world, s *appsv1.StatefulSet) string {
	for o := start(s); o < start(s)+replicas(s); o++ {
		old, p := w.pods[podName(s, o)], now.pods[podName(s, o)]
		switch {
		case old == nil || old.DeletionTimestamp != nil:
		case p == nil || p.UID != old.UID:
			return podName(s, o) + " is another pod"
		case !metav1.IsControlledBy(p, s):
			return podName(s, o) + " is not the set's"
		}
	}
	return ""
}

// asBefore says what of the gate and the retention policies is not as it was before the
// recreate, unless somebody else has changed it meanwhile.
func (e *Evidence) asBefore(name string, s *appsv1.StatefulSet, kept *Written, before *appsv1.StatefulSet, cancelled bool) string {
	if e.foreign(name, schedule.Annotations, schedule.Garbage, schedule.RecreateSet, schedule.Strategy) {
		return ""
	}
	want := kept.Before
	var record *struct {
		Partition               int
		WhenScaled, WhenDeleted string
	}
	if before != nil {
		_ = json.Unmarshal([]byte(before.Annotations[annotations.Recreate]), &record) // nobody else has written there
	}
	scaled, deleted := retention(want)
	gate := partition(want)
	if record != nil {
		scaled, deleted, gate = record.WhenScaled, record.WhenDeleted, record.Partition
	}
	if isScaled, isDeleted := retention(s); isScaled != scaled || isDeleted != deleted {
		return fmt.Sprintf("the retention policies are %s and %s, and were %s and %s", isScaled, isDeleted, scaled, deleted)
	}
	if cancelled && before != nil { // it is somebody else's
		gate = partition(before)
	}
	if !onDelete(s) && partition(s) != gate && !e.foreign(name, schedule.Partition) {
		return fmt.Sprintf("the partition is %d, and was %d", partition(s), gate)
	}
	return ""
}

// managersStay says who owned fields of a set before a recreate that has begun and ended with
// one run, and does not own them now.
func managersStay(was world, s *appsv1.StatefulSet) string {
	before := was.sets[s.Name]
	if before == nil || was.written[s.Name] != nil || without(before, annotations.Recreate) != "" {
		return ""
	}
	for _, m := range before.ManagedFields {
		if m.Subresource == "status" {
			continue
		}
		if !slices.ContainsFunc(s.ManagedFields, func(o metav1.ManagedFieldsEntry) bool {
			return o.Manager == m.Manager && o.Operation == m.Operation && o.Subresource == m.Subresource
		}) {
			return fmt.Sprintf("%s has no fields of the set any more", m.Manager)
		}
	}
	return ""
}
