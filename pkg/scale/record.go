package scale

import (
	"encoding/json"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Annotation holds the record of a scale that has more to do than to set
// replicas: a policy to put back, or claims to delete.
const Annotation = sts.ScaleAnnotation

// version of the record's format. A newer one is refused, not guessed at.
const version = 1

// Record is what a scale needs to be gone on with.
type Record struct {
	Version int `json:"version"`
	From    int `json:"from"` // the replicas as they were
	To      int `json:"to"`
	// WhenScaled is the policy to put back, empty when it was left as it is.
	WhenScaled rollout.Retention `json:"whenScaled,omitempty"`
	// Claims are those to be deleted once their pods are gone, by name.
	Claims map[string]Pending `json:"claims,omitempty"`
	// Before is the flag of the command that runs before each pod goes.
	Before string `json:"before,omitempty"`
}

// Pending is a claim that is to be deleted.
type Pending struct {
	UID    types.UID `json:"uid"`
	Retain bool      `json:"retainVolume,omitempty"`
}

// FindRecord reads the record of the scale in progress; nil when there is none.
func FindRecord(s sts.Snapshot) (*Record, error) {
	text, ok := s.Annotation(Annotation)
	if !ok {
		return nil, nil //nolint:nilnil // no record is no error
	}
	r := &Record{}
	err := json.Unmarshal([]byte(text), r)
	switch {
	case err == nil && r.Version > version:
		return nil, fmt.Errorf("annotation %s of statefulset %q has format %d, this kubectl-sts reads %d: use the version that wrote it",
			Annotation, s.Name(), r.Version, version)
	case err == nil && (r.Version < 1 || r.From < 0 || r.To < 0 || !known(r.WhenScaled) || !flag(r.Before)):
		err = fmt.Errorf("no scale writes that")
	}
	if err != nil {
		return nil, fmt.Errorf("annotation %s of statefulset %q can't be read: %w; to drop it, look whether "+
			"spec.persistentVolumeClaimRetentionPolicy is what it should be and run kubectl -n %s annotate statefulset %s %s-",
			Annotation, s.Name(), err, s.Set.Namespace, s.Name(), Annotation)
	}
	return r, nil
}

func known(policy rollout.Retention) bool {
	return policy == "" || policy == appsv1.DeletePersistentVolumeClaimRetentionPolicyType ||
		policy == appsv1.RetainPersistentVolumeClaimRetentionPolicyType
}

func flag(name string) bool { return name == "" || name == beforeExec || name == beforeCmd }

// text is the annotation's value. A struct of plain fields always marshals.
func (r Record) text() *string {
	data, err := json.Marshal(r)
	if err != nil {
		panic(err)
	}
	text := string(data)
	return &text
}

// empty reports whether nothing but replicas is left to do.
func (r Record) empty() bool { return r.WhenScaled == "" && len(r.Claims) == 0 }
