package operation

import (
	"errors"
	"fmt"
	"math"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/annotation"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/fieldmanager"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// HoldAnnotation on a set is the record of a hold.
const HoldAnnotation = annotation.Prefix + "hold"

// Hold is the record of a set whose gate is closed until somebody releases it.
type Hold struct {
	Version   int          `json:"version"`
	Started   time.Time    `json:"started"`
	By        *note.Driver `json:"by,omitempty"`
	Reason    string       `json:"reason,omitempty"` // in their words
	Partition int          `json:"partition"`        // as it was before
	// Failed is how the run that was to close the gate ended, nil unless it halted.
	Failed *note.Failure `json:"failed,omitempty"`
	// Managers are the names besides the plugin's own under which its runs have
	// written (--field-manager).
	Managers []string `json:"managers,omitempty"`
}

// FindHold reads the record of the hold; nil when there is none.
func FindHold(s sts.Snapshot) (*Hold, error) {
	return note.Read[Hold](s, HoldAnnotation, "put the partition where it belongs")
}

// Check rejects what no run writes.
func (r Hold) Check() error {
	switch {
	case r.Started.IsZero():
		return errors.New("it lacks the time")
	case r.Partition < 0 || r.Partition > math.MaxInt32:
		return fmt.Errorf("partition %d", r.Partition)
	case r.Version == note.FormatFailed && r.Failed == nil:
		return errors.New("it does not say how it failed")
	}
	return nil
}

// Text is the annotation's value.
func (r Hold) Text() *string {
	r.Version = note.FormatGoing
	return note.Text(r)
}

// Annotation holds it.
func (r Hold) Annotation() string { return HoldAnnotation }

// Name is the verb.
func (r Hold) Name() string { return "hold" }

// Says is what is going on, in a sentence's few words.
func (r Hold) Says() string {
	return fmt.Sprintf("no template change rolls out until it is released (held %s)", r.Who())
}

// Who says since when it is held, who holds it and why.
func (r Hold) Who() string {
	words := "since " + r.Started.UTC().Format(time.RFC3339)
	if r.By != nil && r.By.Who() != "" {
		words += " by " + r.By.Who()
	}
	if r.Reason != "" {
		words += ": " + r.Reason
	}
	return words
}

// Short is the same for a row of a list.
func (r Hold) Short(_ sts.Snapshot, now time.Time) string {
	return "hold for " + duration.HumanDuration(now.Sub(r.Started))
}

// Lines say since when it is held, by whom and why.
func (r Hold) Lines(_ sts.Snapshot, now time.Time) [][2]string {
	words := duration.HumanDuration(now.Sub(r.Started)) + " ago"
	if r.By != nil && r.By.Who() != "" {
		words += " by " + r.By.Who()
	}
	out := [][2]string{{"Held", words}}
	if r.Reason != "" {
		out = append(out, [2]string{"Reason", r.Reason})
	}
	return out
}

// Since is when it began.
func (r Hold) Since(sts.Snapshot) (time.Time, bool) { return r.Started, true }

// Progress is who holds it and why.
func (r Hold) Progress(s sts.Snapshot, _ time.Time) plan.Operation {
	return plan.Operation{Verb: r.Name(), Started: r.Started, By: r.By, Reason: r.Reason, Failed: r.Failure(s) != nil}
}

// Failure is that the gate could not be closed, or that somebody else has opened it.
func (r Hold) Failure(s sts.Snapshot) *note.Failure {
	if r.Failed != nil || s.OnDelete() || s.Closed() {
		return r.Failed
	}
	by, at := "somebody", r.Started
	if w, known := fieldmanager.WriterOf(s.Set, workload.FieldPartition); known {
		by, at = fmt.Sprintf("%s at %s", w.Manager, w.Time.UTC().Format(time.RFC3339)), w.Time
	}
	return &note.Failure{At: at, Reason: "GateOpened", Message: fmt.Sprintf(
		"the gate of the hold was opened by %s: the partition is %d", by, s.Partition())}
}

// Driven is nobody: a hold needs no process.
func (r Hold) Driven(sts.Snapshot, time.Time) *note.Driver { return nil }

// AtGate is never so: a hold deletes no pod.
func (r Hold) AtGate(sts.Snapshot, plan.Progress) bool { return false }

// GoesOn is never: nothing goes on by itself.
func (r Hold) GoesOn(sts.Snapshot, plan.Progress, time.Time) (until time.Time, words string) {
	return time.Time{}, ""
}

// ReplacesPods is never so.
func (r Hold) ReplacesPods() bool { return false }

// Soaks is no time.
func (r Hold) Soaks() (began time.Time, soak time.Duration) { return r.Started, 0 }

// GoesBack is never.
func (r Hold) GoesBack(time.Time) (until time.Time) { return time.Time{} }

// Waits is what it waits for.
func (r Hold) Waits(sts.Snapshot) string { return "somebody to release it" }

// Origin is none: a hold leaves no revision.
func (r Hold) Origin() string { return "" }

// TakenBack is never so: to release it is its end.
func (r Hold) TakenBack(sts.Snapshot, string) bool { return false }

// Helps are the ways out, and back where somebody has opened the gate.
func (r Hold) Helps(s sts.Snapshot, good bool) []hint.Hint {
	if r.Failure(s) != nil {
		return []hint.Hint{help(s, "close the gate again", "hold"), help(s, "or give the hold up", "release")}
	}
	if waits := s.Observed() && s.UpdateRevision() != s.StableRevision(); waits && !good {
		return []hint.Hint{
			help(s, "take the change back, and hold the set further", "undo"),
			help(s, "or release it, and the controller rolls the change out", "release"),
		}
	}
	return r.waysOut(s)
}

// waysOut release it or, where a change waits, take that through the gate.
func (r Hold) waysOut(s sts.Snapshot) []hint.Hint {
	out := []hint.Hint{help(s, "release it", "release")}
	if s.Observed() && s.UpdateRevision() != s.StableRevision() {
		out[0].Words = "release it, and the controller rolls out the change that waits"
		out = append(out, help(s, "or take that through step by step, and hold the set further", "canary"),
			help(s, "or take it back", "undo"))
	}
	return out
}

// Excludes refuses what would set another template and roll it out. A canary of a change
// that waits is the way through the gate, an undo the way back, and each closes it
// again; pods may be restarted as they are, and the set scaled.
func (r Hold) Excludes(verb string, s sts.Snapshot) *plan.Refusal {
	if verb != "canary" && verb != "restart" {
		return nil
	}
	no := &plan.Refusal{Why: fmt.Sprintf("statefulset %q is held %s", s.Name(), sts.Clean(r.Who())), Try: r.waysOut(s)}
	if verb == "restart" {
		no.Try = append(no.Try, help(s, "or restart pods as they are, by deleting them", "restart",
			"--ordinals", s.Ordinals().String()))
	}
	return no
}
