package prunepvc

import (
	"context"
	"fmt"
	"iter"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/app/runner"
	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/batch"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/roundtrip"
	planner "github.com/kubectl-sts/kubectl-sts/pkg/planner/prunepvc"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/answer"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/text"
)

// Run finds the claims, asks, and deletes them.
func Run(ctx context.Context, env *app.Env, r Request) error {
	flags := options.RunFlags{Limits: plan.Limits{Timeout: r.Timeout}, Yes: r.Yes, Output: r.Output}
	ctx, cancel := flags.Context(ctx)
	defer cancel()
	runner, err := runner.New(env, "", flags)
	if err != nil {
		return err
	}
	if r.AllNamespaces {
		runner.Client = runner.Client.Everywhere()
		env.ShowFor(env.Everywhere()) // -n would leave the records of other namespaces out
	}
	f, err := r.find(ctx, env, runner.Client)
	if err != nil {
		return err
	}
	// Without a terminal nobody can be asked: then it is a dry run, unless
	// something else was asked for.
	unasked := !r.Yes && !env.Streams.Interactive() && (r.DryRun == "" || r.DryRun == report.DryRunNone)
	if r.DryRun == "" {
		r.DryRun = map[bool]report.DryRun{true: report.DryRunClient, false: report.DryRunNone}[unasked]
	}
	runner.Flags.DryRun = r.DryRun
	where := env.Within(runner.Client.Namespace)
	v := &visit{Request: r, found: f, env: env, runner: runner, where: where, title: planner.Title(f.total, where, r.ShowKept)}
	v.form = &answer.Pruning{Writer: env.Answer(r.Output), Text: text.Pruning{
		Lines: env.Streams.Err, Color: env.Color, DryRun: r.DryRun, Total: f.total, AllNamespaces: r.AllNamespaces, Now: runner.Client.Now,
		Caller: env.Caller(),
	}}
	runner.Form = v.form
	v.show(unasked)
	switch {
	case f.total.Claims == 0:
		v.notRun(v.title)
		return nil
	case r.DryRun == report.DryRunClient && unasked:
		const until = "nothing was deleted: without a terminal this is a dry run until --yes is given"
		v.notRun(until)
		v.say(until)
		return nil
	case r.DryRun == report.DryRunClient:
		v.notRun("a dry run: nothing was deleted")
		return nil
	}
	file, err := v.prepare(ctx, unasked)
	if err != nil {
		runner.Report(v.plan(), v.steps())
		return err
	}
	return v.delete(ctx, file)
}

// visit is one call of the verb, once it is known which claims there are.
type visit struct {
	Request
	found
	env    *app.Env
	runner *runner.Runner
	form   *answer.Pruning
	where  string // the namespace and the cluster
	title  string // what was found
}

// show lists the claims, and tells the totals: below the table they are part of the
// answer.
func (v *visit) show(unasked bool) {
	out, now := v.env.Streams, v.runner.Client.Now()
	if v.DryRun != report.DryRunNone || v.total.Claims == 0 || v.Output != report.Name {
		v.env.Answer(v.Output).Claims(report.Claims{
			Verdicts: v.list.All(), AllNamespaces: v.AllNamespaces, ShowKept: v.ShowKept, DryRun: v.DryRun, Now: now,
		})
	}
	person := v.Output == report.Human || v.Output == report.Wide
	if v.total.Claims > 0 && v.DryRun == report.DryRunNone && !v.Yes && !unasked && !person {
		// Who is asked must see what about.
		text.PrintClaims(out.Err, v.env.Color, report.Claims{
			Verdicts: v.list.All(), AllNamespaces: v.AllNamespaces, Now: now,
		}, false)
	}
	v.env.Answer(v.Output).ClaimTotal(out.Err, v.DryRun, v.total, v.title, planner.Loss(v.total, v.RetainVolumes))
	if v.OlderThan > 0 && v.total.Ageless > 0 {
		v.say(fmt.Sprintf("the API server does not tell how long %d of %d have been idle: for these --older-than counts their age",
			v.total.Ageless, v.total.Claims))
	}
}

func (v *visit) say(text string) { report.Say(v.env.Streams.Err, text) }

func (v *visit) plan() *plan.Plan { return planner.Plan(v.runner.Client.Namespace, v.title, nil) }

// step is the deletion of a claim as a step of the plan.
func (v *visit) step(of claims.Verdict) plan.Step {
	step := planner.Step(of, v.RetainVolumes)
	roundtrip.CheckStep(step)
	return step
}

func (v *visit) steps() iter.Seq[plan.Step] { return batch.Steps(v.list.Doomed(), v.step) }

// notRun ends without a deletion. why says so.
func (v *visit) notRun(why string) {
	v.runner.NotRun(v.plan(), v.steps(), why)
}
