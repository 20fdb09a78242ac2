package recreate

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/app/runner"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/recreate"
)

// Run recreates a set, or goes on with a recreate that was begun.
func Run(ctx context.Context, env *app.Env, r Request) error {
	namespace := cmp.Or(env.Config.Context.Namespace, r.Namespace)
	if r.Namespace != "" && namespace != r.Namespace {
		return options.Usage("the manifest is for namespace %q, the flags say %q", r.Namespace, namespace)
	}
	ctx, cancel := r.Run.Context(ctx)
	defer cancel()
	if r.Namespace != "" {
		env.ShowFor(env.CallerIn(r.Namespace))
	}
	runner, err := runner.New(env, namespace, r.Run)
	if err != nil {
		return err
	}
	of, err := runner.LoadRecreated(ctx, r.Name)
	if err != nil {
		return byHand(err)
	}
	p, err := prepare(ctx, runner, r, of)
	if err != nil {
		return r.named(err)
	}
	if p == nil {
		return nothing(env, r)
	}
	return runner.Recreate(ctx, p, of, r.question(of))
}

// named is an error whose commands that take this manifest again name it.
func (r *Request) named(err error) error {
	var no *plan.Refusal
	if r.filename() == "" || !errors.As(err, &no) {
		return err
	}
	for i, try := range no.Try {
		if at := slices.Index(try.Args, recreate.Filename); at >= 0 && try.Verb == "recreate" {
			no.Try[i].Args = slices.Replace(slices.Clone(try.Args), at, at+1, r.filename())
		}
	}
	return err
}

// byHand says of a set of which nothing is known what a person can do.
func byHand(err error) error {
	var hinted *hint.Error
	if !apierrors.IsNotFound(err) || errors.As(err, &hinted) {
		return err
	}
	const words = "if its pods are still running, create it from its manifest, and it adopts them"
	return &hint.Error{Err: err, Hints: []hint.Hint{hint.Kube(words, "apply", "-f", recreate.Filename)}}
}

func (r *Request) question(of runner.Recreated) string {
	switch {
	case r.Cancel:
		return "Cancel the recreate?"
	case r.Manifest == nil || of.Kept != nil:
		return "Resume?"
	}
	return "Recreate?"
}

// nothing is the end where there is nothing to do.
func nothing(env *app.Env, r Request) error {
	if r.Manifest != nil {
		env.Nothing(fmt.Sprintf("statefulset %q has all of this already; nothing to do", r.Name))
		return nil
	}
	return &plan.Refusal{
		Why: fmt.Sprintf("no recreate of statefulset %q is in progress", r.Name),
		Try: []hint.Hint{hint.Plugin("start one with the manifest that you want", "recreate").With("-f", recreate.Filename)},
	}
}

// prepare plans from what the set is like.
func prepare(ctx context.Context, runner *runner.Runner, r Request, of runner.Recreated) (*plan.Plan, error) {
	now := runner.Client.Now()
	switch {
	case r.Cancel:
		return recreate.Cancel(runner.RecreateRequest(), of.Kept, of.Set, now)
	case r.Manifest == nil, of.Kept != nil && recreate.Begun(*of.Kept, r.Manifest.Text()):
		return runner.GoOnRecreating(of)
	case of.Kept != nil:
		return nil, recreate.InProgress(*of.Kept)
	}
	n, err := wanted(ctx, runner, r, of)
	if err != nil {
		return nil, err
	}
	p, err := recreate.Plan(runner.RecreateRequest(), n, of.Set, now)
	if p == nil || err != nil {
		return nil, err
	}
	return p, runner.PreflightRecreate(ctx, p, of.Set, n.Fields())
}

// wanted is the set as it is to be.
func wanted(ctx context.Context, runner *runner.Runner, r Request, of runner.Recreated) (recreate.New, error) {
	n := recreate.New{ID: rand.Text()[:12], Live: of.Live, File: r.filename()}
	var err error
	if n.Manifest, err = recreate.Merge(of.Live, r.Manifest.Text()); err != nil {
		return n, err
	}
	if n.Default, err = runner.Client.Defaults(ctx, n.Manifest); err != nil {
		return n, err
	}
	object := &appsv1.StatefulSet{}
	if err := json.Unmarshal(of.Live, object); err != nil {
		return n, fmt.Errorf("statefulset %q: %w", r.Name, err)
	}
	all, err := r.Manifest.Changes(object)
	n.Left = recreate.Left(all)
	return n, err
}
