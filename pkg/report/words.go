package report

import (
	"fmt"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

// ClaimSize is how large a claim is, empty for one that is not there yet.
func ClaimSize(c plan.ClaimFate) string {
	if c.Fate == plan.FateNew {
		return ""
	}
	return c.Claim.Size
}

// StepName is "step 1 of 3: ", or nothing for housekeeping.
func StepName(s *plan.Step) string {
	if s == nil || s.Number == 0 {
		return ""
	}
	return fmt.Sprintf("step %d of %d: ", s.Number, s.Of)
}

// Round is a time in whole seconds.
func Round(d time.Duration) time.Duration { return d.Round(time.Second) }

// OrDash is text, or a dash where there is none.
func OrDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
