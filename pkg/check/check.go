package check

import (
	"cmp"
	"strings"
	"time"
)

// Kind is how a check is measured.
type Kind string

// The kinds of checks.
const (
	Exec Kind = "exec" // a command in a container of each pod
	HTTP Kind = "http" // a request to each pod, or to an address
	Prom Kind = "prom" // a query to Prometheus
	Cmd  Kind = "cmd"  // a command on this machine
)

// Flag is the name of the flag that gives a check of this kind.
func (k Kind) Flag() string { return "check-" + string(k) }

// Check is one thing to measure, and the rule by which its verdicts count. Two
// checks are the same when they are equal.
type Check struct {
	Name string `json:"name"`
	Kind Kind   `json:"kind"`
	// Command is what a shell runs, of Exec and Cmd. A record has only its Digest.
	Command   string `json:"command,omitempty"`
	Container string `json:"container,omitempty"` // of Exec, empty for the pod's default one
	// URL is where HTTP asks: ":8080/ready" in each pod, or an absolute address.
	URL    string `json:"url,omitempty"`
	Expect string `json:"expect,omitempty"` // of HTTP, empty for 200-299
	// Query is what Prom asks, and Condition what must hold for the answer.
	Query     string `json:"query,omitempty"`
	Condition string `json:"condition,omitempty"`
	// Min is a query and the least that it must answer for the other one to mean
	// anything, such as "sum(increase(requests_total[$window])) >= 100".
	Min string `json:"min,omitempty"`
	// Digest stands for the Command in a record: "sha256:" and 64 digits.
	Digest string `json:"digest,omitempty"`
	// Preset is the one that brings the check, empty for none.
	Preset string `json:"preset,omitempty"`
	Rule   Rule   `json:"rule"`
}

// OnUnknown is what a check that stays unknown does to the run.
type OnUnknown string

// What unknown checks come to.
const (
	HoldOnUnknown OnUnknown = "hold"
	FailOnUnknown OnUnknown = "fail"
)

// Rule is how verdicts count.
type Rule struct {
	Every     time.Duration // from the beginning of one measurement to that of the next
	Pass      int           // passes in a row that make the check good
	Fail      int           // failures that are borne
	Unknown   int           // unknowns in a row that hold the run
	Timeout   time.Duration // of one measurement
	OnUnknown OnUnknown
}

// Standard is the rule where nothing else is said.
func Standard() Rule {
	return Rule{
		Every: 10 * time.Second, Pass: 3, Fail: 0, Unknown: 5, Timeout: 30 * time.Second, OnUnknown: HoldOnUnknown,
	}
}

// Expected is what an answer to an HTTP check must be, as written.
func (c Check) Expected() string { return cmp.Or(c.Expect, "200-299") }

// InPods reports whether each pod is measured by itself.
func (c Check) InPods() bool {
	address := strings.TrimPrefix(strings.TrimPrefix(c.URL, "http://"), "https://")
	return c.Kind == Exec || c.Kind == HTTP && strings.HasPrefix(address, ":")
}

// Flagged reports whether the check has the name that its flag gives.
func (c Check) Flagged() bool {
	return c.Name == string(c.Kind) || strings.HasPrefix(c.Name, string(c.Kind)+"-")
}
