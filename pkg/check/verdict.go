package check

import (
	"slices"
	"time"
)

// Verdict is what one measurement comes to.
type Verdict string

// The verdicts. NotYet stands between the other three: what there is to measure is
// there, but too little of it to mean anything, since the pods are too young for the
// window or there is too little traffic. It is no unknown, which would hold the run;
// no failure; and no pass: a step does not end by it.
const (
	Pass    Verdict = "pass"
	Fail    Verdict = "fail"
	Unknown Verdict = "unknown" // it could not be measured: never good, never a failure
	NotYet  Verdict = "notYet"
)

// rank orders verdicts: where pods differ, the highest is that of all together. A
// failure that is known stays one, whatever else is not known.
func (v Verdict) rank() int { return slices.Index([]Verdict{Pass, NotYet, Unknown, Fail}, v) }

// Worse reports whether it counts more than another where pods differ.
func (v Verdict) Worse(than Verdict) bool { return v.rank() > than.rank() }

// Refuses reports whether a run must not begin with a check that says this about
// pods that are well.
func (v Verdict) Refuses() bool { return v == Fail || v == Unknown }

// Reading is what was measured at one pod, or at all of them together.
type Reading struct {
	Pod     string   `json:"pod,omitempty"` // empty for all together
	Verdict Verdict  `json:"verdict"`
	Value   *float64 `json:"value,omitempty"` // of queries; never NaN or infinite
	// Message is one line, clean: the value against its bound, the exit code and the
	// last line that a command said, or why nothing could be measured.
	Message string `json:"message,omitempty"`
}

// Measurement is what one measurement of a check says.
type Measurement struct {
	Check string    `json:"check"` // its name
	At    time.Time `json:"at"`    // when it began, by the cluster's clock
	// Reading is the worst of the readings, which counts; Pod names the worst pod.
	Reading
	// Stable is what the same query says about the stable pods, where the condition
	// asks, and StableAt when that was measured, if not now.
	Stable   *float64  `json:"stable,omitempty"`
	StableAt time.Time `json:"stableAt,omitzero"`
	Bound    string    `json:"bound,omitempty"` // of queries, such as "<= 1.2 * stable + 0.01"
	// Readings are those of all pods, by ordinal where they are of pods.
	Readings []Reading `json:"readings,omitempty"`
	// Warnings are something to know about the check itself, such as a range that
	// looks back to the revision before. Each is to be told once per step and check.
	Warnings []string `json:"warnings,omitempty"`
}

// Worst is the reading that counts: the highest verdict, and the first of several. It
// is unknown without any.
func Worst(readings []Reading) Reading {
	if len(readings) == 0 {
		return Reading{Verdict: Unknown, Message: "there is nothing to measure"}
	}
	return slices.MaxFunc(readings, func(a, b Reading) int { return a.Verdict.rank() - b.Verdict.rank() })
}
