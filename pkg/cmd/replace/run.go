package replace

import (
	"context"
	"crypto/rand"
	"reflect"
	"slices"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/app/runner"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/intent"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/replace"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Run replaces the claims, or goes on with a replace that was begun.
func Run(ctx context.Context, env *app.Env, r Request) error {
	ctx, cancel := r.Run.Context(ctx)
	defer cancel()
	runner, err := runner.New(env, "", r.Run)
	if err != nil {
		return err
	}
	runner.Measure(r.Checks)
	v := &visit{request: r, runner: runner}
	if err := v.load(ctx); err != nil {
		return err
	}
	p, err := v.plan(ctx)
	if err != nil {
		return err
	}
	if err := runner.Confirm(ctx, p, v.s, "Replace?"); err != nil {
		return err
	}
	if p, err = v.again(ctx, p); err != nil {
		return err
	}
	return v.run(ctx, p)
}

// visit is one call of the verb.
type visit struct {
	request Request
	runner  *runner.Runner
	s       sts.Snapshot
	id      string
}

// load reads the set and its claims.
func (v *visit) load(ctx context.Context) error {
	v.id = rand.Text()[:12]
	var err error
	if v.s, _, err = v.runner.Load(ctx, v.request.Name, v.request.Drive.IgnorePDB); err != nil {
		return err
	}
	with, volumes, err := v.runner.Client.SetClaims(ctx, v.s)
	if err != nil {
		return err
	}
	if v.s = with; volumes != nil {
		v.runner.Warn("what happens to the volumes is not known: " + volumes.Error())
	}
	return nil
}

// plan plans from what the set is like, with who else writes what the run writes.
func (v *visit) plan(ctx context.Context) (*plan.Plan, error) {
	r, client := v.request, v.runner.Client
	request := replace.Request{
		Run: v.runner.Planned(v.s), Resume: intent.Resume{Retry: r.Retry, TakeOver: r.TakeOver},
		ID: v.id, Soak: r.Soak, SoakGiven: r.SoakGiven, Order: r.Drive.Order, Force: r.Force,
		Ordinals: r.Ordinals, All: r.All, Templates: r.Templates, Delete: r.Delete, DeleteGiven: r.DeleteGiven,
	}
	p, err := replace.GoOn(request, v.s, client.Now())
	if err != nil {
		return nil, err
	}
	if p == nil {
		if r.Ordinals == nil && !r.All {
			return nil, options.Usage("give --ordinals or --all: whose claims are to be replaced")
		}
		if err := v.world(ctx, &request); err != nil {
			return nil, err
		}
		if p, err = replace.Plan(request, v.s, client.Now()); err != nil {
			return nil, err
		}
	}
	return p, v.runner.Preflight(ctx, p, v.s)
}

// world reads what else may want the claims, and whether the new ones can be provisioned.
func (v *visit) world(ctx context.Context, request *replace.Request) error {
	if len(v.s.Claims) == 0 {
		return nil
	}
	var err error
	if request.World, err = v.runner.ClaimWorld(ctx); err != nil {
		return err
	}
	var classes []string
	for _, template := range v.s.ClaimTemplates() {
		if class := v.s.TemplateClass(template); class != "" {
			classes = append(classes, class)
		}
	}
	request.Classes, err = v.runner.Client.Classes(ctx, classes)
	return v.runner.Optional(err, "whether the StorageClasses of new claims are there is not known before: ")
}

// again plans once more from what the set is like after a question. What would come out
// otherwise than it was shown is refused.
func (v *visit) again(ctx context.Context, shown *plan.Plan) (*plan.Plan, error) {
	s, err := v.runner.Again(ctx, v.s)
	if err != nil {
		return nil, err
	}
	v.s = s
	p, err := v.plan(ctx)
	if err != nil {
		return nil, err
	}
	if !reflect.DeepEqual(fates(shown), fates(p)) {
		return nil, &plan.Refusal{
			Why: "the claims have changed meanwhile: nothing was changed",
			Try: []hint.Hint{hint.Words("run the command again, to see what it would do now")},
		}
	}
	p.Warnings = shown.Warnings
	return p, nil
}

// fates are what happens to each claim, which is that very one.
func fates(p *plan.Plan) map[string]plan.Fate {
	out := map[string]plan.Fate{}
	for _, o := range p.Ordinals {
		for _, c := range o.Claims {
			out[c.Claim.Name+" "+string(c.Claim.UID)] = c.Fate
		}
	}
	return out
}

// run runs the plan, with a file for records where volumes stay: that none can be written
// must show before any pod goes.
func (v *visit) run(ctx context.Context, p *plan.Plan) error {
	kept := receipts(p)
	if len(kept) == 0 || v.runner.DryRun() {
		return v.runner.RunToEnd(ctx, p, v.s)
	}
	file, err := v.runner.OpenReceipts(runner.ReceiptFile{
		Dir: v.request.RecordDir, Set: v.s.Name(), Readable: func() error { return v.runner.ReceiptReadable(ctx, v.s, kept[0].UID) },
		Needed: "no record can be written for restore-pvc, so nothing was changed (see --record)",
	})
	if err != nil {
		return err
	}
	v.runner.Receipts = runner.NewReceipts(v.runner.Client, file)
	defer func() {
		if _, err := file.Close(); err != nil {
			v.runner.Warn(err.Error())
		}
	}()
	return v.runner.RunToEnd(ctx, p, v.s)
}

// receipts are the claims of which a record is to be written.
func receipts(p *plan.Plan) []plan.Renewal {
	var out []plan.Renewal
	for i := range p.Steps {
		if f := p.Steps[i].Replace; f != nil {
			out = append(out, f.Claims...)
		}
	}
	return slices.DeleteFunc(out, func(r plan.Renewal) bool { return !r.Receipt })
}
