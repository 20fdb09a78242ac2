package answer

import (
	"io"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/history"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/object"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/status"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/text"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// Writer writes answers in one form.
type Writer struct {
	Out    io.Writer
	Color  term.ColorMode
	Format report.Format
	Caller hint.Caller // how the user calls the plugin
}

// human reports whether a person reads it.
func (w Writer) human() bool { return w.Format == report.Human }

// Plan writes a plan that is not run.
func (w Writer) Plan(dryRun report.DryRun, p *plan.Plan, now time.Time) {
	if w.human() {
		text.PrintPlan(w.Out, w.Color, dryRun, p)
		return
	}
	object.WritePlan(w.Out, w.Format, w.Caller, dryRun, p, now)
}

// Status writes the status of one set.
func (w Writer) Status(st report.Status) {
	if w.human() {
		status.Print(w.Out, w.Color, st)
		return
	}
	object.WriteStatus(w.Out, w.Format, st)
}

// History writes the revisions of one set.
func (w Writer) History(h report.History) {
	if w.human() {
		text.PrintHistory(w.Out, w.Color, h)
		return
	}
	object.WriteHistory(w.Out, w.Format, h)
}

// Template writes the template of one revision: a program also gets all that is known
// about the revision.
func (w Writer) Template(h report.History, r history.Revision) error {
	if w.human() {
		return text.PrintTemplate(w.Out, r)
	}
	object.WriteRevision(w.Out, w.Format, h, r)
	return nil
}

// Diff writes how the templates of two revisions differ.
func (w Writer) Diff(h report.History, from, to history.Revision, diff string) {
	if w.human() {
		text.PrintDiff(w.Out, w.Color, diff)
		return
	}
	object.WriteDiff(w.Out, w.Format, h, from, to, diff)
}

// Version writes the versions.
func (w Writer) Version(v report.Version) {
	if w.human() {
		text.PrintVersion(w.Out, v)
		return
	}
	object.WriteVersion(w.Out, w.Format, v)
}

// Claims writes what was decided about claims.
func (w Writer) Claims(l report.Claims) {
	switch w.Format {
	case report.JSON, report.YAML:
		for v := range l.Shown() {
			object.WriteClaim(w.Out, w.Format, l, v)
		}
	case report.Name:
		text.PrintClaimNames(w.Out, l)
	default:
		text.PrintClaims(w.Out, w.Color, l, w.Format == report.Wide)
	}
}

// Events are the sinks of one engine besides its lines: one that writes objects, or
// none for a person.
func (w Writer) Events() []engine.Sink {
	if w.human() {
		return nil
	}
	return []engine.Sink{object.NewSink(w.Out, w.Format, w.Caller)}
}

// End writes the last object of a command that did not get as far as a run, or had
// nothing to do. A person is told in other ways.
func (w Writer) End(dryRun report.DryRun, about report.Subject, now time.Time, o engine.Outcome) {
	if w.Format == report.JSON || w.Format == report.YAML {
		object.WriteEnd(w.Out, w.Format, w.Caller, dryRun, about, now, o)
	}
}
