package runner

import (
	"context"
	"errors"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// asker reads the answer at a gate. The question has been put by the lines of
// the run: only they know when something has come between.
type asker struct{ env *app.Env }

// Ask maps the answer.
func (a asker) Ask(ctx context.Context, step plan.Step) (plan.Answer, error) {
	question := report.GateQuestion(a.env.Where(), &step)
	answers := map[string]plan.Answer{
		"p": plan.Promote, "promote": plan.Promote,
		"h": plan.HoldOn, "hold": plan.HoldOn,
		"a": plan.Abort, "abort": plan.Abort,
	}
	text, err := a.env.Streams.Ask(ctx, term.Question{
		Text: report.Explained(a.env.Streams.Err, question), Help: report.GateHelp, Shown: true,
		Valid: func(text string) bool {
			_, ok := answers[strings.ToLower(text)]
			return ok
		},
	})
	if errors.Is(err, term.ErrNoAnswer) {
		return plan.HoldOn, nil // whoever leaves the terminal leaves the gate where it is
	}
	return answers[strings.ToLower(text)], err
}
