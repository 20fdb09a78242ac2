package report

import (
	"fmt"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

// claimSize is how large a claim is, empty for one that is not there yet.
func claimSize(c plan.ClaimFate) string {
	if c.Fate == plan.FateNew {
		return ""
	}
	return c.Claim.Size
}

// stepName is "step 1 of 3: ", or nothing for housekeeping.
func stepName(s *plan.Step) string {
	if s == nil || s.Number == 0 {
		return ""
	}
	return fmt.Sprintf("step %d of %d: ", s.Number, s.Of)
}

// round is a time in whole seconds.
func round(d time.Duration) time.Duration { return d.Round(time.Second) }

// orDash is text, or a dash where there is none.
func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
