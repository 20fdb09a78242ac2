package operation

import (
	"errors"
	"fmt"
	"math"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
)

// RecreateAnnotation on a set is the record of a recreate, on the set that is to go and on
// the one that has come. While there is none, a ConfigMap tells; see [saved.Set].
const RecreateAnnotation = saved.Annotation

// Recreate is the record of a set that is recreated around its running pods: what is to
// be put back in the end.
type Recreate struct {
	Version int          `json:"version"`
	ID      string       `json:"id"`
	Started time.Time    `json:"started"`
	By      *note.Driver `json:"by,omitempty"`
	UID     types.UID    `json:"uid"`  // of the set that goes
	What    string       `json:"what"` // changes, in a sentence's few words
	// Partition and the policies are those of before.
	Partition   int            `json:"partition"`
	WhenScaled  plan.Retention `json:"whenScaled"`
	WhenDeleted plan.Retention `json:"whenDeleted"`
	// Back says that it is the way back from a recreate that was cancelled: the set that goes
	// is the new one.
	Back bool `json:"back,omitempty"`
	// Failed is how the last run of it ended, nil unless it halted.
	Failed *note.Failure `json:"failed,omitempty"`
	// Managers are the names besides the plugin's own under which its runs have
	// written (--field-manager).
	Managers []string `json:"managers,omitempty"`
}

// FindRecreate reads the record of the recreate in progress; nil when there is none. Of a
// set that is away it is what the ConfigMap tells.
func FindRecreate(s sts.Snapshot) (*Recreate, error) {
	if s.Away != nil {
		return &Recreate{ID: s.Away.ID, Started: s.Away.Started, UID: s.UID(), What: s.Away.Changes}, nil
	}
	return note.Read[Recreate](s, RecreateAnnotation,
		"look whether the partition and spec.persistentVolumeClaimRetentionPolicy are what they should be")
}

// Check rejects what no recreate writes.
func (r Recreate) Check() error {
	switch {
	case r.Started.IsZero() || r.ID == "":
		return errors.New("it lacks the time or the id")
	case r.Partition < 0 || r.Partition > math.MaxInt32 || !known(r.WhenScaled) || !known(r.WhenDeleted):
		return errors.New("no recreate writes that")
	case r.Version == note.FormatFailed && r.Failed == nil:
		return errors.New("it does not say how it failed")
	}
	return nil
}

// Text is the annotation's value.
func (r Recreate) Text() *string {
	r.Version = note.FormatGoing
	if r.Failed != nil {
		r.Version = note.FormatFailed
	}
	return note.Text(r)
}

// Annotation holds it.
func (r Recreate) Annotation() string { return RecreateAnnotation }

// Name is the verb that goes on with it.
func (r Recreate) Name() string { return "recreate" }

// Says is what is going on, in a sentence's few words.
func (r Recreate) Says() string { return "a recreate is in progress: " + r.What }

// Short is the same for a row of a list.
func (r Recreate) Short(_ sts.Snapshot, now time.Time) string {
	return "recreate for " + duration.HumanDuration(now.Sub(r.Started))
}

// Lines say since when, by whom and why.
func (r Recreate) Lines(_ sts.Snapshot, now time.Time) [][2]string {
	words := duration.HumanDuration(now.Sub(r.Started)) + " ago"
	if r.By != nil && r.By.Who() != "" {
		words += " by " + r.By.Who()
	}
	return [][2]string{{"Recreate", words}, {"Changes", r.What}}
}

// Since is when it began.
func (r Recreate) Since(sts.Snapshot) (time.Time, bool) { return r.Started, true }

// Progress is who drives it.
func (r Recreate) Progress(sts.Snapshot, time.Time) plan.Operation {
	return plan.Operation{Verb: r.Name(), Started: r.Started, By: r.By, Failed: r.Failed != nil}
}

// Failure is how its last run has ended.
func (r Recreate) Failure(sts.Snapshot) *note.Failure { return r.Failed }

// Driven is the process that drives it.
func (r Recreate) Driven(sts.Snapshot, time.Time) *note.Driver { return r.By }

// AtGate is never so: nobody is asked before a pod restarts.
func (r Recreate) AtGate(sts.Snapshot, plan.Progress) bool { return false }

// GoesOn is never known: it takes seconds or, where pods restart for a volume, as long as they do.
func (r Recreate) GoesOn(sts.Snapshot, plan.Progress, time.Time) (until time.Time, words string) {
	return time.Time{}, ""
}

// ReplacesPods is never so: those that restart for a volume are not counted.
func (r Recreate) ReplacesPods() bool { return false }

// Soaks is no time.
func (r Recreate) Soaks() (began time.Time, soak time.Duration) { return r.Started, 0 }

// GoesBack is never.
func (r Recreate) GoesBack(time.Time) (until time.Time) { return time.Time{} }

// Waits is what it waits for.
func (r Recreate) Waits(sts.Snapshot) string { return "somebody to resume the recreate" }

// Origin is none: it leaves no revision.
func (r Recreate) Origin() string { return "" }

// TakenBack is never so.
func (r Recreate) TakenBack(sts.Snapshot, string) bool { return false }

// Helps is the way on.
func (r Recreate) Helps(s sts.Snapshot, _ bool) []hint.Hint {
	return []hint.Hint{help(s, "resume it", "recreate")}
}

// RefuseRecreate is why no other verb can begin on the set while it is recreated, or nil:
// the set is about to go, or its gate and policies are not yet what they were.
func RefuseRecreate(s sts.Snapshot) error {
	r, err := FindRecreate(s)
	if r == nil || err != nil {
		return err
	}
	return r.Excludes("", s)
}

// Excludes refuses whatever else would change the set.
func (r Recreate) Excludes(_ string, s sts.Snapshot) *plan.Refusal {
	return &plan.Refusal{
		Why: fmt.Sprintf("statefulset %q is being recreated (%s)", s.Name(), r.What),
		Try: r.Helps(s, false),
	}
}
