package report

import (
	"cmp"
	"fmt"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
)

// EndWord is a result in words.
func EndWord(r engine.Result) string {
	switch r {
	case engine.TimedOut:
		return "timed out"
	case engine.Misused:
		return "error"
	case engine.AbortAsked:
		return "aborted"
	}
	return string(r)
}

// EndWords are an end in a sentence: how, where and why.
func EndWords(o engine.Outcome) string {
	words := EndWhere(o)
	if o.Rollback == engine.RollbackFailed {
		words = "rollback failed"
	}
	if o.Cancelled {
		return o.Message // the person knows who refused
	}
	if message := Clean(cmp.Or(o.Detail, o.Message)); message != string(o.Result) && message != "" {
		words += ": " + message
	}
	return words
}

// EndWhere is how and where a run ended.
func EndWhere(o engine.Outcome) string {
	if o.Result == engine.AbortAsked {
		return "aborted at the gate"
	}
	if o.Step != nil && o.Step.Number > 0 && o.Result != engine.Held {
		return fmt.Sprintf("%s in step %d of %d", EndWord(o.Result), o.Step.Number, o.Step.Of)
	}
	return EndWord(o.Result)
}

// Helps are what helps, as this user would type it.
func Helps(caller hint.Caller, try []hint.Hint) []string { return CleanAll(caller.RenderAll(try)) }

// EndPlace says where an end has left the set.
func EndPlace(o engine.Outcome) []string {
	if o.Result == engine.Done {
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
