package verdict

import (
	"slices"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
)

// hints are what helps with a judgement, or with the end of a watch. first is what is in
// progress, nil for nothing, and driver the process that drives it or may drive it, nil
// for none; good says that every pod is where it should be.
func hints(s sts.Snapshot, first operation.Record, driver *note.Driver, o engine.Outcome, good bool) []hint.Hint {
	var try []hint.Hint
	if o.Trouble != nil {
		try = slices.Clone(o.Trouble.Hints)
	}
	if o.Trouble != nil && o.Trouble.Reason == sts.ReasonBlocked {
		try = append(try, hint.Kube("delete it, and it is recreated at the wanted revision", "delete", "pod", o.Pod))
	}
	// To go on with a rollout or back from it is what a person wants first.
	rolls := first != nil && first.ReplacesPods()
	look := !rolls && o.Result == engine.Halted && o.Trouble != nil && o.Trouble.Reason != sts.ReasonFailedCreate && len(try) == 0
	more := wayOut(s, o, good)
	if first != nil {
		more = recordHints(s, first, driver, good)
	}
	try = append(try, more...)
	if look {
		try = append(try, hint.Kube("look closer", "describe", "pod", o.Pod))
	}
	return try
}

// wayOut is what gets a set on that no verb has in hand.
func wayOut(s sts.Snapshot, o engine.Outcome, good bool) []hint.Hint {
	say := func(what, verb string) []hint.Hint { return []hint.Hint{hint.Plugin(what, verb, s.Name())} }
	switch {
	case o.Result == engine.Held && s.OnDelete() && waitsForDeletion(s):
		return say("have them replaced one after another", "canary")
	case o.Result == engine.Held && good && s.Partition() > 0 && s.CurrentRevision() != s.UpdateRevision():
		return say("take the others through step by step", "canary")
	case o.Result != engine.Halted || o.Trouble == nil:
		return nil
	case o.Trouble.Reason == sts.ReasonBlocked:
		return say("or take the rollout back, which frees it too", "undo")
	case s.StableRevision() != s.UpdateRevision():
		return say("take the rollout back", "undo")
	}
	return nil
}

// waitsForDeletion reports whether the pods are well, and some wait to be
// deleted. One that is not well is to be looked at first.
func waitsForDeletion(s sts.Snapshot) bool {
	old := 0
	for _, p := range s.Pods {
		if !p.Ready || p.Terminating {
			return false
		}
		if p.Revision != s.UpdateRevision() {
			old++
		}
	}
	return old > 0 && len(s.Pods) == s.Replicas()
}

// recordHints are what helps with what is in progress.
func recordHints(s sts.Snapshot, first operation.Record, driver *note.Driver, good bool) []hint.Hint {
	switch {
	case first == nil:
		return nil
	case driver != nil:
		return operation.HelpsBeside(*driver, first, s, good)
	}
	return first.Helps(s, good)
}
