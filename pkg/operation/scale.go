package operation

import (
	"errors"
	"strings"

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
	// Before is the flag of the command that runs before each pod goes.
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
	if r.From < 0 || r.To < 0 || !known(r.WhenScaled) || !flag(r.Before) || r.Version == note.FormatFailed && r.Failed == nil {
		return errors.New("no scale writes that")
	}
	return nil
}

func known(policy plan.Retention) bool {
	return policy == "" || policy == appsv1.DeletePersistentVolumeClaimRetentionPolicyType ||
		policy == appsv1.RetainPersistentVolumeClaimRetentionPolicyType
}

// flag reports whether a command before each pod is brought by this flag, or by none.
func flag(name string) bool {
	return name == "" || name == BeforeExec || name == BeforeCmd || strings.HasPrefix(name, presetFlag)
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
