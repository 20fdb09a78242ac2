package claims

import (
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// Class is what kind of reason decided about a claim.
type Class string

// Why a claim may be deleted.
const (
	OutOfRange   Class = "OrdinalOutOfRange" // the set has fewer pods, or they start elsewhere
	TemplateGone Class = "TemplateGone"      // the set has no such claim template any more
	SetGone      Class = "SetGone"           // there is no such set any more
)

// Why a claim is kept.
const (
	NoSet        Class = "NoSet"        // no set gives such names
	InRange      Class = "InRange"      // a set wants it, whether or not the pod is there
	Ambiguous    Class = "Ambiguous"    // two sets could own the name
	Mounted      Class = "Mounted"      // a pod in any phase mounts or wants it
	Owned        Class = "Owned"        // it belongs to something else than the set
	Deleting     Class = "Deleting"     // it is being deleted already
	Annotated    Class = "Annotated"    // it carries [storage.KeepAnnotation]
	SetDeleting  Class = "SetDeleting"  // the set is being deleted
	Scaling      Class = "Scaling"      // the set is not where its spec says
	ScaledToZero Class = "ScaledToZero" // the set sleeps
	Autoscaled   Class = "Autoscaled"   // an autoscaler may want it
	Unclear      Class = "Unclear"      // not everything speaks for it
	NotAsked     Class = "NotAsked"     // the set is gone, and such claims were not asked for
	TooYoung     Class = "TooYoung"     // not as old as was asked for
)

// Verdict is what happens to one claim, and why.
type Verdict struct {
	Claim  storage.Claim
	Delete bool
	Class  Class
	Reason string
	// Set is the name of the set that it is of, "" for none. Of a set that is
	// gone it is the likely name.
	Set      string
	Template string
	Ordinal  int // -1 when the name ends in none
	// Seen is the set as it was for this verdict.
	Seen Seen
}

// Seen is what must not change between the verdict and a deletion. It is zero
// when there is no such set.
type Seen struct {
	UID        types.UID
	Generation int64
	Ordinals   workload.Ordinals
}

// Look is what of a set must not change.
func Look(s sts.Snapshot) Seen {
	if !s.Exists() {
		return Seen{}
	}
	return Seen{UID: s.UID(), Generation: s.Set.Generation, Ordinals: s.Ordinals()}
}

func (v Verdict) keep(class Class, reason string) Verdict {
	v.Class, v.Reason = class, reason
	return v
}

func (v Verdict) remove(class Class, reason string) Verdict {
	v.Delete, v.Class, v.Reason = true, class, reason
	return v
}
