package runner

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/permission"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/text"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// Warn tells something that is no reason to stop.
func (r *Runner) Warn(message string) { r.Env.Warn(message) }

// Show shows what a person is asked about, with what they have to know before
// they answer. The run does not repeat it.
func (r *Runner) Show(p *plan.Plan) {
	p.Context = r.Env.Context()
	text.PrintHead(r.Env.Streams.Err, r.Env.Color, p)
	r.shown = true
	r.asked = r.warned(p)
	for _, w := range p.Warnings {
		if !slices.Contains(r.told, w) {
			r.Warn(w)
			r.told = append(r.told, w)
		}
	}
}

// warned adds to a plan what the API server has said along with its answers, and returns
// that. What a person was shown with a question belongs to the plan that is run after the
// answer as well, which may be another one.
func (r *Runner) warned(p *plan.Plan) []string {
	notices := slices.Concat(r.asked, r.Env.Notices())
	r.asked = nil
	p.Warnings = slices.Clip(p.Warnings)
	for _, w := range notices {
		if !slices.Contains(p.Warnings, w) {
			p.Warnings = append(p.Warnings, w)
		}
	}
	return notices
}

// Confirm asks before a plan is run from this snapshot, unless a permission is
// missing: then nobody has to answer first. Without a terminal that is a refusal,
// which names the flag that answers.
func (r *Runner) Confirm(ctx context.Context, p *plan.Plan, s sts.Snapshot, question string) error {
	if err := recreated(p, s); err != nil {
		return err
	}
	if r.Flags.Yes || r.DryRun() {
		return nil
	}
	if !r.Env.Streams.Interactive() {
		return &plan.Refusal{Why: plan.NoTerminal}
	}
	if err := r.Permit(ctx, permission.Of(p, s)...); err != nil {
		return err
	}
	r.Show(p)
	text := report.Explained(r.Env.Streams.Err, r.Env.Question(question)+" [y/N]")
	answer, err := r.Env.Streams.Ask(ctx, term.Question{Text: text, Help: yesHelp})
	switch {
	case err != nil && !errors.Is(err, term.ErrNoAnswer):
		return err
	case slices.Contains([]string{"y", "yes"}, strings.ToLower(answer)):
		return nil
	}
	return plan.Cancel()
}

// yesHelp explains the answers to a plain question.
const yesHelp = `  y  yes: do what is shown above
  n  no, like any other answer: nothing is changed`
