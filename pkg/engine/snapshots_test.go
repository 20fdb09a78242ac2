package engine_test

import "github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"

// What the snapshots of a canary in progress are made of.
var (
	set       = ststest.Canary
	closed    = ststest.Closed
	forgotten = ststest.Forgotten
	in        = ststest.In
	opened    = ststest.Opened
	pending   = ststest.Pending
	anew      = ststest.Recreated
	settled   = ststest.Settled
	stable    = ststest.StablePod
	unseen    = ststest.Unobserved
	updated   = ststest.UpdatedPod
	waiting   = ststest.WaitingForDeletions
	without   = ststest.Without
)

// record is the annotation that the test plans rely on.
const record = ststest.CanaryRecord
