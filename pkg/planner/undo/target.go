package undo

import (
	"fmt"
	"slices"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/health"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/rolling"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Target is where an undo goes, and why there.
type Target struct {
	Revision *appsv1.ControllerRevision
	Template podtemplate.Template
	Why      string // empty when the user named it
	// Already says that every pod is there, and there is nothing to do.
	Already bool
}

// FindTarget picks the revision that an undo goes to. named is the one
// that the user asks for, nil for none: then it is the last one that is not
// the current one and, where a rollout is not over, the one that it began
// from, for what lies between has never run on every pod.
//
// Whatever is in progress gives way: the set goes back to what that began from.
func FindTarget(s sts.Snapshot, named *appsv1.ControllerRevision, now time.Time) (*Target, error) {
	present, err := presentRevision(s)
	if err != nil {
		return nil, err
	}
	record, err := operation.FindRollout(s)
	if err != nil {
		return nil, err
	}
	t := &Target{Revision: named}
	if named == nil {
		if t.Revision, t.Why = beganFrom(s, record); t.Revision == nil {
			t.Revision, t.Why = lastGood(s, present, now)
		}
		if t.Revision == nil {
			return nil, &plan.Refusal{
				Why: fmt.Sprintf("statefulset %q has no other revision to go back to", s.Name()),
				Try: []hint.Hint{hint.Plugin("see what there is", "history", s.Name())},
			}
		}
	}
	if t.Template, err = podtemplate.RevisionTemplate(t.Revision); err != nil {
		return nil, err
	}
	t.Already = record == nil && present != nil && t.Revision.Name == present.Name && health.SettledOn(s, present.Name, now)
	return t, nil
}

// beganFrom is the revision that the verb in progress began from, or for an
// undo that is being aborted the one that it was going to.
func beganFrom(s sts.Snapshot, record *operation.Rollout) (revision *appsv1.ControllerRevision, why string) {
	switch {
	case record == nil || record.Pods != nil:
		return nil, ""
	case record.Verb == operation.VerbUndo:
		revision, _ = s.Revision(record.Target)
		return revision, "the undo in progress was going there"
	}
	revision, _ = s.Revision(record.Stable)
	return revision, fmt.Sprintf("the %s in progress began from it", record.Verb.Name())
}

// presentRevision is the revision of the current template. The status names it
// only once the controller has seen the spec.
func presentRevision(s sts.Snapshot) (*appsv1.ControllerRevision, error) {
	for _, r := range slices.Backward(s.Revisions) {
		template, err := podtemplate.RevisionTemplate(r)
		if err != nil {
			return nil, err
		}
		if template.Is(s.Set) {
			return r, nil
		}
	}
	return nil, nil //nolint:nilnil // the controller has not made it yet
}

// lastGood is the revision to go back to when the user names none.
func lastGood(s sts.Snapshot, present *appsv1.ControllerRevision, now time.Time) (revision *appsv1.ControllerRevision, why string) {
	if present == nil {
		const unseen = "; the controller has not seen the current template yet"
		if stable, ok := s.Revision(s.StableRevision()); ok { // of the spec before, which may have been bad as well
			return stable, "what the pods come from" + unseen
		}
		return lastOf(s.Revisions), "the last one" + unseen
	}
	if note := rolling.FindUndone(s); note != nil && note.To == present.Name {
		at := note.At.UTC().Format(time.RFC3339)
		if note.From == note.To {
			return present, fmt.Sprintf("%s at %s took every pod back to it", note.Noun(), at)
		}
		return present, fmt.Sprintf("%s at %s left revision %s for this one", note.Noun(), at, note.From)
	}
	if stable, ok := s.Revision(s.StableRevision()); ok && s.Observed() && stable.Name != present.Name {
		return stable, "the rollout of the current one began from it, and is not over"
	}
	for _, r := range slices.Backward(s.Revisions) {
		switch {
		case r.Name == present.Name || sameButRestarted(r, present):
		case !brokenOn(s, r.Name, now):
			return r, "the last one before the current one"
		case !brokenOn(s, present.Name, now) && runs(s, present.Name):
			return present, fmt.Sprintf("its template is back already, but %s", leftOn(s, r.Name, now))
		}
	}
	return nil, ""
}

// sameButRestarted reports whether two revisions differ only by a restart: to
// go from one to the other changes nothing, and restarts every pod again.
func sameButRestarted(a, b *appsv1.ControllerRevision) bool {
	one, errOne := typedOf(a)
	two, errTwo := typedOf(b)
	if errOne != nil || errTwo != nil {
		return false
	}
	delete(one.Annotations, rolling.RestartedAt)
	delete(two.Annotations, rolling.RestartedAt)
	return podtemplate.SameTemplate(one, two)
}

func typedOf(r *appsv1.ControllerRevision) (*corev1.PodTemplateSpec, error) {
	template, err := podtemplate.RevisionTemplate(r)
	if err != nil {
		return nil, err
	}
	return template.Typed()
}

func lastOf(revisions []*appsv1.ControllerRevision) *appsv1.ControllerRevision {
	if len(revisions) == 0 {
		return nil
	}
	return revisions[len(revisions)-1]
}

// brokenOn reports whether a pod of this revision is not Available.
func brokenOn(s sts.Snapshot, revision string, now time.Time) bool {
	return slices.ContainsFunc(s.Pods, func(p sts.Pod) bool {
		return p.Revision == revision && !p.Available(s.MinReady(), now)
	})
}

func runs(s sts.Snapshot, revision string) bool {
	return slices.ContainsFunc(s.Pods, func(p sts.Pod) bool { return p.Revision == revision })
}

func leftOn(s sts.Snapshot, revision string, now time.Time) string {
	var left []sts.Pod
	for _, p := range s.Pods {
		if p.Revision == revision && !p.Available(s.MinReady(), now) {
			left = append(left, p)
		}
	}
	return fmt.Sprintf("%s %s still on revision %s and not Available", rolling.Names(left), sts.Are(len(left)), revision)
}
