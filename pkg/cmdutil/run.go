package cmdutil

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// Runner takes plans of one set to their outcomes.
type Runner struct {
	Env       *Env
	Client    *kube.Client
	Flags     RunFlags
	namespace string            // the given one, empty for that of the flags
	permitted []plan.Permission // those that were asked about
	ignorePDB bool              // as the user asked for it
	shown     bool              // the plan's head, with a question
	told      []string          // its warnings
	// Records take what deleted claims were; nil for plans that delete none.
	Records engine.Records
	feed    <-chan engine.Update
	sinks   sinks
}

// NewRunner makes the runner of a verb, for the namespace that the flags lead
// to or for the given one.
func NewRunner(env *Env, namespace string, flags RunFlags) (*Runner, error) {
	client, err := env.Client(namespace)
	if err != nil {
		return nil, err
	}
	return &Runner{Env: env, Client: client, Flags: flags, namespace: namespace}, nil
}

// RunToEnd runs a plan as Run does, and returns what a verb returns.
func (r *Runner) RunToEnd(ctx context.Context, p *plan.Plan, s sts.Snapshot) error {
	o, err := r.Run(ctx, p, s)
	if err != nil {
		return err
	}
	return Result(o)
}

// Run prints the plan if this is a dry run, and runs it otherwise. The
// snapshot is the one that the plan was made from.
func (r *Runner) Run(ctx context.Context, p *plan.Plan, s sts.Snapshot) (engine.Outcome, error) {
	p.Context = r.Env.Context()
	if r.DryRun() {
		return engine.Outcome{Result: engine.Done}, r.dryRun(ctx, p, s)
	}
	if r.feed == nil {
		if err := r.begin(ctx, p, s); err != nil {
			return engine.Outcome{}, err
		}
		if err := r.rehearse(ctx, p, s); err != nil {
			return engine.Outcome{}, err
		}
	}
	plan, err := plan.Saved(*p)
	if err != nil {
		return engine.Outcome{}, err
	}
	plan.Warnings = slices.Concat(p.Warnings, r.Env.Notices())
	engine := engine.Engine{
		Notices: r.Env.Notices,
		Cluster: r.Client,
		Feed:    r.feed,
		Sink:    r.sink(),
		Asker:   asker{r.Env},
		Hooks:   hooks{r.Client},
		Records: r.Records,
		Command: r.Env.Command(r.namespace),
		Looker:  r.Client,
		Witness: r.Client,
		Now:     r.Client.Now,
	}
	r.Env.Running(true)
	defer r.Env.Running(false)
	return engine.Run(ctx, plan, s), nil
}

// firstLook is how long the first snapshot may take before a run begins
// without it.
const firstLook = 2 * time.Second

// watch starts the feed and waits for its first item: a watch that is not
// allowed must show before anything is written.
func (r *Runner) watch(ctx context.Context, p *plan.Plan, s sts.Snapshot) error {
	var needs []kube.Need
	if p.Claims {
		needs = append(needs, kube.NeedClaims)
	}
	if len(s.Budgets) > 0 { // what is waited for must be seen
		needs = append(needs, kube.NeedBudgets)
	}
	updates, err := r.Client.Watch(ctx, s.Set, needs...)
	if err != nil {
		return err
	}
	feed := make(chan engine.Update, 1)
	select {
	case first, ok := <-updates:
		if !ok {
			return context.Cause(ctx)
		}
		if first.Err != nil {
			return first.Err
		}
		feed <- first
	case <-time.After(firstLook):
	}
	go func() {
		defer close(feed)
		for u := range updates {
			select {
			case feed <- u:
			case <-ctx.Done():
				return
			}
		}
	}()
	r.feed = feed
	return nil
}

// DryRun reports whether nothing is to be written.
func (r *Runner) DryRun() bool {
	return r.Flags.DryRun == report.DryRunClient || r.Flags.DryRun == report.DryRunServer
}

// sink tells what happens, in lines for a person on the error stream, and if
// a format is asked for also as objects on the output stream.
func (r *Runner) sink() engine.Sink {
	if r.sinks == nil {
		r.sinks = sinks{report.NewLines(r.Env.Streams.Err, r.Env.Color, r.shown, r.told...)}
		if r.Flags.Output != report.Human {
			r.sinks = append(r.sinks, report.NewObjects(r.Env.Streams.Out, r.Flags.Output))
		}
		r.sinks = append(r.sinks, r.Env.Sinks()...)
	}
	return r.sinks
}

type sinks []engine.Sink

// Handle tells every sink.
func (all sinks) Handle(e engine.Event) {
	for _, s := range all {
		s.Handle(e)
	}
}

// dryRun prints the plan. On the server's side only changes that can be made
// to the set as it is now can be judged; the later ones build on these.
func (r *Runner) dryRun(ctx context.Context, p *plan.Plan, s sts.Snapshot) error {
	if r.Flags.DryRun == report.DryRunServer {
		for i := range p.Steps {
			change := p.Steps[i].Change
			if change == nil || change.Done(s) {
				continue
			}
			if _, err := r.Client.DryRun(ctx, change, s); err != nil {
				return Unwilling(err, change.String())
			}
		}
	}
	p.Warnings = slices.Concat(p.Warnings, r.Env.Notices())
	for _, w := range p.Warnings {
		report.Say(r.Env.Streams.Err, "warning: "+w)
	}
	now := r.Client.Now()
	report.Plan(r.Env.Streams.Out, r.Env.Color, r.Flags.Output, r.Flags.DryRun, p, now)
	o := engine.Outcome{Result: engine.Done, Message: "a dry run: nothing was changed"}
	for _, s := range r.Env.Sinks() {
		s.Handle(engine.Event{Type: engine.EventPlan, Time: now, Plan: p})
		for _, w := range p.Warnings {
			s.Handle(engine.Event{Type: engine.EventWarning, Time: now, Message: w})
		}
		s.Handle(engine.Event{Type: engine.EventOutcome, Time: now, Outcome: &o})
	}
	report.PrintEnd(r.Env.Streams.Out, r.Flags.Output, r.Flags.DryRun, report.Subject{Namespace: p.Namespace, Name: p.Name}, now, o)
	return nil
}

// Unwilling words the error of a rehearsal. Where there was no answer, or the user
// lacks a permission, nobody has said anything against the change.
func Unwilling(err error, change string) error {
	if errors.Is(err, engine.ErrLost) || errors.Is(err, engine.ErrTimedOut) || errors.Is(err, context.Canceled) || kube.Denied(err) {
		return err
	}
	return fmt.Errorf("%s: %w", change, err)
}

// Warn tells something that is no reason to stop.
func (r *Runner) Warn(message string) { r.Env.Warn(message) }

// Show shows what a person is asked about, with what they have to know before
// they answer. The run does not repeat it.
func (r *Runner) Show(p *plan.Plan) {
	p.Context = r.Env.Context()
	report.PrintHead(r.Env.Streams.Err, r.Env.Color, p)
	r.shown = true
	p.Warnings = slices.Concat(p.Warnings, r.Env.Notices())
	for _, w := range p.Warnings {
		if !slices.Contains(r.told, w) {
			r.Warn(w)
			r.told = append(r.told, w)
		}
	}
}

// Confirm asks before a plan is run from this snapshot, unless a permission is
// missing: then nobody has to answer first. Without a terminal that is a refusal,
// which names the flag that answers.
func (r *Runner) Confirm(ctx context.Context, p *plan.Plan, s sts.Snapshot, question string) error {
	if r.Flags.Yes || r.DryRun() {
		return nil
	}
	if !r.Env.Streams.Interactive() {
		return &plan.Refusal{Why: plan.NoTerminal}
	}
	if err := r.Permit(ctx, p.Needs(s)...); err != nil {
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

// asker reads the answer at a gate. The question has been put by the lines of
// the run: only they know when something has come between.
type asker struct{ env *Env }

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

// RetryOnConflict does again what began with a look at the set, when the set has
// changed before the server was asked about it. That is nobody's fault.
func RetryOnConflict(do func() error) error {
	const atMost = 3
	var err error
	for range atMost {
		if err = do(); !errors.Is(err, engine.ErrConflict) {
			return err
		}
	}
	return err
}
