package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
)

// The changes and conditions that are about claims. They need a plan with
// Claims set: the snapshots of others know of no claim.

// DeleteClaim deletes one claim. The resourceVersion that it must still have is
// that of the snapshot from which it was decided: a claim's own moves now and
// then, and so would one that the plan was made with.
type DeleteClaim struct {
	Name string    `json:"name"`
	UID  types.UID `json:"uid"`
	Why  string    `json:"why"`
	// Receipt says that its volume stays, so what it takes to make the claim again
	// is to be written down before.
	Receipt bool `json:"record,omitempty"`
	// Replaced says that the ordinal gets a new claim instead: that an autoscaler may
	// want the ordinal does not keep this one.
	Replaced bool `json:"replaced,omitempty"`
	// Mounted says that its own pod still uses it, and goes next: the API server keeps the
	// claim until then.
	Mounted bool `json:"mounted,omitempty"`
}

func (DeleteClaim) change() {}

// Done reports whether that very claim is gone or on its way out.
func (d DeleteClaim) Done(s sts.Snapshot) bool {
	c, there := findClaim(s, d.UID)
	return s.Claims != nil && (!there || c.Deleting)
}

func (d DeleteClaim) String() string { return "delete claim " + d.Name + ": " + d.Why }

// RetainVolume sets the reclaim policy of a claim's volume to Retain, so that
// the data outlives the claim.
type RetainVolume struct {
	Claim  string    `json:"claim"`
	UID    types.UID `json:"uid"` // of the claim
	Volume string    `json:"volume"`
}

func (RetainVolume) change() {}

// Done reports whether the volume is known to be retained, or the claim is
// gone. A watch does not tell: to set it twice does no harm.
func (r RetainVolume) Done(s sts.Snapshot) bool {
	c, there := findClaim(s, r.UID)
	return s.Claims != nil && (!there || c.Reclaim == corev1.PersistentVolumeReclaimRetain)
}

func (r RetainVolume) String() string { return "retain volume " + r.Volume + " of claim " + r.Claim }

func findClaim(s sts.Snapshot, uid types.UID) (storage.Claim, bool) {
	i := slices.IndexFunc(s.Claims, func(c storage.Claim) bool { return c.UID == uid })
	if i < 0 {
		return storage.Claim{}, false
	}
	return s.Claims[i], true
}

// ClaimsFree holds when none of these claims is owned by its own pod. A set whose whenScaled
// policy is Delete makes the pod that is to go the owner of its claims, and
// they go with it: whoever changes the policy has to wait for this.
type ClaimsFree struct {
	Names []string `json:"names"`
}

// Check looks at the owners.
func (c ClaimsFree) Check(s sts.Snapshot, now time.Time) Progress {
	if p := (Observed{}).Check(s, now); !p.Done {
		return p
	}
	if s.Claims == nil {
		return claimsUnknown
	}
	for i := range s.Claims {
		claim := &s.Claims[i]
		// The controller takes off the hold of the claim's own pod, and no other's. Where
		// it is not known which pod that is, any pod counts.
		own := s.PodOf(claim.Name)
		owned := slices.ContainsFunc(claim.Owners, func(o metav1.OwnerReference) bool {
			return o.Kind == "Pod" && (own == "" || o.Name == own)
		})
		if owned && slices.Contains(c.Names, claim.Name) {
			return Progress{Waiting: fmt.Sprintf("the StatefulSet controller to take its pod's hold off claim %s", claim.Name)}
		}
	}
	return Progress{Done: true}
}

func (c ClaimsFree) String() string { return "no pod takes " + ClaimNames(c.Names) + " along" }

// claimsUnknown is the answer to a question about claims when they have not been
// read: none is there would be the worst guess.
var claimsUnknown = Progress{Waiting: "the claims to be read"}

// ClaimsGone holds when none of these claims is there any more.
type ClaimsGone struct {
	Claims map[types.UID]string `json:"claims"` // their names
}

// Check looks for each.
func (c ClaimsGone) Check(s sts.Snapshot, _ time.Time) Progress {
	if s.Claims == nil {
		return claimsUnknown
	}
	for i := range s.Claims {
		if name, ok := c.Claims[s.Claims[i].UID]; ok {
			held := heldBy(s.Claims[i])
			return Progress{Waiting: "claim " + name + " to go" + held, External: held != "" && s.Claims[i].HeldBy != protection}
		}
	}
	return Progress{Done: true}
}

// protection is the finalizer that keeps a claim for as long as a pod uses it.
const protection = "kubernetes.io/pvc-protection"

// heldBy says what holds up a deletion.
func heldBy(c storage.Claim) string {
	switch {
	case c.HeldBy == "":
		return ""
	case strings.Contains(c.HeldBy, protection):
		return fmt.Sprintf(", held by finalizer %s: it stays while a pod uses the claim", c.HeldBy)
	}
	return ", held by finalizer " + c.HeldBy
}

func (c ClaimsGone) String() string {
	var names []string
	for _, name := range c.Claims {
		names = append(names, name)
	}
	slices.Sort(names)
	return ClaimNames(names) + " " + sts.Are(len(names)) + " gone"
}

// ClaimNames names claims in a sentence: "claim data-web-2", or "claims data-web-2,
// data-web-1, data-web-0 and 3 more".
func ClaimNames(names []string) string {
	const most = 4
	switch n := len(names); {
	case n == 1:
		return "claim " + names[0]
	case n > most:
		return fmt.Sprintf("claims %s and %d more", strings.Join(names[:most-1], ", "), n-most+1)
	}
	return "claims " + strings.Join(names, ", ")
}

// SizeFate is what happens to the size of a claim, or to its VolumeAttributesClass.
type SizeFate string

// The fates of sizes.
const (
	SizeGrows  SizeFate = "grows"
	SizeLowers SizeFate = "lowers" // a request that the driver could not meet is lowered
	SizeWaits  SizeFate = "waits"  // it was asked for, and is waited for
	SizeIs     SizeFate = "is"     // there is nothing to do
	// SizeStays is for a claim that gets another VolumeAttributesClass and keeps its size.
	SizeStays SizeFate = "stays"
)

// Resize is one claim of a plan that resizes claims.
type Resize struct {
	Claim   storage.Claim `json:"claim"`
	Ordinal int           `json:"ordinal"`
	Wanted  string        `json:"wanted"`
	// Attributes is the VolumeAttributesClass that it is to have, "" where that is left as it
	// is.
	Attributes string   `json:"attributes,omitempty"`
	Fate       SizeFate `json:"fate"`
	// Expandable is allowVolumeExpansion of its class, nil where that can't be read.
	Expandable *bool `json:"expandable"`
}

// Resizes reports whether the plan is about the sizes of claims: then it is none of its
// business where the gate is.
func (p Plan) Resizes() bool { return len(p.Sizes) > 0 }
