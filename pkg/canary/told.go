package canary

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
func (r Record) Helps(good bool) []Help {
	back := Help{"go back to stable", "abort"}
	switch {
	case r.Aborting:
		return []Help{{"finish the abort", "abort"}}
	case r.Verb != VerbCanary: // nobody wants to go back from there
		return []Help{{"go on", r.Verb.Name()}}
	case good:
		return []Help{{"the next step", "promote"}, back}
	}
	return []Help{{"go on", "canary"}, back}
}
