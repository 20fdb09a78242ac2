// Package runner takes plans to their outcomes: it shows them, asks a person, asks for
// permissions, and has the engine run them.
package runner

import (
	"context"
	"iter"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice/reconciler"
	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/batch"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/loop"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/permission"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/roundtrip"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/text"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Runner takes plans of one set to their outcomes.
type Runner struct {
	Env       *app.Env
	Client    *kube.Client
	Flags     options.RunFlags
	permitted []permission.Permission // those that were asked about
	ignorePDB bool                    // as the user asked for it
	checks    options.Checks
	shown     bool     // the plan's head, with a question
	told      []string // its warnings
	said      []string // what can't be known
	asked     []string // those that the server had said, until a plan is run
	read      map[reconciler.Ref]reconciler.Object
	// Receipts take what deleted claims were; nil for plans that delete none.
	Receipts engine.Receipts
	// Form shows plans and runs in the verb's own way; nil for the usual one.
	Form  Form
	feed  <-chan engine.Update
	sinks sinks
	// follow follows what a plan is about that is about no set.
	follow func(ctx context.Context) <-chan engine.Update
}

// Form is a verb's own way to show what it does.
type Form interface {
	engine.Sink
	// Plan shows what would be done.
	Plan(p *plan.Plan)
}

// Follow makes the next run one of a plan about no set: feed follows what it is about.
func (r *Runner) Follow(feed func(ctx context.Context) <-chan engine.Update) {
	r.follow, r.feed = feed, nil
}

// New makes the runner of a verb, for the namespace that the flags lead
// to or for the given one.
func New(env *app.Env, namespace string, flags options.RunFlags) (*Runner, error) {
	client, err := env.Client(namespace)
	if err != nil {
		return nil, err
	}
	return &Runner{Env: env, Client: client, Flags: flags}, nil
}

// RunToEnd runs a plan as Run does, and returns what a verb returns.
func (r *Runner) RunToEnd(ctx context.Context, p *plan.Plan, s sts.Snapshot) error {
	o, err := r.Run(ctx, p, s)
	if err != nil {
		return err
	}
	return app.Result(o)
}

// Run prints the plan if this is a dry run, and runs it otherwise. The
// snapshot is the one that the plan was made from.
func (r *Runner) Run(ctx context.Context, made *plan.Plan, s sts.Snapshot) (engine.Outcome, error) {
	if err := recreated(made, s); err != nil {
		return engine.Outcome{}, err
	}
	made.Context = r.Env.Context()
	p, err := asWritten(made)
	if err != nil {
		return engine.Outcome{}, err
	}
	measurer, err := r.measurer(ctx, p)
	if err != nil {
		return engine.Outcome{}, err
	}
	if r.DryRun() {
		return engine.Outcome{Result: engine.Done}, r.dryRun(ctx, p, s, measurer)
	}
	var baseline []check.Measurement
	if r.feed == nil {
		if err := r.begin(ctx, p, s); err != nil {
			return engine.Outcome{}, err
		}
		if err := r.rehearse(ctx, p, s); err != nil {
			return engine.Outcome{}, err
		}
		if baseline, err = r.baseline(ctx, p, s, measurer); err != nil {
			return engine.Outcome{}, err
		}
	}
	r.warned(p)
	engine := loop.Engine{
		Notices:  r.Env.Notices,
		Cluster:  r.Client,
		Feed:     r.feed,
		Sink:     r.sink(),
		Asker:    asker{r.Env},
		Hooks:    hooks{r.Client},
		Measurer: measurer,
		Baseline: baseline,
		Receipts: r.Receipts,
		Looker:   r.Client,
		Witness:  r.Client,
		Now:      r.Client.Now,
	}
	r.Env.Running(true)
	defer r.Env.Running(false)
	return engine.Run(ctx, *p, s), nil
}

// recreated refuses to run what is not the rest of it on a set that is being recreated.
func recreated(p *plan.Plan, s sts.Snapshot) error {
	if p.Recreates() || p.ReadOnly || !s.Exists() {
		return nil
	}
	return operation.RefuseRecreate(s)
}

// RunBatch runs a plan whose steps are the deletions of these verdicts' claims. What
// such a run needs besides is given; the runner adds by whom it is told. A dry run of
// the server's is one whose cluster keeps nothing.
func (r *Runner) RunBatch(ctx context.Context, made *plan.Plan, b batch.Engine, verdicts iter.Seq[claims.Verdict]) (engine.Outcome, error) {
	made.Context = r.Env.Context()
	p, err := asWritten(made)
	if err != nil {
		return engine.Outcome{}, err
	}
	b.Sink, b.Notices, b.News, b.Now = r.sink(), r.Env.Notices, r.Env.News(), r.Client.Now
	r.warned(p)
	r.Env.Running(true)
	defer r.Env.Running(false)
	return b.Run(ctx, *p, verdicts), nil
}

// asWritten is the plan that is shown and run: as it is read after it was written.
func asWritten(p *plan.Plan) (*plan.Plan, error) {
	roundtrip.Check(*p)
	saved, err := plan.Saved(*p)
	return &saved, err
}

// needs are what the run has to see besides the set and its pods.
func needs(p *plan.Plan, s sts.Snapshot) []kube.Need {
	var out []kube.Need
	if p.Claims {
		out = append(out, kube.NeedClaims)
	}
	if len(s.Budgets) > 0 { // what is waited for must be seen
		out = append(out, kube.NeedBudgets)
	}
	return out
}

// firstLook is how long the first snapshot may take before a run begins
// without it.
const firstLook = 2 * time.Second

// watch starts the feed and waits for its first item: a watch that is not
// allowed must show before anything is written.
func (r *Runner) watch(ctx context.Context, p *plan.Plan, s sts.Snapshot) error {
	if r.follow != nil {
		r.feed = r.follow(ctx)
		return nil
	}
	updates, err := r.Client.Watch(ctx, s.Set, needs(p, s)...)
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
	if r.sinks == nil && r.Form != nil {
		r.sinks = append(sinks{r.Form}, r.Env.Sinks()...)
	}
	if r.sinks == nil {
		r.sinks = sinks{text.NewLines(r.Env.Streams.Err, r.Env.Color, r.shown, r.told...).For(r.Env.Caller())}
		r.sinks = append(r.sinks, r.Env.Answer(r.Flags.Output).Events()...)
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
