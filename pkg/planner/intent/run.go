// Package intent is what the verbs that replace pods are asked alike: what a planner
// is told about the run that it plans, how a new rollout is to go, how one in progress
// goes on, and who else may drive that. It is pure.
package intent

import (
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/podorder"
)

// Run is what every verb is told about the run that it plans.
type Run struct {
	Limits plan.Limits
	// Caller is how the user calls the plugin, with the flags that lead to
	// the same set: "kubectl sts -n prod".
	Caller    hint.Caller
	IgnorePDB bool // go on whatever PodDisruptionBudgets say
	// Driver is the process that runs it, nil for one that leaves no word of itself.
	Driver *note.Driver
	// Manager is the name for managedFields, empty for the plugin's own.
	Manager string
	// Checks are those that were given. ChecksChanged has them count for a rollout in
	// progress as well, whatever its record says.
	Checks        []check.Check
	ChecksChanged bool
	// Hooks are the commands for each pod.
	Hooks plan.Hooks
	// Other drives the operation in progress, or may do so; nil for nobody.
	Other *note.Other
}

// Sts is a command line of the plugin for this set that the user can copy, for a sentence.
func (r Run) Sts(verb string, s sts.Snapshot, flags ...string) string {
	return r.Caller.Sts(verb, append([]string{s.Name()}, flags...)...)
}

// UndoTo is the command that goes to this revision.
func UndoTo(words, revision string, s sts.Snapshot) hint.Hint {
	return hint.Plugin(words, "undo", s.Name(), "--to-revision", revision)
}

// Resume is what a verb is told that goes on with a rollout in progress.
type Resume struct {
	Retry    bool // go on with what has failed, and measure the same step again
	TakeOver bool // go on with what another process drives
}

// Start is what a verb is told that starts a rollout, about how that is to go.
type Start struct {
	ID    string // a fresh one
	Steps operation.Steps
	Soak  time.Duration
	Given Given
	Order podorder.Order // for pods that the run deletes itself
}

// Given says which of these flags are on the command line. Their values do not tell:
// the user may have typed the default.
type Given struct{ Steps, Soak bool }

// Pace is how a run goes from gate to gate.
type Pace struct {
	Gate   plan.GateKind // empty to go on by itself
	Wanted bool          // the hold is what the user asked for
}
