package replace

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Run is what every verb is told about the run that it plans.
type Run struct {
	Limits plan.Limits
	// Command is how the user calls the plugin, with the flags that lead to
	// the same set: "kubectl sts -n prod".
	Command   hint.Caller
	IgnorePDB bool // go on whatever PodDisruptionBudgets say
	// Driver is the process that runs it, nil for one that leaves no word of itself.
	Driver *sts.Driver
	// Manager is the name for managedFields, empty for the plugin's own.
	Manager string
	// Other drives the operation in progress, or may do so; nil for nobody.
	Other *sts.Other
}

// Sts is a command line of the plugin for this set that the user can copy.
func (r Run) Sts(verb string, s sts.Snapshot, flags ...string) string {
	return r.Command.Sts(verb, append([]string{s.Name()}, flags...)...)
}

// UndoTo is the command that goes to this revision.
func (r Run) UndoTo(revision string, s sts.Snapshot) string {
	return r.Sts("undo", s, "--to-revision", revision)
}

// Going is what a verb is told that goes on with a rollout in progress.
type Going struct {
	Retry    bool // go on with what has failed, and measure the same step anew
	TakeOver bool // go on with what another process drives
}

// Start is what a verb is told that starts a rollout, about how that is to go.
type Start struct {
	ID    string // a fresh one
	Steps operation.Steps
	Soak  time.Duration
	Given Given
	Order sts.Order // for pods that the run deletes itself
}

// Given says which of these flags are on the command line. Their values do not tell:
// the user may have typed the default.
type Given struct{ Steps, Soak bool }

// Pace is how a run goes from gate to gate.
type Pace struct {
	Gate   plan.GateKind // empty to go on by itself
	Wanted bool          // the hold is what the user asked for
}

// NewRecord is the record of a rollout that starts.
func (r Rollout) NewRecord(verb operation.Verb, start Start, now time.Time) operation.Rollout {
	return operation.Rollout{
		Version:   sts.FormatGoing,
		Verb:      verb,
		Run:       start.ID,
		Started:   now.UTC().Truncate(time.Second),
		Stable:    r.Set.StableRevision(),
		Partition: r.Set.Partition(),
		Steps:     start.Steps,
		Soak:      metav1.Duration{Duration: start.Soak},
		Order:     start.Order,
		IgnorePDB: r.IgnorePDB,
		Driver:    r.driver(),
		Managers:  sts.AddManager(nil, r.Manager),
	}
}
