package plan

import (
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// Fate is what happens to a claim.
type Fate string

// The fates.
const (
	FateKept     Fate = "kept"
	FateDeleted  Fate = "deleted"
	FateByPolicy Fate = "deletedByPolicy" // the controller deletes it, as whenScaled says
	FateRetained Fate = "volumeRetained"  // it is deleted, and its volume set to Retain before
	FateReused   Fate = "reused"          // the new pod gets it, with what is on it
	FateReplaced Fate = "replaced"        // it is deleted, and the new pod gets another
	FateGoing    Fate = "going"           // it is being deleted already
	FateNew      Fate = "new"             // there is none; the controller makes it
)

// Deletes reports whether the run, or the controller because of it, deletes the claim.
func (f Fate) Deletes() bool {
	switch f {
	case FateDeleted, FateByPolicy, FateRetained, FateReplaced:
		return true
	}
	return false
}

// Ordinal is one ordinal that comes or goes.
type Ordinal struct {
	Ordinal int         `json:"ordinal"`
	Pod     string      `json:"pod"`
	Claims  []ClaimFate `json:"claims"`
}

// ClaimFate is what happens to one claim.
type ClaimFate struct {
	Claim storage.Claim `json:"claim"`
	Fate  Fate          `json:"fate"`
	Why   string        `json:"why"` // why it is not what was asked for; empty else
}

// VolumeStays reports whether the claim is deleted and its volume is not.
func (c ClaimFate) VolumeStays() bool {
	return c.Fate.Deletes() && c.Claim.Volume != "" && (c.Fate == FateRetained || !c.Claim.DataDies())
}

// DataDies reports whether the data on the claim's volume goes with it.
func (c ClaimFate) DataDies() bool {
	return c.Fate.Deletes() && c.Fate != FateRetained && c.Claim.DataDies()
}
