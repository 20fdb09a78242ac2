// Package operation tells what is in progress on a StatefulSet: the records that
// verbs leave on the set, how far each operation is, and what can be done about
// it. It is pure.
package operation

import (
	"fmt"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
)

// Record is the stored form of an operation. Whoever is not the planner of its
// verb knows an operation by this alone.
type Record interface {
	note.Note
	// Annotation holds it.
	Annotation() string
	// Name is the verb that goes on with it, as the user types it.
	Name() string
	// Says is what is going on, in a sentence's few words.
	Says() string
	// Short is the same for a row of a list: how far it is, and since when.
	Short(s sts.Snapshot, now time.Time) string
	// Lines are what status says of it above the pods: a label and words for each.
	Lines(s sts.Snapshot, now time.Time) [][2]string
	// Since is when it began, as far as the set tells.
	Since(s sts.Snapshot) (at time.Time, known bool)
	// Progress is how far it is, and who drives it.
	Progress(s sts.Snapshot, now time.Time) plan.Operation
	// Facts are what a program reads of it besides.
	Facts(s sts.Snapshot) Facts
	// Revisions are what the revisions of the pods are to it, nil where it replaces none.
	Revisions() *Revisions
	// Failure is how its last run has ended, nil where it has not failed or somebody
	// has acted on it since.
	Failure(s sts.Snapshot) *note.Failure
	// Driven is the process that drives it as far as the set tells, or nil.
	Driven(s sts.Snapshot, now time.Time) *note.Driver
	// AtGate reports whether its pods wait for it to delete them, all others well.
	AtGate(s sts.Snapshot, pods plan.Progress) bool
	// GoesOn is until when another process may be expected to go on with it, and what
	// is waited for until then; zero when nobody is.
	GoesOn(s sts.Snapshot, pods plan.Progress, now time.Time) (until time.Time, words string)
	// ReplacesPods reports whether it replaces pods: what helps with it then comes before
	// a look at a pod in trouble.
	ReplacesPods() bool
	// Soaks is since when it has replaced pods, and for how long each has to be Available
	// before it counts; 0 for no time.
	Soaks() (began time.Time, soak time.Duration)
	// GoesBack is until when it may be expected to begin to go back by itself after it
	// has failed at that time, zero where it does not.
	GoesBack(failed time.Time) (until time.Time)
	// Waits is what it waits for at a gate, or once it has failed.
	Waits(s sts.Snapshot) string
	// Origin is the revision that it leaves and that it is taken back to, "" for none.
	Origin() string
	// TakenBack reports whether a set without the operation is back where it began.
	// origin is that of the first record that was seen.
	TakenBack(s sts.Snapshot, origin string) bool
	// Helps are what can be done about it, the most useful first. good says that every
	// pod is where it should be.
	Helps(s sts.Snapshot, good bool) []hint.Hint
	// Excludes is why another verb can't begin meanwhile; nil where it can, or where
	// the verb's own planner knows better.
	Excludes(verb string, s sts.Snapshot) *plan.Refusal
}

// Kind is one kind of operation.
type Kind struct {
	Annotation string
	Noun       string // in a sentence: "a scale"
	read       func(sts.Snapshot) (Record, error)
}

// Kinds are all of them. Of several that are in progress the first decides what
// the set waits for.
func Kinds() []Kind {
	return []Kind{
		{RecreateAnnotation, "a recreate", found(FindRecreate)},
		{note.RolloutAnnotation, "a canary", found(FindRollout)},
		{note.ScaleAnnotation, "a scale", found(FindScale)},
		{HoldAnnotation, "a hold", found(FindHold)},
	}
}

// found makes one kind's search the search for any: no record is a nil Record.
func found[R any, P interface {
	*R
	Record
}](find func(sts.Snapshot) (*R, error)) func(sts.Snapshot) (Record, error) {
	return func(s sts.Snapshot) (Record, error) {
		r, err := find(s)
		if err != nil || r == nil {
			return nil, err
		}
		return P(r), nil
	}
}

// Found is what is in progress on a set.
type Found struct {
	Records    []Record // in the order of [Kinds]
	Unreadable []Unreadable
	// Ended reports whether the process that drives the operation is known to have
	// ended; nil where nobody can tell.
	Ended func(note.Driver) bool
}

// Unreadable is a record that can't be read.
type Unreadable struct {
	Kind Kind
	Err  error
}

// Says is that, in a sentence's few words.
func (u Unreadable) Says() string { return fmt.Sprintf("the record of %s can't be read", u.Kind.Noun) }

// Find reads all records of the set.
func Find(s sts.Snapshot) Found {
	var out Found
	for _, kind := range Kinds() {
		switch r, err := kind.read(s); {
		case err != nil:
			out.Unreadable = append(out.Unreadable, Unreadable{kind, err})
		case r != nil:
			out.Records = append(out.Records, r)
		}
	}
	return out
}

// First is the operation that decides what the set waits for, nil for none.
func (f Found) First() Record {
	if len(f.Records) == 0 {
		return nil
	}
	return f.Records[0]
}

// Driver is the process that drives what is in progress, or may: nil for nobody, for one
// that is known to have ended, and where the set does not tell.
func (f Found) Driver(s sts.Snapshot, now time.Time) *note.Driver {
	first := f.First()
	if first == nil {
		return nil
	}
	d := first.Driven(s, now)
	if d == nil || f.Ended != nil && f.Ended(*d) {
		return nil
	}
	return d
}

// RefuseBeside is why a verb can't begin that waits for every operation to end, or nil. A
// hold is none: it is about templates.
func RefuseBeside(s sts.Snapshot) *plan.Refusal {
	found := Find(s)
	for _, u := range found.Unreadable {
		return &plan.Refusal{Why: fmt.Sprintf("statefulset %q: %s", s.Name(), u.Says())}
	}
	for _, r := range found.Records {
		if r.Annotation() != HoldAnnotation {
			return &plan.Refusal{
				Why: fmt.Sprintf("a %s of statefulset %q is in progress: it ends first", r.Name(), s.Name()), Try: r.Helps(s, false),
			}
		}
	}
	return nil
}

// Refuse is why a verb can't begin on the set because of an operation of another
// kind, or nil. What a hold that can't be read excludes nobody knows: that is an error.
func Refuse(verb string, s sts.Snapshot) error {
	found := Find(s)
	for _, u := range found.Unreadable {
		if u.Kind.Annotation == HoldAnnotation {
			return u.Err
		}
	}
	for _, r := range found.Records {
		if no := r.Excludes(verb, s); no != nil {
			return no
		}
	}
	return nil
}
