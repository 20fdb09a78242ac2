package cli

import (
	"os"
	"runtime/debug"
)

// What a look at many claims needs: so much in any case, and so much besides
// what has to be kept.
const (
	memoryAtLeast = 26 << 20
	memoryBesides = 18 << 20
)

// limitMemory makes the runtime collect garbage in time while so many bytes are
// kept. What a page leaves behind once it has been reduced is more than what is
// kept of it, and left to itself the runtime would let it grow until there is as
// much of it as of everything that is in use. The limit grows with what is kept:
// one that is too low would keep the collector busy all the time.
func limitMemory(kept int) {
	if os.Getenv("GOMEMLIMIT") == "" { // a user's own counts
		debug.SetMemoryLimit(max(memoryAtLeast, memoryBesides+2*int64(kept)))
	}
}
