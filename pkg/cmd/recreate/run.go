package recreate

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
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
	v := &visit{request: r, runner: runner, of: of}
	p, err := v.prepare(ctx)
	if err != nil {
		return r.named(err)
	}
	switch {
	case p == nil && r.Then != nil:
		return r.Then()
	case p == nil:
		return nothing(env, r)
	}
	if err := runner.Recreate(ctx, p, v.of, r.question(of)); err != nil || r.Then == nil || runner.DryRun() {
		return err
	}
	return r.Then()
}

// rollOut runs the verb canary with the flags that were given to this one, as far as it has
// them.
func rollOut(cmd *cobra.Command) error {
	canary, _, err := cmd.Root().Find([]string{"canary"})
	if err != nil {
		return err
	}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		own := canary.LocalNonPersistentFlags().Lookup(f.Name)
		if own != nil && f.Value.Type() != "stringArray" { // reports are those of the whole command
			err = cmp.Or(err, canary.Flags().Set(f.Name, f.Value.String()))
		}
	})
	if err != nil {
		return err
	}
	canary.SetContext(cmd.Context())
	return canary.RunE(canary, nil)
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

// visit is one call of the verb.
type visit struct {
	request Request
	runner  *runner.Runner
	of      runner.Recreated
}

// prepare plans from what the set is like.
func (v *visit) prepare(ctx context.Context) (*plan.Plan, error) {
	r, kept := v.request, v.of.Kept
	goesOn := kept != nil && (r.Manifest == nil || recreate.Begun(*kept, r.Manifest.Text()))
	if goesOn && len(kept.Added) > 0 && !kept.Back || kept == nil && r.Manifest == nil && recreate.Lacked(v.of.Set) {
		if err := v.budgets(ctx); err != nil {
			return nil, err
		}
	}
	now := v.runner.Client.Now()
	switch {
	case r.Cancel:
		return v.runner.Named(recreate.Cancel(v.asked(), kept, v.of.Set, now))
	case r.Manifest == nil, goesOn:
		return v.runner.Named(recreate.GoOn(v.asked(), kept, v.of.Set, now))
	case kept != nil:
		return nil, recreate.InProgress(*kept)
	}
	n, err := v.wanted(ctx)
	if err != nil {
		return nil, err
	}
	p, err := recreate.Plan(v.asked(), n, v.of.Set, now)
	if p == nil || err != nil {
		return nil, err
	}
	return p, v.runner.PreflightRecreate(ctx, p, v.of.Set, n.Fields())
}

// asked is what the flags say to the planner.
func (v *visit) asked() recreate.Request {
	out := v.runner.RecreateRequest()
	out.IgnorePDB, out.Soak, out.Live = v.request.IgnorePDB, v.request.Soak, v.of.Live
	return out
}

// budgets reads those that have a say in whether pods restart.
func (v *visit) budgets(ctx context.Context) error {
	var err error
	v.of, err = v.runner.WithBudgets(ctx, v.of, v.request.IgnorePDB)
	return err
}

// wanted is the set as it is to be.
func (v *visit) wanted(ctx context.Context) (recreate.New, error) {
	r, of := v.request, v.of
	n := recreate.New{ID: rand.Text()[:12], Live: of.Live, File: r.filename(), Canary: r.Then != nil}
	var err error
	if n.Manifest, err = recreate.Merge(of.Live, r.Manifest.Text()); err != nil {
		return n, err
	}
	if n.Default, err = v.runner.Client.Defaults(ctx, n.Manifest); err != nil {
		return n, err
	}
	if err := v.storage(ctx, &n); err != nil {
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

// storage reads what decides about claim templates that are added: whether their claims can
// be provisioned, and which budgets there are of the pods that restart for them.
func (v *visit) storage(ctx context.Context, n *recreate.New) error {
	classes := n.AddedClasses(v.of.Set)
	if len(classes) == 0 {
		return nil
	}
	if err := v.budgets(ctx); err != nil {
		return err
	}
	var err error
	if n.Storage.Claims, err = v.runner.Client.ClaimsAlone(ctx); err != nil {
		return err
	}
	classes = slices.DeleteFunc(classes, func(class string) bool { return class == "" })
	n.Storage.Classes, err = v.runner.Client.Classes(ctx, classes)
	return v.runner.Optional(err, "whether the StorageClasses of new claims are there is not known before: ")
}
