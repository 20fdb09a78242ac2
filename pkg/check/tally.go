package check

import (
	"fmt"
	"time"
)

// State is how a check stands by its rule.
type State string

// The states. Failed and Held are for good: what is measured afterwards changes
// nothing.
const (
	Measuring State = "measuring"
	Good      State = "good"
	Failed    State = "failed"
	Held      State = "held" // it is not known, so that the run holds
)

// Tally counts the verdicts of one check in one step. It is a value that nobody
// changes: what comes after it is another.
type Tally struct {
	Check    Check
	Measured int          // all measurements
	Passes   int          // in a row; what is not yet ready to be measured does not end the row
	Fails    int          // in all
	Unknowns int          // in a row
	Times    int          // how many times in a row the last verdict has come
	Last     *Measurement // nil before the first
}

// NewTally is where a check begins, in each step and in each run: what a run that
// ended had measured counts for nothing.
func NewTally(c Check) Tally { return Tally{Check: c} }

// Add is the tally with one more measurement.
func (t Tally) Add(m Measurement) Tally {
	if s := t.State(); s == Failed || s == Held {
		return t
	}
	if t.Last == nil || t.Last.Verdict != m.Verdict {
		t.Times = 0
	}
	t.Last = &m
	t.Measured++
	t.Times++
	switch m.Verdict {
	case Pass:
		t.Passes, t.Unknowns = t.Passes+1, 0
	case Fail:
		t.Passes, t.Fails, t.Unknowns = 0, t.Fails+1, 0
	case NotYet:
		t.Unknowns = 0
	default: // what is no verdict is not known
		t.Passes, t.Unknowns = 0, t.Unknowns+1
	}
	return t
}

// State is how the check stands.
func (t Tally) State() State {
	rule := t.Check.Rule
	unknown := t.Unknowns > 0 && t.Unknowns >= rule.Unknown
	switch {
	case t.Fails > rule.Fail, unknown && rule.OnUnknown == FailOnUnknown:
		return Failed
	case unknown:
		return Held
	case t.Passes > 0 && t.Passes >= rule.Pass:
		return Good
	}
	return Measuring
}

// Due is when the next measurement is to begin: at once for the first.
func (t Tally) Due() time.Time {
	if t.Last == nil {
		return time.Time{}
	}
	return t.Last.At.Add(t.Check.Rule.Every)
}

// Together is how several checks stand: failed when one is, held when one is, good
// when all are.
func Together(tallies []Tally) State {
	all := Good
	for _, t := range tallies {
		switch s := t.State(); {
		case s == Failed:
			return Failed
		case s == Held, s == Measuring && all == Good:
			all = s
		}
	}
	return all
}

// Summary says in one line what the last measurement has said, such as
// "p99 0.31 > 1.2 * stable 0.19, pod web-4, 3rd time".
func (t Tally) Summary() string {
	if t.Last == nil {
		return t.Check.Name + ": not measured"
	}
	out := t.Last.Words()
	if t.Times > 1 {
		out += ", " + ordinal(t.Times) + " time"
	}
	return out
}

// Words is the measurement in one line.
func (m Measurement) Words() string {
	out := m.Check
	switch {
	case m.Verdict == NotYet:
		out += " not yet: "
	case m.Verdict == Unknown || m.Verdict == "":
		out += " unknown: "
	case m.Value == nil:
		out += ": "
	default:
		out += " "
	}
	out += m.Message
	if m.Pod != "" {
		out += ", pod " + m.Pod
	}
	return out
}

// ordinal is a number as one counts times.
func ordinal(n int) string {
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return fmt.Sprintf("%d%s", n, suffix)
}
