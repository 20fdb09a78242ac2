package object

import (
	"io"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
)

// Batch is a sink that writes an object for each claim of a batch, and one for its
// end. It writes nothing in a format that no program reads.
type Batch struct {
	W      io.Writer
	Format report.Format
	DryRun report.DryRun
	Total  claims.Total // of the claims that were found
}

// Handle writes one event.
func (b Batch) Handle(e engine.Event) {
	switch {
	case b.Format != report.JSON && b.Format != report.YAML:
	case e.Claim != nil:
		Write(b.W, b.Format, viewDeletion(e.Claim, b.DryRun, e.Time))
	case e.Outcome != nil:
		b.end(e.Outcome, e.Time)
	}
}

func (b Batch) end(o *engine.Outcome, now time.Time) {
	out := pruned{
		Type: string(engine.EventOutcome), Time: now.UTC(), DryRun: b.DryRun, Result: string(o.Result), Exit: o.ExitCode(),
		Message: report.Clean(o.Message), Found: b.Total.Claims, Size: b.Total.Size.String(), Kept: b.Total.Kept, Record: o.Receipts,
	}
	if n := o.Claims; n != nil {
		out.Deleted, out.Skipped, out.Failed, out.Left = n.Deleted, n.Skipped, n.Failed, n.Left
	}
	Write(b.W, b.Format, out)
}

// deletion is what became of one claim.
type deletion struct {
	Type       string        `json:"type"`
	Time       time.Time     `json:"time"`
	DryRun     report.DryRun `json:"dryRun"`
	Namespace  string        `json:"namespace"`
	Name       string        `json:"name"`
	UID        string        `json:"uid"`
	Result     string        `json:"result"`
	Message    string        `json:"message,omitempty"`
	Volume     string        `json:"volume,omitempty"`
	Retained   bool          `json:"volumeStays"`
	Restorable bool          `json:"restorable"`
}

func viewDeletion(e *engine.ClaimEnd, dryRun report.DryRun, now time.Time) deletion {
	c := e.Claim
	return deletion{
		Type: "deletion", Time: now.UTC(), DryRun: dryRun, Namespace: c.Namespace, Name: report.Clean(c.Name), UID: string(c.UID),
		Result: string(e.Result), Message: report.Clean(e.Why),
		Volume: report.Clean(c.Volume), Retained: e.Retained, Restorable: e.Restorable,
	}
}

// pruned is what became of all.
type pruned struct {
	Type    string        `json:"type"`
	Time    time.Time     `json:"time"`
	DryRun  report.DryRun `json:"dryRun"`
	Result  string        `json:"result"`
	Exit    int           `json:"exitCode"`
	Message string        `json:"message"`
	Found   int           `json:"found"`
	Size    string        `json:"size"`
	Kept    int           `json:"kept"`
	Deleted int           `json:"deleted"`
	Skipped int           `json:"skipped"`
	Failed  int           `json:"failed"`
	Left    int           `json:"left"`
	Record  string        `json:"record,omitempty"`
}
