package prune

import (
	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
)

// Result is what became of one claim.
type Result string

// The results.
const (
	Deleted Result = "deleted"
	Skipped Result = "skipped" // something spoke for it just before
	Failed  Result = "failed"
	Left    Result = "left" // not got to
)

// Event tells what became of one claim.
type Event struct {
	Verdict claims.Verdict
	Result  Result
	Why     string // of all but Deleted
	Stopped bool   // skipped because the set was changed
	// Retained reports whether the volume outlives the claim, with its data.
	Retained bool
	// Restorable reports whether there is a record to make it again from.
	Restorable bool

	changed string // what about the set
}

// Summary is what became of all.
type Summary struct {
	Deleted, Skipped, Failed, Left int
	// Retained counts those of Deleted whose volumes are still there, Recorded
	// those that can be restored.
	Retained, Recorded int
	// Stopped says for each set that was changed meanwhile what has changed.
	Stopped     []string
	Interrupted bool
	TimedOut    bool
}

func (s *Summary) count(e Event) {
	switch e.Result {
	case Deleted:
		s.Deleted++
		if e.Retained {
			s.Retained++
		}
		if e.Restorable {
			s.Recorded++
		}
	case Skipped:
		s.Skipped++
	case Failed:
		s.Failed++
	case Left:
		s.Left++
	}
}
