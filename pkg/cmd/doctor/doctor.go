// Package doctor is the verb that looks at StatefulSets for what is wrong, or waits to go
// wrong.
package doctor

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/templates"
)

// Request is what the flags say.
type Request struct {
	options.Advice
	options.Selection

	Limits plan.Limits // of which only the patience counts
	Output report.Format
}

var (
	long = templates.LongDesc(`
		Look at StatefulSets, and at the pods, claims, volumes, Services and PodDisruptionBudgets around them, for
		what is wrong or waits to go wrong. Nothing is changed.

		Each finding says in one sentence what comes of it, what it rests on, and what makes it go. An error is
		something broken, or data that something ordinary loses; a warning waits for an occasion, such as a drain; an
		info is good to know. --explain says more of a rule, and kubectl sts lint asks the same rules about
		manifests.

		What may not be read is not looked at: that is said, with the rules that need it, and never counts as fine.

		A rule is silenced for a set by the annotation kubectl-sts.github.io/ignore, which has IDs and a reason:
		"D1,P5 a cache, it fills itself again". What is silenced is counted.

		The exit code is 0 when nothing as bad as --fail-on is found, and 4 when something is.`)

	example = templates.Examples(`
		# Look at a set, or at all sets of the namespace
		kubectl sts doctor web
		kubectl sts doctor

		# Let a nightly job fail on warnings, in all namespaces
		kubectl sts doctor -A --fail-on=warning --report junit=doctor.xml

		# What is rule A9 about?
		kubectl sts doctor --explain A9`)
)

// New is the verb. run is what it does with the request; tests pass their own.
func New(env *app.Env, run func(context.Context, *app.Env, Request) error) *cobra.Command {
	r := &Request{}
	cmd := &cobra.Command{
		Use: "doctor [NAME...]", Short: "Look at StatefulSets for what is wrong, or waits to go wrong", Long: long, Example: example,
		DisableFlagsInUseLine: true,
		Annotations:           options.ManySets.Annotations(),
		Args:                  options.Args,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if r.Names, err = options.SetNames(args); err != nil {
				return err
			}
			if err := r.check(); err != nil {
				return err
			}
			return run(cmd.Context(), env, *r)
		},
	}
	flags := cmd.Flags()
	options.AddSelection(flags, &r.Selection, "Look at")
	options.AddPatience(flags, &r.Limits, "How long a pod must have been unready for that to count.")
	options.AddOutput(flags, &r.Output)
	options.AddAdvice(flags, &r.Advice)
	return cmd
}

func (r *Request) check() error {
	if err := r.CheckSelection(); err != nil {
		return err
	}
	if r.Limits.Patience < 0 {
		return options.Usage("--patience=%s: must not be negative", r.Limits.Patience)
	}
	if err := options.CheckOutput(r.Output); err != nil {
		return err
	}
	return r.CheckAdvice()
}
