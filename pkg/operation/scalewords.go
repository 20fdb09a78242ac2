package operation

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/fieldmanager"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// What others tell a person about a scale.

// Annotation holds it.
func (r Scale) Annotation() string { return note.ScaleAnnotation }

// Name is the verb.
func (r Scale) Name() string { return "scale" }

// Says is what is going on, in a sentence's few words.
func (r Scale) Says() string { return fmt.Sprintf("a scale from %d to %d is not over", r.From, r.To) }

// Short is the same for a row of a list.
func (r Scale) Short(s sts.Snapshot, now time.Time) string {
	words := fmt.Sprintf("scale %d to %d", r.From, r.To)
	if since, known := r.Since(s); known {
		words += " for " + duration.HumanDuration(now.Sub(since))
	}
	return words
}

// Lines say how far it is, and what it has still to do.
func (r Scale) Lines(s sts.Snapshot, _ time.Time) [][2]string {
	out := [][2]string{{"Scale", fmt.Sprintf("from %d to %d, at %d", r.From, r.To, s.Replicas())}}
	for _, left := range r.Left() {
		out = append(out, [2]string{"Left to do", left})
	}
	return out
}

// Since is when the record was last written: it does not hold when it began.
func (r Scale) Since(s sts.Snapshot) (time.Time, bool) {
	w, known := fieldmanager.AnnotationWriter(s.Set, note.ScaleAnnotation)
	return w.Time, known
}

// Left says what is left to do besides moving replicas.
func (r Scale) Left() []string {
	var out []string
	names := func(retain bool) []string {
		all := maps.Clone(r.Claims)
		maps.DeleteFunc(all, func(_ string, p Pending) bool { return p.Retain != retain })
		return slices.Sorted(maps.Keys(all))
	}
	if n := names(false); len(n) > 0 {
		out = append(out, "delete "+sts.Few(n))
	}
	if n := names(true); len(n) > 0 {
		out = append(out, "retain the volumes and delete "+sts.Few(n))
	}
	if r.WhenScaled != "" {
		out = append(out, fmt.Sprintf("set whenScaled back to %s", r.WhenScaled))
	}
	return out
}

// Helps are the commands that go on, go back, or leave it at what has been reached.
func (r Scale) Helps(s sts.Snapshot, _ bool) []hint.Hint {
	leave := r.Leave(s)
	on := again(hint.Hint{Words: "resume", Kind: hint.Sts, Verb: "scale", Args: []string{s.Name(), "--replicas", strconv.Itoa(r.To)}})
	differs := !slices.Equal(leave.Args, on.Args)
	var out []hint.Hint
	if r.Failed != nil {
		if s.Replicas() != r.From {
			out = append(out, r.Back(s))
		}
		if differs {
			out = append(out, leave)
		}
		on.Words, on.Args = "try again", append(on.Args, plan.RetryFlag)
		return append(out, r.WithHooks(on))
	}
	out = append(out, r.WithHooks(on))
	if differs {
		out = append(out, leave)
	}
	return out
}

// Back takes the replicas back to what they were.
func (r Scale) Back(s sts.Snapshot) hint.Hint {
	args := []string{s.Name(), "--replicas", strconv.Itoa(r.From)}
	if r.From > r.To && len(s.ClaimTemplates()) > 0 {
		args = append(args, "--pvc=reuse") // they are deleted last, so they are still there
	}
	return hint.Hint{Words: "go back", Kind: hint.Sts, Verb: "scale", Args: args}
}

// Stay leaves it at the number of replicas that is to follow, and keeps what has not
// been deleted yet.
func (r Scale) Stay(s sts.Snapshot) hint.Hint {
	args := []string{s.Name()}
	if len(r.Claims) > 0 {
		args = append(args, "--pvc=keep")
	}
	return hint.Hint{Kind: hint.Sts, Verb: "scale", Args: append(args, "--replicas")}
}

// Leave ends the scale with the replicas that the set has now.
func (r Scale) Leave(s sts.Snapshot) hint.Hint {
	h := r.Stay(s)
	h.Words, h.Args = "or leave it at that", append(h.Args, strconv.Itoa(s.Replicas()))
	return h
}

// WithHooks reminds of the commands before each pod, which the record does not
// hold: they may be nobody else's business.
func (r Scale) WithHooks(h hint.Hint) hint.Hint { return reminded(h, r.Commands()...) }

// Progress is who drives it: a scale has no steps to count.
func (r Scale) Progress(s sts.Snapshot, now time.Time) plan.Operation {
	return plan.Operation{Verb: r.Name(), Driver: r.Driven(s, now), Failed: r.Failed != nil}
}

// Failure is how its last run ended, nil unless it halted.
func (r Scale) Failure(sts.Snapshot) *note.Failure { return r.Failed }

// Driven is the process that drives it, nil where it has failed.
func (r Scale) Driven(sts.Snapshot, time.Time) *note.Driver {
	if r.Failed != nil {
		return nil
	}
	return r.Driver
}

// AtGate is never so: a scale deletes no pod itself.
func (r Scale) AtGate(sts.Snapshot, plan.Progress) bool { return false }

// scaleWithin is how long a scale's next step may take. When the pod before was
// gone, nobody knows afterwards: it counts from the write that took it away.
const scaleWithin = time.Minute

// GoesOn is when its next step should have been written.
func (r Scale) GoesOn(s sts.Snapshot, pods plan.Progress, _ time.Time) (until time.Time, words string) {
	last := lastMove(s, pods, time.Time{}, note.ScaleAnnotation, workload.FieldReplicas)
	return last.Add(scaleWithin), "the scale's next step"
}

// ReplacesPods is never so: pods come and go, and each is the first or the last of its
// ordinal.
func (r Scale) ReplacesPods() bool { return false }

// Soaks is no time.
func (r Scale) Soaks() (began time.Time, soak time.Duration) { return time.Time{}, 0 }

// GoesBack is never.
func (r Scale) GoesBack(time.Time) (until time.Time) { return time.Time{} }

// Waits is what it waits for once its process has ended.
func (r Scale) Waits(sts.Snapshot) string { return "somebody to go on with it or to leave it at that" }

// Origin is none: a scale leaves no revision.
func (r Scale) Origin() string { return "" }

// TakenBack reports whether the replicas are what they were.
func (r Scale) TakenBack(s sts.Snapshot, _ string) bool {
	return r.From != r.To && s.Replicas() == r.From
}

// Excludes is nil: what a scale leaves alone is looked at by the planners.
func (r Scale) Excludes(string, sts.Snapshot) *plan.Refusal { return nil }
