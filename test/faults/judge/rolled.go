package judge

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/test/annotations"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
	"github.com/kubectl-sts/kubectl-sts/test/witness"
)

// image is what a canary was to roll out.
func (r Run) image() string { return strings.TrimPrefix(r.Act.Flag("image"), "app=") }

func imageOf(p *corev1.Pod) string { return p.Spec.Containers[0].Image }

// ready says which of the pods that the set wants is not Ready.
func (w world) ready(s *appsv1.StatefulSet) string {
	if names := w.unready(s); len(names) > 0 {
		return fmt.Sprintf("%s is not Ready", names[0])
	}
	return ""
}

// allReady says which pods are not as the set wants them.
func (w world) allReady(s *appsv1.StatefulSet) string {
	if what := w.ready(s); what != "" {
		return what
	}
	if names := w.beyond(s); len(names) > 0 {
		return fmt.Sprintf("%s is still there", names[0])
	}
	return ""
}

// oneRevision says so where pods of a set differ.
func (w world) oneRevision(s *appsv1.StatefulSet) string {
	if all := w.revisions(s); len(all) > 1 {
		return fmt.Sprintf("pods are at revisions %v", all)
	}
	return ""
}

// allAt says which pod is not at a revision, or not as the set wants it.
func (w world) allAt(s *appsv1.StatefulSet, wanted string) string {
	for o := start(s); o < start(s)+replicas(s); o++ {
		if p := w.pods[podName(s, o)]; p != nil && revision(p) != wanted {
			return fmt.Sprintf("%s is at revision %s, not %s", p.Name, revision(p), wanted)
		}
	}
	for _, name := range w.beyond(s) { // one that a scale-down has going goes at its own pace
		if w.pods[name].DeletionTimestamp == nil {
			return name + " is still there"
		}
	}
	return w.ready(s)
}

// updated says which pod is not at the set's own template.
func (w world) updated(s *appsv1.StatefulSet) string {
	if s.Status.ObservedGeneration != s.Generation {
		return "the controller has not seen the set"
	}
	return w.allAt(s, s.Status.UpdateRevision)
}

// let says which of the pods that the gate lets through is not Ready at the set's
// template.
func (w world) let(s *appsv1.StatefulSet) string {
	for o := start(s) + partition(s); o < start(s)+replicas(s) && !onDelete(s); o++ {
		name := podName(s, o)
		switch p := w.pods[name]; {
		case !ready(p):
			return name + " is not Ready"
		case revision(p) != s.Status.UpdateRevision:
			return fmt.Sprintf("%s is let through, and is at revision %s", name, revision(p))
		}
	}
	return ""
}

// through is how many pods have been let through, or with OnDelete how many there
// are at the set's template.
func (w world) through(s *appsv1.StatefulSet) int {
	if !onDelete(s) {
		return max(0, replicas(s)-partition(s))
	}
	n := 0
	for o := start(s); o < start(s)+replicas(s); o++ {
		if p := w.pods[podName(s, o)]; ready(p) && revision(p) == s.Status.UpdateRevision {
			n++
		}
	}
	return n
}

// partitionAfter is what the partition is to be when a rollout is over: what it
// was before.
func (j judged) partitionAfter() string {
	want := partition(j.before)
	if j.record != nil {
		want = j.record.Partition
	}
	if !onDelete(j.s) && partition(j.s) != want {
		return fmt.Sprintf("the partition is %d, and was %d", partition(j.s), want)
	}
	return ""
}

// atGate says what is wrong with a canary that holds after a step, which is to be
// a later one than the one before where it was promoted.
func (j judged) atGate(promoted bool) string {
	record := rolloutOf(j.s)
	if record == nil {
		return "the record of the canary can't be read"
	}
	if what := j.w.let(j.s); what != "" {
		return what
	}
	n, was := j.w.through(j.s), 0
	if j.record != nil {
		was = j.was.through(j.before)
	}
	var steps []int
	for _, step := range record.Steps {
		steps = append(steps, podsOf(step, replicas(j.s)))
	}
	switch {
	case !slices.Contains(steps, n):
		return fmt.Sprintf("%d pods are let through, which is none of the steps %v", n, steps)
	// A run that was broken off may have opened the gate, and seen no pod.
	case promoted && n <= was && j.was.let(j.before) == "":
		return fmt.Sprintf("%d pods are let through, and %d were before", n, was)
	}
	return ""
}

// holds reports whether a canary was to hold after a step.
func (r Run) holds() bool {
	return r.result() == "held" || r.Act.Has("hold") && r.Act.Flag("hold") != "false"
}

func canaryDone(j judged) string {
	switch _, open := j.s.Annotations[annotations.Rollout]; {
	case open && j.r.holds():
		return j.atGate(false)
	case open:
		return "the canary is still in progress"
	}
	for o := start(j.s); o < start(j.s)+replicas(j.s) && j.r.image() != ""; o++ {
		if p := j.w.pods[podName(j.s, o)]; p != nil && imageOf(p) != j.r.image() {
			if j.r.holds() {
				return fmt.Sprintf("there is no canary, and %s has image %s", p.Name, imageOf(p))
			}
			return fmt.Sprintf("%s has image %s", p.Name, imageOf(p))
		}
	}
	return first(j.w.updated(j.s), j.partitionAfter())
}

func promoteDone(j judged) string {
	switch _, open := j.s.Annotations[annotations.Rollout]; {
	case open && j.r.Act.Has("full"):
		return "the canary is still in progress"
	case open:
		return j.atGate(true)
	}
	return first(j.w.updated(j.s), j.partitionAfter())
}

func abortDone(j judged) string {
	if what := without(j.s, annotations.Rollout); what != "" || j.record == nil {
		return what
	}
	strange := j.record.Verb != "" && !j.record.Aborting && j.e.Taken(j.s.Name)
	if j.record.Pods != nil || strange {
		return "" // it is stopped where it is
	}
	return first(j.w.allAt(j.s, j.record.Stable), j.partitionAfter())
}

func undoDone(j judged) string {
	if what := first(without(j.s, annotations.Rollout), j.w.updated(j.s), j.partitionAfter()); what != "" {
		return what
	}
	now := j.w.revisions(j.s)
	want := j.r.Act.Flag("to-revision")
	switch {
	case want != "" || j.record == nil || j.record.Pods != nil:
	case j.record.Verb == "undo":
		want = j.record.Target
	default:
		want = j.record.Stable
	}
	if want != "" {
		return j.w.allAt(j.s, want)
	}
	// It goes to the last one that is not the present one, unless it has just come
	// from there, or the present one was not on every pod.
	image := j.before.Spec.Template.Spec.Containers[0].Image
	undone := j.before.Annotations[annotations.Undone] != ""
	others := j.e.hadAnotherImage(j.before, j.r.From)
	if !undone && others && j.was.updated(j.before) == "" && len(now) == 1 {
		for o := start(j.s); o < start(j.s)+replicas(j.s); o++ {
			if p := j.w.pods[podName(j.s, o)]; imageOf(p) == image {
				return fmt.Sprintf("%s has image %s, as before", p.Name, image)
			}
		}
	}
	return ""
}

// hadAnotherImage reports whether a set's template had another image at a version
// up to then, and the controller has seen it.
func (e *Evidence) hadAnotherImage(s *appsv1.StatefulSet, upTo uint64) bool {
	return slices.ContainsFunc(e.Moments, func(m witness.Moment) bool {
		return m.Version <= upTo && m.Set != nil && m.Set.UID == s.UID && m.Set.Status.ObservedGeneration == m.Set.Generation &&
			m.Set.Spec.Template.Spec.Containers[0].Image != s.Spec.Template.Spec.Containers[0].Image
	})
}

func restartDone(j judged) string {
	if what := without(j.s, annotations.Rollout); what != "" {
		return what
	}
	only := j.r.Act.Flag("ordinals")
	for o := start(j.s); o < start(j.s)+replicas(j.s); o++ {
		old, now := j.was.pods[podName(j.s, o)], j.w.pods[podName(j.s, o)]
		switch {
		case j.record != nil && j.record.Pods != nil: // it goes on
			if uid, ok := j.record.Pods[strconv.Itoa(o)]; ok && now != nil && string(now.UID) == uid {
				return now.Name + " is still the same pod"
			}
		case j.record != nil || only != "" && only != strconv.Itoa(o):
			continue
		case old != nil && now != nil && old.UID == now.UID:
			return now.Name + " is still the same pod"
		}
		if only != "" && !ready(now) {
			return podName(j.s, o) + " is not Ready"
		}
	}
	switch {
	case only != "": // the others are none of its business
		return j.partitionAfter()
	case j.record != nil && j.record.Pods != nil || j.record == nil && without(j.before, annotations.Hold) != "":
		return first(j.w.allReady(j.s), j.partitionAfter())
	}
	return first(j.w.updated(j.s), j.partitionAfter())
}

// Taken reports whether somebody else has changed the template of a set: a rollout
// of another one is not gone on with then.
func (e *Evidence) Taken(set string) bool {
	return e.foreign(set, schedule.Template, schedule.RecreateSet)
}
