package plan

import (
	"fmt"
	"slices"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Others holds when every wanted pod is Available, whatever its revision, but for
// some: those that are about to go may be as they like.
type Others struct {
	But []int `json:"but,omitempty"` // ordinals
	// Heal says that a pod which was Available and is so no more is waited for. Without it
	// that ends the run, as a restart does in any case.
	Heal bool `json:"heal,omitempty"`
}

// Leaves are the ordinals that it does not look at.
func (c Others) Leaves() []int { return c.But }

// Check looks at each other ordinal.
func (c Others) Check(s sts.Snapshot, now time.Time) Progress {
	if p := (Observed{}).Check(s, now); !p.Done {
		return p
	}
	p := Progress{Done: true}
	for o := range s.Ordinals().All() {
		if slices.Contains(c.But, o) {
			continue
		}
		t := s.PodProgress(o, "", now)
		p.add(t)
		p.Want++
		p.Done = p.Done && t.Good()
	}
	return p
}

func (c Others) String() string {
	return fmt.Sprintf("every pod but %d is Available", len(c.But))
}
