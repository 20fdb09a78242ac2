package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
)

// Subject is the StatefulSet that a command is about.
type Subject struct{ Namespace, Name string }

// String is how a reader of a report calls it.
func (s Subject) String() string {
	if s.Name == "" {
		return ""
	}
	return Clean(s.Namespace + "/" + s.Name)
}

// PrintEnd writes the last object of a command that did not get as far as a run,
// or had nothing to do: how it ended, and what helps.
func PrintEnd(w io.Writer, format Format, dryRun DryRun, about Subject, now time.Time, o rollout.Outcome) {
	if format != JSON && format != YAML {
		return
	}
	out := object{Type: string(rollout.EventOutcome), Time: now.UTC(), DryRun: dryRun}
	if about.Name != "" {
		out.Set = &setName{Clean(about.Namespace), Clean(about.Name)}
	}
	out.outcome(&o)
	writeObject(w, format, out)
}

// endWord is a result in words.
func endWord(r rollout.Result) string {
	switch r {
	case rollout.TimedOut:
		return "timed out"
	case rollout.Misused:
		return "error"
	case rollout.AbortAsked:
		return "aborted"
	}
	return string(r)
}

// endWords are an end in a sentence: how, where and why.
func endWords(o rollout.Outcome) string {
	words, word := endWhere(o), string(o.Result)
	if o.Rollback == rollout.RollbackFailed {
		words = "rollback failed"
	}
	if o.Result == rollout.TimedOut {
		word = endWord(o.Result)
	}
	if o.Cancelled {
		return o.Message // the person knows who refused
	}
	if message := Clean(o.Message); message != word && message != "" {
		words += ": " + strings.TrimPrefix(message, word+" ")
	}
	return words
}

// endWhere is how and where a run ended.
func endWhere(o rollout.Outcome) string {
	if o.Result == rollout.AbortAsked {
		return "aborted at the gate"
	}
	if o.Step != nil && o.Step.Number > 0 && o.Result != rollout.Held {
		return fmt.Sprintf("%s in step %d of %d", endWord(o.Result), o.Step.Number, o.Step.Of)
	}
	return endWord(o.Result)
}

// endPlace says where an end has left the set.
func endPlace(o rollout.Outcome) []string {
	if o.Result == rollout.Done {
		return nil
	}
	var out []string
	switch {
	case o.Gate != "" && (o.Unsure || o.Open):
		out = append(out, "rollout at "+Clean(o.Gate))
	case o.Gate != "":
		out = append(out, "rollout paused at "+Clean(o.Gate))
	}
	if o.Replicas != nil {
		out = append(out, fmt.Sprintf("replicas stay at %d", *o.Replicas))
	}
	return out
}
