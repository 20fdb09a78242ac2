package batch

import (
	"fmt"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// end is what became of one claim. The result is empty while nothing has.
type end struct {
	engine.ClaimEnd
	verdict claims.Verdict
	changed string // what about the set
}

// begin is the end of a claim that has none yet.
func begin(v claims.Verdict) end {
	return end{ClaimEnd: engine.ClaimEnd{Claim: v.Claim}, verdict: v}
}

// over reports whether it is decided what becomes of the claim.
func (e end) over() bool { return e.Result != "" }

func (e end) skip(why string) end {
	e.Result, e.Why = engine.ClaimSkipped, why
	return e
}

// stop skips a claim because its set was changed.
func (e end) stop(why string) end {
	e = e.skip("stopped: " + why)
	e.Stopped, e.changed = true, why
	return e
}

// count adds a claim to what the batch has come to.
func count(n *engine.ClaimCounts, e engine.ClaimEnd) {
	switch e.Result {
	case engine.ClaimDeleted:
		n.Deleted++
		if e.Retained {
			n.Retained++
		}
		if e.Restorable {
			n.Recorded++
		}
	case engine.ClaimSkipped:
		n.Skipped++
	case engine.ClaimFailed:
		n.Failed++
	case engine.ClaimLeft:
		n.Left++
	}
}

// outcome is how a batch ended that came to this. stopped is how it was stopped
// before all claims were got to, empty where it was not.
func outcome(n engine.ClaimCounts, stopped engine.Result) engine.Outcome {
	o := engine.Outcome{Result: engine.Done, Message: words(n), Claims: &n}
	switch {
	case n.Failed > 0:
		o.Result = engine.Failed
	case stopped != "":
		o.Result = stopped
	case len(n.Stopped) > 0:
		o.Result = engine.Drifted
	case n.Left > 0:
		o.Result = engine.Failed // nobody said why, but it is not all done
	}
	return o
}

// words are what a batch came to in a sentence.
func words(n engine.ClaimCounts) string {
	words := fmt.Sprintf("%s deleted, %d skipped, %d failed", sts.Count(n.Deleted, "claim"), n.Skipped, n.Failed)
	if n.Left > 0 {
		words += fmt.Sprintf(", %d not got to", n.Left)
	}
	for _, why := range n.Stopped {
		words += "; " + why
	}
	return words
}
