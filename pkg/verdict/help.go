package verdict

import (
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// help lists the commands that help with a judgement, or with the end of a
// watch. first is what is in progress, nil for nothing; good says that every pod
// is where it should be; command is how the user calls the plugin.
func help(s sts.Snapshot, first operation.Record, o engine.Outcome, good bool, command hint.Caller) []string {
	var try []string
	if o.Trouble != nil {
		for _, h := range o.Trouble.Hints {
			try = append(try, command.Render(h))
		}
	}
	if o.Trouble != nil && o.Trouble.Reason == sts.ReasonBlocked {
		try = append(try, "delete it, and it is recreated at the wanted revision: "+
			command.Kubectl("delete", "pod", o.Pod))
	}
	_, rolls := first.(*operation.Rollout) // to go on or back from there is what a person wants first
	look := !rolls && o.Result == engine.Halted && o.Trouble != nil && o.Trouble.Reason != sts.ReasonFailedCreate && len(try) == 0
	if first != nil {
		try = append(try, helps(s, first, good, command)...)
	} else {
		try = append(try, wayOut(s, o, good, command)...)
	}
	if look {
		try = append(try, "look closer: "+command.Kubectl("describe", "pod", o.Pod))
	}
	return try
}

// wayOut is what gets a set on that no verb has in hand.
func wayOut(s sts.Snapshot, o engine.Outcome, good bool, command hint.Caller) []string {
	say := func(what, verb string) []string {
		return []string{what + ": " + command.Sts(verb, s.Name())}
	}
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

// helps are the commands that help with what is in progress.
func helps(s sts.Snapshot, first operation.Record, good bool, command hint.Caller) []string {
	if first == nil {
		return nil
	}
	var try []string
	for _, help := range first.Helps(s, good) {
		try = append(try, command.Render(help))
	}
	return try
}
