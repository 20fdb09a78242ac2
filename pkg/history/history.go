// Package history says what each revision of a StatefulSet is to it now: how
// many pods run it, and whether it is stable, update or broken. It is pure.
package history

import (
	"fmt"
	"slices"
	"time"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
)

// Role is what a revision is to its set now. It may be more than one.
type Role string

// The roles, in the order in which they are shown.
const (
	Stable Role = "stable" // where pods come from, and go back to
	Update Role = "update" // of the current template
	Left   Role = "left"   // what an undo in progress takes the pods from
	Broken Role = "broken" // a pod is in trouble at it now
)

// changeCause is the annotation that kubectl rollout history shows.
const changeCause = "kubernetes.io/change-cause"

// Revision is one revision of a set.
type Revision struct {
	Number  int64 // changes when the template is used again
	Name    string
	Created time.Time
	// ChangeCause is the set's annotation as it was when the controller made
	// the revision: one that was set later, or not at all, is not in it.
	ChangeCause string
	Template    podtemplate.Template // nil when it is gone or can't be read
	Images      []podtemplate.ContainerImage
	Unreadable  error // why there is no template

	Pods   []string // those that run it, in the order of their ordinals
	Roles  []Role
	Broken []verdict.Broken
	// Reused is true when its number tells that its template was used again:
	// it is older than a revision with a lower number.
	Reused bool
	// Gone is true when there is no ControllerRevision of this name any more,
	// although pods run it or the set's status or its canary names it.
	Gone bool
}

// Of lists the set's revisions by their numbers, those that are gone first.
// record is the canary in progress, or nil.
func Of(s sts.Snapshot, record *operation.Rollout, limits verdict.Limits, now time.Time) []Revision {
	var out []Revision
	for _, name := range gone(s, record) {
		out = append(out, Revision{Name: name, Gone: true})
	}
	for _, r := range s.Revisions {
		out = append(out, read(r, s.Revisions))
	}
	broken := verdict.AllBroken(s, limits, now)
	for i := range out {
		out[i].place(s, record, broken)
	}
	return out
}

// Find is the one that a person means with a word.
func Find(all []Revision, s sts.Snapshot, word string) (Revision, error) {
	found, err := s.FindRevision(word)
	if err != nil {
		return Revision{}, err
	}
	i := slices.IndexFunc(all, func(r Revision) bool { return r.Name == found.Name })
	return all[i], all[i].Unreadable
}

// Present is the one of the current template.
func Present(all []Revision, s sts.Snapshot) (Revision, error) {
	i := slices.IndexFunc(all, func(r Revision) bool { return r.Name == s.UpdateRevision() })
	switch {
	case i < 0:
		return Revision{}, fmt.Errorf("the StatefulSet controller has made no revision of the template of statefulset %q yet", s.Name())
	case all[i].Gone:
		return Revision{}, fmt.Errorf("the update revision %s of statefulset %q is gone", all[i].Name, s.Name())
	}
	return all[i], all[i].Unreadable
}

// read takes from a ControllerRevision what it says by itself.
func read(r *appsv1.ControllerRevision, all []*appsv1.ControllerRevision) Revision {
	out := Revision{
		Number: r.Revision, Name: r.Name, Created: r.CreationTimestamp.Time, ChangeCause: r.Annotations[changeCause],
		Reused: slices.ContainsFunc(all, func(other *appsv1.ControllerRevision) bool {
			return other.Revision < r.Revision && r.CreationTimestamp.Time.Before(other.CreationTimestamp.Time)
		}),
	}
	template, err := podtemplate.RevisionTemplate(r)
	if err == nil {
		out.Images, err = template.Images()
	}
	if out.Unreadable = err; err == nil {
		out.Template = template
	}
	return out
}

// place adds what it is to the set.
func (r *Revision) place(s sts.Snapshot, record *operation.Rollout, broken []verdict.Broken) {
	for _, p := range s.Pods {
		if p.Revision == r.Name {
			r.Pods = append(r.Pods, p.Name)
		}
	}
	for _, b := range broken {
		if b.Revision == r.Name {
			r.Broken = append(r.Broken, b)
		}
	}
	for _, role := range []struct {
		role Role
		is   bool
	}{
		{Stable, r.Name == stable(s, record)},
		{Update, r.Name == s.UpdateRevision()},
		{Left, undoes(record) && r.Name == record.Stable && r.Name != s.UpdateRevision()},
		{Broken, len(r.Broken) > 0},
	} {
		if role.is {
			r.Roles = append(r.Roles, role.role)
		}
	}
}

// stable is the name of the revision that pods come from.
func stable(s sts.Snapshot, record *operation.Rollout) string {
	switch {
	case undoes(record):
		return record.Target // nobody wants to go back from there
	case record != nil:
		return record.Stable
	}
	return s.StableRevision()
}

// undoes reports whether an undo is in progress.
func undoes(record *operation.Rollout) bool {
	return record != nil && record.Verb == operation.VerbUndo && !record.Aborting
}

// gone are the names of revisions that matter now and that there are not.
func gone(s sts.Snapshot, record *operation.Rollout) []string {
	names := []string{stable(s, record), s.UpdateRevision()}
	if undoes(record) {
		names = append(names, record.Stable)
	}
	for _, p := range s.Pods {
		names = append(names, p.Revision)
	}
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(name string) bool {
		_, there := s.Revision(name)
		return there || name == ""
	})
}
