package advice

import (
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
)

// Severity is how much a finding matters.
type Severity string

// The severities. An error is something broken, or data that something ordinary
// loses; a warning waits for an occasion; an info is good to know.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Info    Severity = "info"
)

// Rank orders severities: the worst first.
func (s Severity) Rank() int {
	switch s {
	case Error:
		return 0
	case Warning:
		return 1
	}
	return 2
}

// AtLeast reports whether it is as bad as another, or worse.
func (s Severity) AtLeast(other Severity) bool { return s.Rank() <= other.Rank() }

// Object names an object of the cluster, or of a file.
type Object struct {
	Kind      string
	Namespace string // empty for what has none, and where a file names none
	Name      string
}

// String is KIND/NAME in small letters, as kubectl prints it.
func (o Object) String() string { return kindWord(o.Kind) + "/" + o.Name }

// Finding is what a rule has found about a set.
type Finding struct {
	Rule     string
	Severity Severity
	About    Object // the set
	Says     string // what comes of it, in one sentence
	Evidence []Evidence
	Fix      Fix
	// Reason is why it is silenced, as the set's annotation says; empty where it is not.
	Reason string
}

// Evidence is a value that the finding rests on.
type Evidence struct {
	Object Object
	Field  string // such as spec.updateStrategy.rollingUpdate.partition, empty for the object itself
	Value  string
	Since  time.Time // zero where nobody knows
	By     string    // who wrote it, where that is known
}

// Fix is what makes the finding go.
type Fix struct {
	// Words say what to do or, beside commands, what these do.
	Words string
	// Commands are to be run one after another.
	Commands []hint.Hint
	// Patch is what a manifest lacks, as a strategic merge patch of the object.
	Patch  map[string]any
	Target Object // of the patch
	// Create is an object that is missing.
	Create map[string]any
}
