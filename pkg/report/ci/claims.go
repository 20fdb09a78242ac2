package ci

import (
	"iter"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/prune"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// ClaimPart is what happens to claims, a case each.
type ClaimPart struct {
	part *Part
	at   map[claims.Key]int
}

// Claims begins to take down what happens to claims.
func (p *Report) Claims(title string, verdicts iter.Seq[claims.Verdict], now time.Time) *ClaimPart {
	c := &ClaimPart{part: &Part{Title: report.Clean(title), Began: now, Ended: now}, at: map[claims.Key]int{}}
	for v := range verdicts {
		claim := v.Claim
		c.at[claims.Key{Namespace: claim.Namespace, Name: claim.Name}] = len(c.part.Cases)
		c.part.Cases = append(c.part.Cases, Case{Title: report.Clean("delete claim " + claim.Namespace + "/" + claim.Name), Result: NotRun})
	}
	if len(c.part.Cases) > 0 {
		p.Parts = append(p.Parts, c.part)
	}
	return c
}

// Handle notes what became of one.
func (c *ClaimPart) Handle(e prune.Event) {
	i, ok := c.at[claims.Key{Namespace: e.Verdict.Claim.Namespace, Name: e.Verdict.Claim.Name}]
	if !ok {
		return
	}
	one := &c.part.Cases[i]
	one.Words = report.Clean(e.Why)
	switch e.Result {
	case prune.Deleted:
		one.Result, one.Words = Passed, ""
	case prune.Failed:
		one.Result, one.End = Broke, engine.Failed
	case prune.Skipped, prune.Left:
		one.Result = Skipped
	}
}

// End closes the page.
func (c *ClaimPart) End(o engine.Outcome, now time.Time) {
	c.part.End, c.part.Ended = &o, now
	for i := range c.part.Cases {
		if one := &c.part.Cases[i]; one.Result == NotRun && one.Words == "" {
			one.Words = report.Clean(o.Message)
		}
	}
}
