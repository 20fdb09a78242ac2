package text

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/prune"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/object"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// Restoring tells how deleted claims are made again.
type Restoring struct {
	Lines  io.Writer
	Answer io.Writer
	Color  term.ColorMode
	Format report.Format
	DryRun report.DryRun
	Now    func() time.Time

	spin *spin
}

// restoreView is what became of a claim, as a program reads it.
type restoreView struct {
	Type      string        `json:"type"`
	Time      time.Time     `json:"time"`
	DryRun    report.DryRun `json:"dryRun"`
	Namespace string        `json:"namespace"`
	Name      string        `json:"name"`
	Volume    string        `json:"volume"`
	Reclaim   string        `json:"reclaimPolicy,omitempty"` // that the volume gets back
	Result    string        `json:"result"`
	Message   string        `json:"message"`
}

// Plan says what would be done.
func (r *Restoring) Plan(record prune.Record, m prune.Moves) {
	mark := " (dry run)"
	if r.DryRun == report.DryRunServer {
		mark = " (server dry run)"
	}
	r.answer(record, m, engine.Done, restoreWords(record, m, false), mark)
}

// Done says that the claim is back.
func (r *Restoring) Done(record prune.Record, m prune.Moves) {
	r.answer(record, m, engine.Done, restoreWords(record, m, true), "")
}

// Nothing says that there is nothing to do.
func (r *Restoring) Nothing(record prune.Record) {
	words := fmt.Sprintf("claim %s is there, bound to volume %s: nothing to do", record.Claim.Name, record.Volume)
	r.answer(record, prune.Moves{}, engine.Done, words, "")
}

func restoreWords(record prune.Record, m prune.Moves, done bool) string {
	if m.Leave {
		return fmt.Sprintf("wait until claim %s is gone, which is being deleted, and make it again, bound to volume %s",
			record.Claim.Name, record.Volume)
	}
	words := map[bool]string{true: "claim %s is back, bound to volume %s", false: "make claim %s again, bound to volume %s"}[done]
	if !m.Create {
		words = "claim %s is bound to volume %s"
		if !done && m.Wait {
			words = "claim %s is there: wait until it is bound to volume %s"
		}
	}
	words = fmt.Sprintf(words, record.Claim.Name, record.Volume)
	if m.Policy == "" {
		return words
	}
	if done {
		return words + fmt.Sprintf("; its reclaim policy is %s again", m.Policy)
	}
	return words + fmt.Sprintf("; set its reclaim policy back to %s", m.Policy)
}

func (r *Restoring) answer(record prune.Record, m prune.Moves, result engine.Result, words, mark string) {
	if r.Format == report.Human {
		style := report.NewStyles(r.Answer, r.Color)
		words = report.Each(style.Good, report.WrapIndent(report.Clean(words), term.Width(r.Answer), ""))
		_, _ = fmt.Fprintln(r.Answer, words+style.Dim.Render(mark))
		return
	}
	object.Write(r.Answer, r.Format, restoreView{
		Type: "restore", Time: r.Now().UTC(), DryRun: r.DryRun, Namespace: record.Claim.Namespace, Name: report.Clean(record.Claim.Name),
		Volume: report.Clean(record.Volume), Reclaim: string(m.Policy), Result: string(result), Message: report.Clean(words),
	})
}

// Failed says why a claim of several was not restored.
func (r *Restoring) Failed(record prune.Record, err error) {
	word := "error"
	var no *plan.Refusal
	if errors.As(err, &no) {
		word = "refused"
	}
	style := report.NewStyles(r.Lines, r.Color)
	_, _ = fmt.Fprintln(r.Lines, style.Bad.Render(report.Clean(record.Claim.Name+": "+word+": "+err.Error())))
	if no != nil {
		for _, try := range no.Try {
			_, _ = fmt.Fprintln(r.Lines, "  "+report.Clean(try))
		}
	}
	r.FailedObject(record, err)
}

// FailedObject says it to a program alone.
func (r *Restoring) FailedObject(record prune.Record, err error) {
	if r.Format == report.Human {
		return
	}
	result := engine.Failed
	var no *plan.Refusal
	if errors.As(err, &no) {
		result = "refused"
	}
	r.answer(record, prune.Moves{}, result, err.Error(), "")
}

// Wait says on a terminal what is waited for.
func (r *Restoring) Wait(what string) {
	r.spin = newSpin(r.Lines)
	r.spin.wait("waiting until "+report.Clean(what), time.Time{})
	r.spin.start()
}

// Waited ends that.
func (r *Restoring) Waited() { r.spin.clear() }

// Ended says that what was waited for did not come before the end, and returns
// the outcome.
func (r *Restoring) Ended(record prune.Record, result engine.Result, what string) engine.Outcome {
	o := engine.Outcome{Result: result, Message: "waited until " + what + "; the same command goes on"}
	style := report.NewStyles(r.Lines, r.Color)
	word := map[engine.Result]string{engine.TimedOut: "timed out", engine.Interrupted: "interrupted"}[result]
	_, _ = fmt.Fprintln(r.Lines, report.Each(style.Bad, report.WrapIndent(word+": "+report.Clean(o.Message), term.Width(r.Lines), "")))
	if r.Format != report.Human {
		r.answer(record, prune.Moves{}, result, o.Message, "")
	}
	return o
}
