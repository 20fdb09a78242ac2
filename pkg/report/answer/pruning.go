package answer

import (
	"io"

	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/prune"
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

// Handle tells what became of one claim.
func (p *Pruning) Handle(e prune.Event) {
	p.Text.Handle(e)
	switch {
	case p.objects():
		object.WriteDeletion(p.Writer.Out, p.Writer.Format, e, p.Text.DryRun, p.Text.Now())
	case p.Writer.Format == report.Name && e.Result == prune.Deleted:
		text.PrintClaimName(p.Writer.Out, e.Verdict)
	}
}

// End tells the summary. try are the commands that help.
func (p *Pruning) End(s prune.Summary, record string, try ...string) {
	p.Text.End(s, try...)
	p.end(s, s.Outcome(), record)
}

// Found tells what there would be to delete, when nothing is deleted.
func (p *Pruning) Found(message string) {
	p.end(prune.Summary{}, engine.Outcome{Result: engine.Done, Message: message}, "")
}

func (p *Pruning) end(s prune.Summary, o engine.Outcome, record string) {
	if p.objects() {
		object.WritePruned(p.Writer.Out, p.Writer.Format, s, o, p.Text.Total, record, p.Text.DryRun, p.Text.Now())
	}
}

func (p *Pruning) objects() bool {
	return p.Writer.Format == report.JSON || p.Writer.Format == report.YAML
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
