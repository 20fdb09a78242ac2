package restart

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/app/runner"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/intent"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/restart"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/rolling"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Run restarts the pods, or goes on with a restart that was begun.
func Run(ctx context.Context, env *app.Env, r Request) error {
	ctx, cancel := r.Run.Context(ctx)
	defer cancel()
	runner, err := runner.New(env, "", r.Run)
	if err != nil {
		return err
	}
	runner.Measure(r.Checks)
	var s sts.Snapshot
	var manifest kube.Manifest
	var p *plan.Plan
	err = app.RetryOnConflict(func() error {
		var err error
		if s, manifest, err = runner.Load(ctx, r.Name, r.Drive.IgnorePDB); err == nil {
			p, err = r.plan(ctx, runner, s, manifest)
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := runner.Confirm(ctx, p, s, "Restart?"); err != nil {
		return err
	}
	if s, err = runner.Again(ctx, s); err != nil {
		return err
	}
	if p, err = r.plan(ctx, runner, s, manifest); err != nil {
		return err
	}
	return runner.RunToEnd(ctx, p, s)
}

// plan is the plan, with who else writes what it writes.
func (r Request) plan(ctx context.Context, runner *runner.Runner, s sts.Snapshot, manifest kube.Manifest,
) (*plan.Plan, error) {
	p, err := r.restarting(ctx, runner, s, manifest)
	if err != nil {
		return nil, err
	}
	return p, runner.Preflight(ctx, p, s)
}

func (r Request) restarting(ctx context.Context, runner *runner.Runner, s sts.Snapshot, manifest kube.Manifest,
) (*plan.Plan, error) {
	request := restart.Request{
		Run: runner.Planned(s), Resume: intent.Resume{Retry: r.Retry, TakeOver: r.TakeOver},
		ID: rand.Text()[:12], Soak: r.Soak, SoakGiven: r.SoakGiven, Order: r.Drive.Order, Force: r.Force,
	}
	now := runner.Client.Now()
	p, record, err := restart.GoOn(request, s, now)
	if err != nil {
		return nil, err
	}
	if p != nil {
		return p, r.samePods(record, s)
	}
	ordinals := r.Ordinals
	if ordinals == nil && !r.Drive.Order.IsZero() && !s.OnDelete() {
		for o := range s.Ordinals().All() {
			ordinals = append(ordinals, o)
		}
	}
	if ordinals != nil {
		return restart.Pods(request, ordinals, s, now)
	}
	before, err := podtemplate.Of(manifest)
	if err != nil {
		return nil, err
	}
	if err := r.annotate(ctx, runner, s, before, &request, now); err != nil {
		return nil, err
	}
	return restart.Plan(request, s, now)
}

// annotate makes the template that restarts every pod.
func (r Request) annotate(ctx context.Context, runner *runner.Runner, s sts.Snapshot, before podtemplate.Template, out *restart.Request,
	now time.Time,
) error {
	patch := fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}}}`, rolling.RestartedAt, now.UTC().Format(time.RFC3339))
	parsed, err := podtemplate.ParsePatch([]byte(patch))
	if err != nil {
		return err
	}
	if out.Template, err = podtemplate.Patched(before, parsed); err != nil {
		return err
	}
	if r.Run.DryRun != report.DryRunClient {
		if out.Template, out.Exact, err = runner.Client.Preview(ctx, out.Template, s); err != nil {
			return kube.Unwilling(err, "the API server does not take the template")
		}
	}
	return nil
}

// samePods refuses to go on with the restart of other pods than were asked for.
func (r Request) samePods(record *operation.Rollout, s sts.Snapshot) error {
	asked := slices.Sorted(slices.Values(r.Ordinals))
	begun := slices.Sorted(maps.Keys(record.Pods))
	if r.Ordinals == nil || slices.Equal(asked, begun) {
		return nil
	}
	which := "every pod"
	if record.Pods != nil {
		which = "the pods of ordinals " + strings.Trim(strings.Join(strings.Fields(fmt.Sprint(begun)), ", "), "[]")
	}
	return &plan.Refusal{
		Why: fmt.Sprintf("a restart of statefulset %q is in progress, of %s", s.Name(), which),
		Try: []hint.Hint{
			hint.Plugin("finish it first", "restart", s.Name()), hint.Plugin("or give it up", "abort", s.Name()),
		},
	}
}
