// Package judge says whether what happened in a namespace keeps to the promises of
// docs/safety.md and docs/exit-codes.md. It is pure: it looks at what was seen.
package judge

import (
	"slices"
	"time"

	"github.com/kubectl-sts/kubectl-sts/test/apiproxy"
	"github.com/kubectl-sts/kubectl-sts/test/auditlog"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
	"github.com/kubectl-sts/kubectl-sts/test/witness"
)

// Evidence is what was seen of one schedule.
type Evidence struct {
	Schedule  schedule.Schedule
	Namespace string
	Began     uint64 // the version at which all sets were as they should be
	Ended     uint64 // the version at which all was over but what restores claims, 0 where nothing does
	Runs      []Run  // in the order in which they began
	Edits     []Edit
	Moments   []witness.Moment
	Writes    []auditlog.Request // everybody's
	Kept      []Kept
	Missed    []witness.Span // in which not every moment was seen
	// Fits says what is wrong with a line that is to be an object of the schema.
	Fits func(line []byte) error
}

// Run is one run of the plugin.
type Run struct {
	Number int
	Act    schedule.Act
	Why    Purpose
	// From and To are versions when it began and when it had ended.
	From, To     uint64
	Began, Ended time.Time
	Code         int    // -1 where a signal ended it
	Signal       string // that ended it
	Hung         bool   // it was given up after the deadline
	Sent         []string
	Stdout       string
	Stderr       string
	Requests     []Request
	// Disturbed is one whose requests, or API server, were not left alone.
	Disturbed bool
	// Alone is one beside which nobody else changed anything.
	Alone bool
	Drawn []string // files in the folder of records that are new since it began
}

// Purpose is why a run was made.
type Purpose string

// The purposes.
const (
	Scheduled Purpose = ""
	WayOut    Purpose = "way out" // ends what the schedule has left
	Restores  Purpose = "restore" // of a claim whose volume was to stay
)

// Request is one request of a run, as it came by.
type Request struct {
	apiproxy.Call
	At      time.Time
	Dry     bool
	Write   bool
	Arrived bool
	Code    int    // of the API server's answer
	UID     string // of the object in the answer to a write
	Version uint64 // of that object
	Body    string // of a write
}

// Taken reports whether the API server did what the request wanted, and kept it.
func (r Request) Taken() bool { return r.Write && !r.Dry && r.Arrived && r.Code < 300 }

// Edit is what somebody else did, between two versions.
type Edit struct {
	schedule.Edit
	From, To uint64
	At       time.Time
}

// Kept is a claim that was deleted while its volume was to stay.
type Kept struct {
	Claim  string
	Volume string
	Home   int
	// Replaced says that a new claim was to take its name.
	Replaced bool
	// Restored is the run that was to bring it back, -1 where another claim has its name.
	Restored int
	Bound    string // the volume that it has then
}

// Violation is a promise that was not kept.
type Violation struct {
	Invariant string
	Run       int // its number, -1 for none
	What      string
}

// Rule is one invariant.
type Rule struct {
	Name  string
	Says  string
	judge func(*Evidence) []Violation
}

// Rules are all invariants.
func Rules() []Rule {
	return []Rule{
		{"claims", "no claim is deleted that no command was told to delete", claims},
		{"retained", "a volume that is to stay is there, and its claim can be restored", retained},
		{"replaces", "a claim goes once for a new one, and its pod after it, while every other pod is Ready", replaces},
		{"gate", "no pod below the gate is replaced", gate},
		{"recreates", "a recreate takes no pod away, and neither does the set that it creates", recreates},
		{"one-at-a-time", "the plugin takes no pod away while another one is away", oneAtATime},
		{"codes", "every exit code is in the table, and one that could be", codes},
		{"truth", "exit code 0 means that it is so", truth},
		{"json", "each line of -o json is an object of the schema, and the last one has the exit code", objects},
		{"panic", "no run panics", panics},
		{"hang", "no run goes on past its deadline", hangs},
		{"dry-run", "a dry run writes nothing", dryRuns},
		{"refusal", "what was refused, or used wrongly, has written nothing", refusals},
		{"strangers", "a run writes to its own set and its pods, and to claims and volumes only where it is about these", strangers},
		{"fights", "a run that somebody else has got in the way of changes nothing more", fights},
		{"budgets", "no pod is deleted that a disruption budget wants", budgets},
		{"words", "what is said of the set is so", words},
		{"way-out", "one documented command ends what is left: every pod Available, and nothing of the plugin's on the set", wayOut},
	}
}

// Judge holds the evidence against every rule. A claim can't be restored before its name is
// free: what comes after the end is judged by what its own runs do alone.
func Judge(e *Evidence) []Violation {
	schedule, restores := e.apart()
	var out []Violation
	for _, rule := range Rules() {
		found := rule.judge(schedule)
		if restores != nil {
			found = append(found, slices.DeleteFunc(rule.judge(restores), func(v Violation) bool {
				return v.Run < 0 || e.Runs[v.Run].Why != Restores
			})...)
		}
		for _, v := range found {
			v.Invariant = rule.Name
			out = append(out, v)
		}
	}
	return out
}

// apart is what was seen up to the end, and all of it where there is more.
func (e *Evidence) apart() (schedule, restores *Evidence) {
	if e.Ended == 0 {
		return e, nil
	}
	before, after := *e, *e
	before.Moments = slices.DeleteFunc(slices.Clone(e.Moments), func(m witness.Moment) bool { return m.Version > e.Ended })
	before.Runs = slices.DeleteFunc(slices.Clone(e.Runs), func(r Run) bool { return r.Why == Restores })
	after.Kept = nil
	return &before, &after
}

// saw reports whether every moment between two versions was seen.
func (e *Evidence) saw(from, to uint64) bool {
	return !slices.ContainsFunc(e.Missed, func(s witness.Span) bool { return s.From <= to && s.To >= from })
}

// Alone reports whether nobody else has changed anything while a run went on: no
// other run, and no edit.
func (e *Evidence) Alone(i int) bool {
	r := e.Runs[i]
	for j, other := range e.Runs {
		if i != j && other.Began.Before(r.Ended) && other.Ended.After(r.Began) {
			return false
		}
	}
	return !e.edited("", r.From, r.To)
}
