package canary

import (
	"fmt"

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
type Help struct{ What, Verb string }

// Helps lists that. good says that every pod is where it should be now.
func (r Record) Helps(s sts.Snapshot, good bool) []Help {
	back := Help{"go back to stable", "abort"}
	switch {
	case !r.Aborting && r.stranger(s) != "" && r.Verb == VerbCanary:
		return []Help{{"go back to stable, without the change that somebody made since", "abort"}}
	case !r.Aborting && r.stranger(s) != "":
		return []Help{{fmt.Sprintf("give the %s up, and let the change stand that somebody made since", r.Verb.Name()), "abort"}}
	case r.Aborting:
		return []Help{{"finish the abort", "abort"}}
	case r.Verb != VerbCanary: // nobody wants to go back from there
		return []Help{{"go on", r.Verb.Name()}}
	case good:
		return []Help{{"the next step", "promote"}, back}
	}
	return []Help{{"go on", "canary"}, back}
}
