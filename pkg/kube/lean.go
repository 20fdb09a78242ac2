package kube

import (
	"os"
	"runtime/debug"
)

// What a look at many claims needs: so much in any case, and so much for each
// claim and what is found out about it.
const (
	leanest  = 34 << 20
	lean     = 14 << 20
	perClaim = 1 << 10
)

// stayLean makes the runtime collect garbage in time while so many claims are
// looked at. What a page leaves behind once it has been reduced is more than
// what is kept of it, and left to itself the runtime would let it grow until
// there is as much of it as of everything that is in use. What must be kept
// grows with the claims, and so does the limit: one that is too low would keep
// the collector busy all the time.
func stayLean(claims int) {
	if os.Getenv("GOMEMLIMIT") == "" { // a user's own counts
		debug.SetMemoryLimit(max(leanest, lean+perClaim*int64(claims)))
	}
}
