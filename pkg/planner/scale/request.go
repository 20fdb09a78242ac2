package scale

import (
	"strconv"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/intent"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
)

// Answer is what is to become of an ordinal's claims.
type Answer string

// The answers, for ordinals that go and for such that come and find claims of
// earlier ones. The empty one is none yet.
const (
	Keep         Answer = "keep"
	Delete       Answer = "delete"
	RetainVolume Answer = "retain-volume"

	Reuse Answer = "reuse"
	Fresh Answer = "fresh"
	Fail  Answer = "fail"
)

// ForDown reports whether it is an answer for ordinals that go.
func (a Answer) ForDown() bool { return a == Keep || a == Delete || a == RetainVolume }

// ForUp reports whether it is an answer for ordinals that come.
func (a Answer) ForUp() bool { return a == Reuse || a == Fresh || a == Fail }

// Request is what a user wants.
type Request struct {
	To      int  // replicas
	Current *int // what the replicas must be now, nil for anything
	Step    int  // how many ordinals at a time
	// Answer is for the claims of every ordinal that By does not name.
	Answer Answer
	By     map[int]Answer
	// Hooks are run before each ordinal goes, and after each one that comes.
	Hooks plan.Hooks
	// Checks are measured on the pods that come.
	Checks []check.Check
	// Force goes ahead whatever the other pods are like.
	Force bool
	// Retry goes on with a scale that has failed.
	Retry bool
	// World is what else can want the set's claims: sets, pods and autoscalers of its
	// namespace.
	World  claims.World
	Limits plan.Limits
	// RecordDir is the folder for records of deleted claims, empty for the usual one.
	RecordDir string
	// Unrecorded says that no record can be written of claims whose volumes stay
	// by themselves.
	Unrecorded bool
	// Left are claims that are recreated although a volume of an earlier one, with
	// its data, is still there.
	Left []string
	// Caller is how the user calls the plugin, with the flags that lead to the
	// same set: "kubectl sts -n prod".
	Caller hint.Caller
	// Driver is the process that runs it, nil for one that leaves no word of itself.
	Driver *note.Driver
	// Manager is the name for managedFields, empty for the plugin's own.
	Manager string
	// Other drives the scale in progress, or may do so; nil for nobody.
	Other *note.Other
	// TakeOver goes on with what another process drives.
	TakeOver bool

	index claims.Index // of World
}

// Autoscalers are the autoscalers of the set.
func (r Request) Autoscalers(s sts.Snapshot) []claims.Autoscaler {
	var out []claims.Autoscaler
	for i := range r.World.Scalers {
		if a := &r.World.Scalers[i]; a.Set == s.Name() && a.Namespace == s.Set.Namespace {
			out = append(out, a.Autoscaler)
		}
	}
	return out
}

func (r Request) answer(ordinal int) Answer {
	if a, ok := r.By[ordinal]; ok {
		return a
	}
	return r.Answer
}

// again is this very command, without what only asked once.
func (r Request) again(s sts.Snapshot) hint.Hint {
	flags := []string{"--replicas", strconv.Itoa(r.To)}
	if r.Answer != "" && r.Answer != Keep && r.Answer != Fail && len(r.By) == 0 {
		flags = append(flags, "--pvc="+string(r.Answer))
	}
	if r.Step > 1 {
		flags = append(flags, "--step", strconv.Itoa(r.Step))
	}
	if r.Force {
		flags = append(flags, "--force")
	}
	if r.RecordDir != "" {
		flags = append(flags, "--record", r.RecordDir)
	}
	return intent.WithHooks(hint.Plugin("", "scale", s.Name()).With(flags...), r.Hooks)
}
