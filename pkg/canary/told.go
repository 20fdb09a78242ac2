package canary

import (
	"fmt"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// What others tell a person about a record.

// Says is what is going on, in a sentence's few words.
func (r Record) Says() string {
	if r.Aborting {
		return r.Verb.Noun() + " is being aborted"
	}
	return r.Verb.Noun() + " is in progress"
}

// Help is what can be done about a run that has ended half-way.
type Help struct{ What, Verb, Flags string }

// Command is the command line; command is how the user calls the plugin.
func (h Help) Command(command hint.Caller, s sts.Snapshot) string {
	return command.Sts(h.Verb, append([]string{s.Name()}, strings.Fields(h.Flags)...)...)
}

// Helps lists that. good says that every pod is where it should be now.
func (r Record) Helps(s sts.Snapshot, good bool) []Help {
	back := Help{What: "roll back", Verb: "abort"}
	switch {
	case !r.Aborting && r.stranger(s) != "" && r.Verb == VerbCanary:
		return []Help{{What: "roll back, without the change that somebody made since", Verb: "abort"}}
	case !r.Aborting && r.stranger(s) != "":
		return []Help{{
			What: fmt.Sprintf("give the %s up, and let the change stand that somebody made since", r.Verb.Name()), Verb: "abort",
		}}
	case r.Aborting:
		return []Help{{What: "finish the abort", Verb: "abort"}}
	case r.Failure(s) != nil:
		return r.afterFailure()
	case r.Verb != VerbCanary: // nobody wants to go back from there
		return []Help{{What: "resume", Verb: r.Verb.Name()}}
	case good:
		return []Help{{What: "the next step", Verb: "promote"}, back}
	}
	return []Help{{What: "resume", Verb: "canary"}, back}
}
