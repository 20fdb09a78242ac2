package prune

import (
	"fmt"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
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

// Outcome is how the deletion ended, as that of a run.
func (s *Summary) Outcome() engine.Outcome {
	return engine.Outcome{Result: s.result(), Message: s.words()}
}

func (s *Summary) result() engine.Result {
	switch {
	case s.Failed > 0:
		return engine.Failed
	case s.Interrupted:
		return engine.Interrupted
	case s.TimedOut:
		return engine.TimedOut
	case len(s.Stopped) > 0:
		return engine.Drifted
	case s.Left > 0:
		return engine.Failed // nobody said why, but it is not all done
	}
	return engine.Done
}

// words are the summary in a sentence.
func (s *Summary) words() string {
	words := fmt.Sprintf("%s deleted, %d skipped, %d failed", sts.Count(s.Deleted, "claim"), s.Skipped, s.Failed)
	if s.Left > 0 {
		words += fmt.Sprintf(", %d not got to", s.Left)
	}
	for _, why := range s.Stopped {
		words += "; " + why
	}
	return words
}
