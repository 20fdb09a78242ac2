package text

import (
	"errors"
	"fmt"
	"io"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// Restoring tells how deleted claims are restored, one after another.
type Restoring struct {
	Lines  io.Writer
	Answer func(report.Restored) // where what became of each is written
	Color  term.ColorMode
	DryRun report.DryRun
	Now    func() time.Time
	Caller hint.Caller // how the user calls the plugin
	// Several reports whether there is more than one claim, so that each is named.
	Several bool
	// Binding is the claim that it is about at present.
	Binding plan.Binding

	plan *plan.Plan
	spin *spin
}

// Plan says what would be done.
func (r *Restoring) Plan(p *plan.Plan) {
	r.answer(report.Restored{Reclaim: reclaimOf(p), Result: engine.Done, Message: p.Title, Planned: true})
}

// Handle tells what happens to the present claim.
func (r *Restoring) Handle(e engine.Event) {
	switch e.Type {
	case engine.EventPlan:
		r.plan = e.Plan
	case engine.EventWait:
		r.wait(e.Message)
	case engine.EventWarning:
		r.waited()
		_, _ = fmt.Fprintln(r.Lines, "warning: "+report.Clean(e.Message))
	case engine.EventOutcome:
		r.waited()
		r.outcome(*e.Outcome)
	}
}

// outcome tells how a claim ended. What drifted is told by whoever plans again, and
// what failed by Failed.
func (r *Restoring) outcome(o engine.Outcome) {
	switch o.Result {
	case engine.Done:
		if o.Message != "" { // or it has only waited for the deleted one to go
			r.answer(report.Restored{Reclaim: reclaimOf(r.plan), Result: engine.Done, Message: o.Message})
		}
	case engine.Drifted:
	case engine.TimedOut, engine.Interrupted:
		words := o.Message
		if o.Result == engine.Interrupted {
			words = "claim " + r.Binding.Claim + " may not be back yet"
		}
		words += "; the same command goes on"
		r.say(report.EndWord(o.Result) + ": " + words)
		r.answer(report.Restored{Result: o.Result, Message: words, Told: true})
	}
}

// reclaimOf is the reclaim policy that the plan gives back to the volume, or "".
func reclaimOf(p *plan.Plan) corev1.PersistentVolumeReclaimPolicy {
	for i := range p.Steps {
		if reset, ok := p.Steps[i].Change.(plan.ResetReclaim); ok {
			return reset.Reclaim
		}
	}
	return ""
}

// Nothing says that there is nothing to do.
func (r *Restoring) Nothing(words string) {
	r.answer(report.Restored{Result: engine.Done, Message: words})
}

// answer writes what became of the present claim.
func (r *Restoring) answer(what report.Restored) {
	what.Binding, what.DryRun, what.Time = r.Binding, r.DryRun, r.Now()
	r.Answer(what)
}

// PrintRestored prints what became of a claim, or what would.
func PrintRestored(w io.Writer, mode term.ColorMode, r report.Restored) {
	style := report.NewStyles(w, mode)
	mark := ""
	switch {
	case r.Planned && r.DryRun == report.DryRunServer:
		mark = " (server dry run)"
	case r.Planned:
		mark = " (dry run)"
	}
	words := report.Each(style.Good, report.WrapIndent(report.Clean(r.Message), term.Width(w), ""))
	_, _ = fmt.Fprintln(w, words+style.Dim.Render(mark))
}

func (r *Restoring) say(words string) {
	style := report.NewStyles(r.Lines, r.Color)
	_, _ = fmt.Fprintln(r.Lines, report.Each(style.Bad, report.WrapIndent(report.Clean(words), term.Width(r.Lines), "")))
}

// Failed says why the claim was not restored. Where it is the only one, a person is
// told by the end of the command.
func (r *Restoring) Failed(err error) {
	var no *plan.Refusal
	switch {
	case errors.As(err, &no):
		r.failed(err.Error(), "refused", no.Try, engine.Refused)
	default:
		r.failed(err.Error(), "error", nil, engine.Failed)
	}
}

func (r *Restoring) failed(words, word string, try []hint.Hint, result engine.Result) {
	if r.Several {
		r.say(r.Binding.Claim + ": " + word + ": " + words)
		for _, help := range report.Helps(r.Caller, try) {
			_, _ = fmt.Fprintln(r.Lines, "  "+help)
		}
	}
	r.answer(report.Restored{Result: result, Message: words, Told: true})
}

// wait says on a terminal what is waited for.
func (r *Restoring) wait(what string) {
	if r.spin == nil {
		r.spin = newSpin(r.Lines)
	}
	r.spin.wait("waiting for "+report.Clean(what), time.Time{})
	r.spin.start()
}

// waited ends that.
func (r *Restoring) waited() {
	if r.spin != nil {
		r.spin.clear()
		r.spin = nil
	}
}
