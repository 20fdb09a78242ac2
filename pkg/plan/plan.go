// Package plan is what a verb wants to happen to a StatefulSet, as data: a list of
// steps, what each changes, what it waits for and which gate stands behind it. A
// plan prints, compares, and is the same after [Encode] and [Decode].
package plan

import (
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/writeback"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/podorder"
)

// Plan is what a verb wants to happen to one StatefulSet.
type Plan struct {
	Verb      string `json:"verb"`
	Namespace string `json:"namespace"`
	// Name is the set's, empty for a plan that is about a claim alone: then there is no
	// set whose changes count, and Claim is its name.
	Name    string    `json:"name"`
	Claim   string    `json:"claim"`
	UID     types.UID `json:"uid"`     // of the set that the plan was made for
	Context string    `json:"context"` // what the user calls the cluster, empty when that is not known
	Made    time.Time `json:"made"`    // by the cluster's clock; only for plans with Ordinals
	Title   string    `json:"title"`   // one line for a person
	Details []string  `json:"details"` // what the template change is, who manages the set…
	// Images are what happens to which container's image. Nil where the plan is not
	// about that: then it is what the set itself tells.
	Images   []podtemplate.ImageChange `json:"images"`
	Diff     string                    `json:"diff"` // a unified diff of the template, where that is what to look at
	Warnings []string                  `json:"warnings"`
	// Reconcilers are who else writes fields that the run writes.
	Reconcilers []writeback.Reconciler `json:"reconcilers,omitempty"`
	// Stable is the revision that a canary or a restart began from: the status forgets it
	// as soon as every pod is updated. Empty where the status is all that tells.
	Stable string `json:"stable"`
	// Record is the annotation that a run relies on: another value is drift.
	Record string `json:"record"`
	// Note is the record to be left, with the reason, when a run halts that has
	// written no record before; empty for none.
	Note  string `json:"note"`
	Steps []Step `json:"steps"`
	// Claims says that conditions or changes are about claims, so that the
	// snapshots must tell of them.
	Claims bool `json:"claims"`
	// Scales says that the run moves the replicas, not the gate.
	Scales bool `json:"scales"`
	// Ordinals are those that come or go, and what happens to their claims.
	Ordinals []Ordinal `json:"ordinals"`
	// Sizes are the claims that get another size, and those that have it already; nil for
	// a plan that resizes none.
	Sizes []Resize `json:"sizes,omitempty"`
	// ReadOnly is a plan that only watches: what others change is no drift,
	// only the end of the set is.
	ReadOnly bool `json:"readOnly"`

	// Patience is what trouble that often heals is given before it counts, and
	// Placing what a pod is given that waits for a node or a volume; 0 for the same.
	Patience time.Duration `json:"patience"`
	Placing  time.Duration `json:"placing"`
	// StepTimeout is how long a step may wait without another pod becoming
	// good, 0 for ever.
	StepTimeout time.Duration `json:"stepTimeout"`
	// Timeout is what the whole run may take, 0 for ever.
	Timeout time.Duration `json:"timeout"`

	// Resume, Abort and Promote are the commands that help when the run ends
	// early; empty ones are not shown.
	Resume  hint.Hint `json:"resume"`
	Promote hint.Hint `json:"promote"`
	Abort   hint.Hint `json:"abort"`
	// Watch is the one for somebody else's run on the same set.
	Watch hint.Hint `json:"watch"`
	// Instead are other ways than the goal's for a run that halted.
	Instead []hint.Hint `json:"instead"`
	// From is how many replicas there were when a scale began.
	From int `json:"from"`
	// Stay, with a number of replicas behind it, ends a scale where it is.
	Stay hint.Hint `json:"stay"`
	// Success is the last line of a run that got to the end.
	Success string `json:"success"`
}

// Restarts reports whether pods are deleted to come back as they are: then it
// is none of the plan's business where the gate is.
func (p Plan) Restarts() bool {
	return slices.ContainsFunc(p.Steps, func(s Step) bool { return s.Replace != nil && s.Replace.Restarts() })
}

// Deletion is the deletion of one of the pods that the plan deletes, if it
// deletes any as things are now. Which one will be the first is another matter.
func (p Plan) Deletion(s sts.Snapshot) (DeletePod, bool) {
	for i := range p.Steps {
		free := p.Steps[i].Replace
		for _, pod := range s.Pods {
			// One that is not Ready comes to block once the set wants another
			// revision; where the controller goes in no order it mostly heals.
			blocks := free != nil && (s.Ordered() || free.AlwaysUnhealthy) && !pod.Ready && !pod.Terminating
			if free != nil && (blocks || free.Mode != ReplaceBlocker) {
				return DeletePod{Name: pod.Name, UID: pod.UID}, true
			}
		}
	}
	return DeletePod{}, false
}

// Step is one move of a plan. Its parts are plain data: they print, compare
// and serialise.
type Step struct {
	// ID tells the step from all others of its plan and of the plans of other verbs,
	// such as "canary/partition-4"; see [Identify].
	ID     string `json:"id"`
	Title  string `json:"title"`
	Number int    `json:"number"` // "step 2 of 3", counted over resumed runs too; 0 for housekeeping
	Of     int    `json:"of"`     // how many numbered steps there are
	Part   bool   `json:"part"`   // the same numbered step goes on after this one
	// Require must hold before the hooks and before the change, on a look that is
	// newer than the last hook; nil for nothing.
	Require Condition `json:"require"`
	// Before is run before the change, in order; one that fails ends the run with
	// nothing written. Of a step that deletes pods it is run before each of them.
	Before []Hook `json:"before"`
	// Goes are the ordinals whose pods the change lets go, where Leader is asked about
	// them. A step that deletes pods asks about each.
	Goes   []int   `json:"goes,omitempty"`
	Leader *Leader `json:"leader,omitempty"` // nil where it does not matter who leads
	Change Change  `json:"change"`           // nil when the step only watches
	// Disrupts are the ordinals of the pods that the change gives up. It waits
	// until their PodDisruptionBudgets allow that.
	Disrupts []int     `json:"disrupts"`
	Until    Condition `json:"until"`   // what must hold before the step counts as done
	Replace  *Replace  `json:"replace"` // which pods the engine deletes while it waits, nil for none
	// After is run once Until holds, in order. Of a step that deletes pods it is run for
	// each of them once that is good, before the next one goes.
	After []Hook `json:"after,omitempty"`
	// Stays are the pods that are where the others go and do not go themselves: nothing
	// is run after them.
	Stays []types.UID   `json:"stays,omitempty"`
	Soak  time.Duration `json:"soak"` // how long Until must go on holding
	// Checks are measured while it does. The soak goes on until they are good, for the
	// plan's StepTimeout at most.
	Checks []check.Check `json:"checks,omitempty"`
	Gate   *Gate         `json:"gate"` // what must pass before the next step, nil for nothing
}

// Soaks reports whether Until has to go on holding: for a time, or while checks are
// measured.
func (step Step) Soaks() bool { return step.Soak > 0 || len(step.Checks) > 0 }

// ReplaceMode says which pods a step deletes, always one at a time.
type ReplaceMode string

const (
	// ReplaceBlocker deletes the pod that sts.Snapshot.Blocker names: the
	// controller replaces the rest.
	ReplaceBlocker ReplaceMode = "blocker"
	// ReplaceEach deletes every pod that the step's condition calls old, each after
	// all others are Available: those that are not healthy first, then in Order.
	ReplaceEach ReplaceMode = "each"
	// ReplaceRestart is the same for pods that come back at the revision that they
	// have.
	ReplaceRestart ReplaceMode = "restart"
	// ReplaceRenew is the same for pods that come back with new claims: those that they
	// have are deleted before.
	ReplaceRenew ReplaceMode = "renew"
	// ReplaceUpward is the same as ReplaceRestart for pods that lack a volume of the set: the
	// lowest ordinal goes first, whatever it leads, for the controller makes no pod above one
	// that lacks its volume (kubernetes#141876).
	ReplaceUpward ReplaceMode = "upward"
)

// Replace is how a step replaces pods that the controller leaves as they are.
type Replace struct {
	Mode ReplaceMode `json:"mode"`
	// Grace is how long a blocker must have been not Ready.
	Grace time.Duration `json:"grace"`
	// Order is for all modes but ReplaceBlocker; the zero value is highest ordinal first.
	Order podorder.Order `json:"order"`
	// Budgets says to delete only what PodDisruptionBudgets allow.
	Budgets bool `json:"budgets"`
	// AlwaysUnhealthy lets pods that are not Ready go whatever the budgets say, as
	// the unhealthyPodEvictionPolicy AlwaysAllow does, and at once: on the way back
	// nothing is lost by it, and the budget may wait for these very pods.
	AlwaysUnhealthy bool `json:"alwaysUnhealthy"`
	// Claims are those that go with their pods, for ReplaceRenew alone.
	Claims []Renewal `json:"claims,omitempty"`
	// Why is what the pods are deleted for, where that is not what the mode says.
	Why string `json:"why,omitempty"`
}

// Restarts reports whether pods come back at the revision that they have.
func (f *Replace) Restarts() bool {
	return f.Mode == ReplaceRestart || f.Mode == ReplaceRenew || f.Mode == ReplaceUpward
}

// Several reports whether the claims of more than one ordinal go.
func (f *Replace) Several() bool {
	return slices.ContainsFunc(f.Claims, func(r Renewal) bool { return r.Ordinal != f.Claims[0].Ordinal })
}

// Goes are the claims that go with the pod of this ordinal.
func (f *Replace) Goes(ordinal int) []Renewal {
	var out []Renewal
	for _, r := range f.Claims {
		if r.Ordinal == ordinal {
			out = append(out, r)
		}
	}
	return out
}

// Always reports whether no budget is asked about this pod.
func (f *Replace) Always(pod sts.Pod) bool { return f != nil && f.AlwaysUnhealthy && !pod.Ready }

// GateKind is what stands between two steps.
type GateKind string

const (
	// GateAsk asks the person at the terminal.
	GateAsk GateKind = "ask"
	// GateHold ends the run here; promote goes on another time.
	GateHold GateKind = "hold"
)

// Gate is what must pass before the next step.
type Gate struct {
	Kind GateKind `json:"kind"`
	Next string   `json:"next"` // the pods that come next
	// Wanted says that the user asked for the hold: it is then the end that
	// they wanted, not a wait for somebody else.
	Wanted bool `json:"wanted"`
}

// RetryFlag is what the command that goes on with a run which failed needs.
const RetryFlag = "--retry"

// TakeOverFlag is what the command needs that goes on with a run which another process
// drives.
const TakeOverFlag = "--take-over"

// Answer is a person's word at a gate.
type Answer string

// The answers at a gate.
const (
	Promote Answer = "promote"
	HoldOn  Answer = "hold"
	Abort   Answer = "abort"
)

// Refusal is a safeguard's no: nothing was written.
type Refusal struct {
	Why string      // one sentence
	Try []hint.Hint // what helps
	// Cancelled says that the person was asked and said no: they know why.
	Cancelled bool
}

// Cancel is what a person's no comes to.
func Cancel() *Refusal { return &Refusal{Why: "cancelled; nothing was changed", Cancelled: true} }

// NoTerminal is why nobody was asked.
const NoTerminal = "stdin is not a terminal; pass --yes"

// Error is the reason.
func (r *Refusal) Error() string { return r.Why }

// Limits are the waiting times of a run.
type Limits struct {
	Patience time.Duration
	// Placing is the patience with a pod that waits for a node or a volume, 0 for
	// the same as with all else.
	Placing     time.Duration
	StepTimeout time.Duration
	Timeout     time.Duration
}
