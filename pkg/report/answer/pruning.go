package answer

import (
	"io"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/object"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/text"
)

// Pruning tells what happens to claims while they are deleted: a person in lines and, on
// a terminal, with a bar; a program also in objects or names.
type Pruning struct {
	Text   text.Pruning
	Writer Writer
}

// Plan tells a program what there would be to delete.
func (p *Pruning) Plan(of *plan.Plan) {
	o := engine.Outcome{Result: engine.Done, Message: of.Title}
	p.objects().Handle(engine.Event{Type: engine.EventOutcome, Time: p.Text.Now(), Outcome: &o})
}

// Handle tells one event.
func (p *Pruning) Handle(e engine.Event) {
	p.Text.Handle(e)
	if p.Writer.Format == report.Name && e.Claim != nil && e.Claim.Result == engine.ClaimDeleted {
		text.PrintClaimName(p.Writer.Out, e.Claim.Claim)
	}
	p.objects().Handle(e)
}

// objects are for a program.
func (p *Pruning) objects() object.Batch {
	return object.Batch{W: p.Writer.Out, Format: p.Writer.Format, DryRun: p.Text.DryRun, Total: p.Text.Total}
}

// ClaimTotal prints the totals, and what happens to the data. Below a table they are
// part of the answer; beside objects and names, and where there is no claim, they go to
// the error stream.
func (w Writer) ClaimTotal(stderr io.Writer, dryRun report.DryRun, t claims.Total, words, fate string) {
	if t.Claims > 0 && (w.human() || w.Format == report.Wide) {
		_, _ = io.WriteString(w.Out, "\n")
		stderr = w.Out
	}
	text.PrintClaimTotal(stderr, w.Color, dryRun, t, words, fate)
}

// Restored writes what became of a claim that was to be restored.
func (w Writer) Restored(r report.Restored) {
	switch {
	case !w.human():
		object.WriteRestored(w.Out, w.Format, r)
	case !r.Told:
		text.PrintRestored(w.Out, w.Color, r)
	}
}
