package operation

import (
	"errors"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
)

// Scale is the record of a scale that has more to do than to set replicas, a policy
// to put back or claims to delete: what it needs to be gone on with.
type Scale struct {
	Version int `json:"version"`
	From    int `json:"from"` // the replicas as they were
	To      int `json:"to"`
	// WhenScaled is the policy to put back, empty when it was left as it is.
	WhenScaled plan.Retention `json:"whenScaled,omitempty"`
	// Claims are those to be deleted once their pods are gone, by name.
	Claims map[string]Pending `json:"claims,omitempty"`
	// Hooks are the flags of the commands that have a say before each pod goes.
	Hooks []string `json:"hooks,omitempty"`
	// Before is the one of them that older records have.
	Before string `json:"before,omitempty"`
	// Failed is how the last run of it ended, nil unless it halted.
	Failed *note.Failure `json:"failed,omitempty"`
	// Driver is the process that drives it, nil in older records.
	Driver *note.Driver `json:"driver,omitempty"`
	// Managers are the names besides the plugin's own under which its runs have
	// written (--field-manager).
	Managers []string `json:"managers,omitempty"`
}

// Pending is a claim that is to be deleted.
type Pending struct {
	UID    types.UID `json:"uid"`
	Retain bool      `json:"retainVolume,omitempty"`
}

// FindScale reads the record of the scale in progress; nil when there is none.
func FindScale(s sts.Snapshot) (*Scale, error) {
	return note.Read[Scale](s, note.ScaleAnnotation, "look whether spec.persistentVolumeClaimRetentionPolicy is what it should be")
}

// Check rejects what no scale writes.
func (r Scale) Check() error {
	if r.From < 0 || r.To < 0 || !known(r.WhenScaled) || !knownHooks(r.Commands()) || r.Version == note.FormatFailed && r.Failed == nil {
		return errors.New("no scale writes that")
	}
	return nil
}

func known(policy plan.Retention) bool {
	return policy == "" || policy == appsv1.DeletePersistentVolumeClaimRetentionPolicyType ||
		policy == appsv1.RetainPersistentVolumeClaimRetentionPolicyType
}

// Runs notes the flags of the commands that have a say before each pod goes.
func (r *Scale) Runs(hooks plan.Hooks) {
	r.Hooks, r.Before = HookFlags(plan.Hooks{Before: hooks.Before, Leader: hooks.Leader}), ""
}

// Commands are the flags of the commands that have a say before each pod goes.
func (r Scale) Commands() []string {
	if r.Before == "" {
		return r.Hooks
	}
	return append([]string{r.Before}, r.Hooks...)
}

// Missing are those of these flags that are not given, and in whose place no other command
// is: one for the same moment, and for a preset any that has a say before a pod goes. A
// command that was there before stands for itself alone.
func (r Scale) Missing(given plan.Hooks) []string {
	recorded, flags := r.Commands(), HookFlags(given)
	others := slices.DeleteFunc(given.All(), func(h plan.Hook) bool {
		return h.Moment == plan.AfterPod || hasMoment(recorded, HookFlag(h))
	})
	return slices.DeleteFunc(slices.Clone(recorded), func(flag string) bool {
		return hasMoment(flags, flag) || slices.ContainsFunc(others, func(h plan.Hook) bool { return standsFor(h, flag) })
	})
}

// standsFor reports whether a command that a scale began without may be in the place of
// the one that this flag has brought.
func standsFor(h plan.Hook, flag string) bool {
	switch flag {
	case LastExec:
		return h.Moment == plan.Leads
	case StepDownExec:
		return h.Moment == plan.StepDown
	case BeforeExec, BeforeCmd:
		return h.Moment == plan.BeforePod
	}
	return true // a preset
}

// Text is the annotation's value.
func (r Scale) Text() *string {
	r.Version = note.FormatGoing
	if r.Failed != nil {
		r.Version = note.FormatFailed
	}
	return note.Text(r)
}

// Empty reports whether nothing but replicas is left to do.
func (r Scale) Empty() bool { return r.WhenScaled == "" && len(r.Claims) == 0 }
