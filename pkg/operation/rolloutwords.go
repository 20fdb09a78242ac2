package operation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
)

// What others tell a person about a canary, an undo, a restart or a replace.

// Annotation holds it.
func (r Rollout) Annotation() string { return note.RolloutAnnotation }

// Name is the verb that goes on with it.
func (r Rollout) Name() string { return r.Verb.Name() }

// Says is what is going on, in a sentence's few words.
func (r Rollout) Says() string {
	if r.Aborting {
		return r.Verb.Noun() + " is being aborted"
	}
	return r.Verb.Noun() + " is in progress"
}

// Short is the same for a row of a list, where most of them are canaries.
func (r Rollout) Short(s sts.Snapshot, now time.Time) string {
	words := string(r.Verb)
	switch at := r.Position(s); {
	case r.Aborting:
		words += " aborting"
	case words == "" || len(at.Counts) > 1:
		words += fmt.Sprintf(" %d/%d", at.Begun, len(at.Counts))
	}
	return strings.TrimSpace(words) + " for " + duration.HumanDuration(now.Sub(r.Started))
}

// Lines say how far it is.
func (r Rollout) Lines(s sts.Snapshot, now time.Time) [][2]string {
	label := map[Verb]string{VerbCanary: "Canary", VerbUndo: "Undo", VerbRestart: "Restart", VerbReplace: "Replace"}[r.Verb]
	out := [][2]string{{label, r.at(r.Position(s)) + ", started " + duration.HumanDuration(now.Sub(r.Started)) + " ago"}}
	var measured, run []string
	for _, c := range r.Checks {
		measured = append(measured, c.Name)
	}
	for _, flag := range r.Hooks {
		run = append(run, "--"+strings.Replace(flag, "=", " ", 1))
	}
	if measured != nil {
		out = append(out, [2]string{"Checks", strings.Join(measured, ", ")})
	}
	if run != nil {
		out = append(out, [2]string{"Commands", strings.Join(run, ", ") + ", for each pod"})
	}
	return out
}

// at is how far it is.
func (r Rollout) at(p Position) string {
	if r.Verb != VerbCanary && len(p.Counts) == 1 && !r.Aborting {
		return "in progress"
	}
	counts := make([]string, len(p.Counts))
	for i, n := range p.Counts {
		counts[i] = fmt.Sprint(n)
	}
	words := fmt.Sprintf("step %d of %d", p.Begun, len(p.Counts))
	switch {
	case r.Aborting:
		words = "on the way back to stable"
	case p.Begun == 0:
		words = fmt.Sprintf("gate closed, %d steps", len(p.Counts))
	}
	return fmt.Sprintf("%s (%s pods)", words, strings.Join(counts, ", "))
}

// Since is when it began.
func (r Rollout) Since(sts.Snapshot) (time.Time, bool) { return r.Started, true }

// Helps are what can be done about it: from a bad one, back before again.
func (r Rollout) Helps(s sts.Snapshot, good bool) []hint.Hint {
	strange := !r.Aborting && r.Stranger(s) != ""
	switch {
	case strange && r.Verb == VerbCanary:
		return []hint.Hint{help(s, "roll back, without the change that somebody made since", "abort")}
	case strange:
		return []hint.Hint{help(s, "give the "+r.Verb.Name()+" up, and let the change stand that somebody made since", "abort")}
	case r.Aborting:
		return []hint.Hint{r.goesOn(s, "finish the abort", "abort")}
	case r.Failure(s) != nil:
		return r.AfterFailure(s)
	case r.Verb != VerbCanary: // nobody wants to go back from there
		return []hint.Hint{again(r.goesOn(s, "resume", r.Verb.Name()))}
	case good:
		return []hint.Hint{r.goesOn(s, "the next step", "promote"), help(s, "roll back", "abort")}
	}
	return []hint.Hint{again(r.goesOn(s, "resume", "canary")), help(s, "roll back", "abort")}
}

// help is a command about the set.
func help(s sts.Snapshot, words, verb string, flags ...string) hint.Hint {
	return hint.Hint{Words: words, Kind: hint.Sts, Verb: verb, Args: append([]string{s.Name()}, flags...)}
}

// goesOn is a command that goes on with it, with what has to be given again.
func (r Rollout) goesOn(s sts.Snapshot, words, verb string, flags ...string) hint.Hint {
	return reminded(help(s, words, verb, flags...), r.Hooks...)
}

// again is a command that takes an operation up again.
func again(h hint.Hint) hint.Hint {
	h.Again = true
	return h
}

// AfterFailure is what can be done about a run that has failed: back before again.
func (r Rollout) AfterFailure(s sts.Snapshot) []hint.Hint {
	retry := again(r.goesOn(s, "try again", r.Verb.Name(), plan.RetryFlag))
	// Any run gives way to an undo.
	other := help(s, "or go to another revision", "undo", "--to-revision", "REVISION")
	switch r.Verb {
	case VerbUndo:
		other.Words = "go to another revision"
		return []hint.Hint{other, retry}
	case VerbRestart:
		return []hint.Hint{help(s, "give the restart up", "abort"), other, retry}
	case VerbReplace: // another revision is not what its pods lack
		return []hint.Hint{help(s, "give the replace up", "abort"), retry}
	case VerbCanary:
	}
	return []hint.Hint{help(s, "roll back", "abort"), other, retry}
}

// AtGate reports whether it holds a set whose pods wait to be deleted: none is on its
// way, and all that were updated are well.
func (r Rollout) AtGate(s sts.Snapshot, pods plan.Progress) bool {
	return s.OnDelete() && pods.Good > 0 && !slices.ContainsFunc(pods.Pods, func(t sts.PodProgress) bool {
		return t.State != sts.StateOld && !t.Good()
	})
}

// Waits is what a person may do at a gate.
func (r Rollout) Waits(s sts.Snapshot) string {
	failed := r.Failure(s) != nil
	at := r.Position(s)
	switch {
	case failed && r.Verb == VerbCanary:
		return "somebody to abort it or to try again"
	case failed:
		return "somebody to act"
	case r.Verb == VerbCanary && at.Begun > 0:
		return fmt.Sprintf("somebody to promote or to abort it: step %d of %d passed", at.Begun, len(at.Counts))
	}
	return "somebody to go on with it"
}

// Origin is the revision that a canary began from, and a restart by the template. An
// undo goes to what others leave, and a restart of some pods changes no revision.
func (r Rollout) Origin() string {
	if r.Verb == VerbUndo || r.Pods != nil {
		return ""
	}
	return r.Stable
}

// TakenBack reports whether the set went back to the revision that it left.
func (r Rollout) TakenBack(s sts.Snapshot, origin string) bool {
	return r.Aborting || origin != "" && origin == s.UpdateRevision()
}

// Excludes is nil: the planners of the other verbs say what a rollout in progress is
// to them.
func (r Rollout) Excludes(string, sts.Snapshot) *plan.Refusal { return nil }
