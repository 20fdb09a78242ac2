package canary

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/app/runner"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/permission"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/intent"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Run starts a canary or goes on with one.
func Run(ctx context.Context, env *app.Env, r Request) error {
	if err := sameNamespace(env, r); err != nil {
		return err
	}
	ctx, cancel := r.Run.Context(ctx)
	defer cancel()
	if r.Namespace != "" {
		env.ShowFor(env.CallerIn(r.Namespace))
	}
	runner, err := runner.New(env, namespace(env, r), r.Run)
	if err != nil {
		return err
	}
	runner.Measure(r.Checks)
	var s sts.Snapshot
	var p *plan.Plan
	err = app.RetryOnConflict(func() (err error) {
		s, p, err = prepare(ctx, env, runner, r)
		return err
	})
	if err != nil {
		return err
	}
	if p == nil {
		return nothing(ctx, env, runner, s, r)
	}
	return runner.RunCanary(ctx, p, s, r.OnFailure.Rollback(s))
}

// nothing is the end where every pod runs the template already. A run that was killed when
// all was done but for what it was to hand over has left that.
func nothing(ctx context.Context, env *app.Env, runner *runner.Runner, s sts.Snapshot, r Request) error {
	why := fmt.Sprintf("every pod of statefulset %q runs this template already", s.Name())
	if r.FailIfUnchanged {
		return &plan.Refusal{Why: why}
	}
	left, err := runner.HandOver("canary", s)
	switch {
	case err != nil:
		return err
	case left != nil:
		return runner.RunToEnd(ctx, left, s)
	}
	env.Nothing(why + "; nothing to do")
	return nil
}

// repeats are the arguments of this command that bring the change, to be given again;
// none where that comes from the standard input.
func repeats(r Request) []string {
	switch {
	case len(r.Change) == 0 || r.Change[len(r.Change)-1] == "-":
		return nil
	case r.Manifest != nil:
		return r.Change
	}
	return append([]string{r.Name}, r.Change...)
}

// prepare reads the set and plans from what it is like.
func prepare(ctx context.Context, env *app.Env, runner *runner.Runner, r Request) (sts.Snapshot, *plan.Plan, error) {
	s, manifest, err := runner.Load(ctx, r.Name, r.Drive.IgnorePDB)
	if err != nil {
		return s, nil, err
	}
	request := canary.Request{
		Run:      runner.Planned(s),
		Resume:   intent.Resume{Retry: r.Retry, TakeOver: r.TakeOver},
		Start:    intent.Start{ID: rand.Text()[:12], Steps: r.Steps, Soak: r.Soak, Given: r.Given, Order: r.Drive.Order},
		Rollback: r.OnFailure == options.Rollback,
		Force:    r.Force,
		Replace:  r.Replace,
		Pace:     pace(env, r),
	}
	request.Change = repeats(r)
	if r.changes() {
		if err := change(ctx, runner, r, s, manifest, &request); err != nil {
			return s, nil, err
		}
	}
	if _, err := r.Steps.Counts(s.Replicas()); err != nil {
		return s, nil, options.Usage("--steps=%s: %w", r.Steps, err)
	}
	p, err := canary.Plan(request, s, runner.Client.Now())
	if err != nil || p == nil {
		return s, nil, err
	}
	return s, p, preflight(ctx, runner, p, s)
}

// namespace is the one of the flags; a manifest's own counts when they name
// none, as with kubectl apply.
func namespace(env *app.Env, r Request) string {
	return cmp.Or(env.Config.Context.Namespace, r.Namespace)
}

// sameNamespace refuses, as kubectl does, a manifest that names another
// namespace than the flags.
func sameNamespace(env *app.Env, r Request) error {
	if ns := namespace(env, r); r.Namespace != "" && ns != r.Namespace {
		return options.Usage("the manifest is for namespace %q, the flags say %q", r.Namespace, ns)
	}
	return nil
}

// pace decides what stands between two steps.
func pace(env *app.Env, r Request) intent.Pace {
	switch {
	case r.Hold:
		return intent.Pace{Gate: plan.GateHold, Wanted: true}
	case r.Run.Yes:
		return intent.Pace{}
	case env.Streams.Interactive():
		return intent.Pace{Gate: plan.GateAsk}
	}
	return intent.Pace{Gate: plan.GateHold}
}

// change makes the new template, as the server would store it.
func change(ctx context.Context, runner *runner.Runner, r Request, s sts.Snapshot, manifest kube.Manifest, out *canary.Request) error {
	if r.Manifest != nil {
		if err := onlyTemplate(r.Manifest, s, manifest); err != nil {
			return err
		}
	}
	before, err := podtemplate.Of(manifest)
	if err != nil {
		return err
	}
	wanted, err := template(r, before)
	if err != nil {
		return err
	}
	// Defaults, and what admission changes, belong to what is compared, shown
	// and recorded. Another image has no defaults, so that a dry run on the
	// client's side can do without.
	if len(r.Images) == 0 || !wanted.Is(s.Set) && r.Run.DryRun != report.DryRunClient {
		needs := []permission.Permission{permission.PatchSet(s.Kind(), r.Name)}
		if s.OnDelete() || r.OnFailure.Rollback(s) {
			needs = append(needs, permission.DeletePods())
		}
		if err := runner.Permit(ctx, needs...); err != nil {
			return err
		}
		if wanted, out.Exact, err = runner.Client.Preview(ctx, wanted, s); err != nil {
			return kube.Unwilling(err, "the API server does not take the template")
		}
	}
	out.Template, out.Cause = wanted, r.Cause
	out.Details, err = podtemplate.Diff(before, wanted)
	return err
}

func template(r Request, before podtemplate.Template) (podtemplate.Template, error) {
	switch {
	case r.Manifest != nil:
		return r.Manifest.Template, nil
	case r.Patch != nil:
		out, err := podtemplate.Patched(before, r.Patch)
		if err != nil {
			return nil, options.Usage("--patch-file: %w", err)
		}
		return out, nil
	}
	out, err := podtemplate.WithImages(before, r.Images)
	if err != nil {
		return nil, options.Usage("--image: %w", err)
	}
	return out, nil
}

// onlyTemplate refuses a manifest that wants more than another template: the
// rest would silently not happen.
func onlyTemplate(m *podtemplate.Manifest, s sts.Snapshot, manifest kube.Manifest) error {
	live := &appsv1.StatefulSet{}
	if err := json.Unmarshal(manifest, live); err != nil {
		return fmt.Errorf("statefulset %q: %w", s.Name(), err)
	}
	operation.BeforeRollout(s, live)
	other, err := m.OtherChanges(live)
	if err != nil {
		return err
	}
	if len(other) == 0 {
		return nil
	}
	return &plan.Refusal{
		Why: "the manifest changes more than the pod template, and a canary only takes that: " + strings.Join(other, "; "),
		Try: []hint.Hint{hint.Words("make the other changes first, or give only the template with --patch-file")},
	}
}
