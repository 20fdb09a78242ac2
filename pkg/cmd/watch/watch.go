// Package watch is the verb that shows sets until nothing more happens.
package watch

import (
	"context"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/templates"
)

// StepTimeout is how long a watch sees no progress before it ends, unless the user
// says otherwise: a Deployment's progressDeadlineSeconds.
const StepTimeout = 10 * time.Minute

// Request is what the flags say.
type Request struct {
	Names         []string // none for those that the selector matches
	Selector      string
	All           bool
	AllNamespaces bool
	Follow        bool // go on over gates until the operation in progress ends
	Limits        plan.Limits
	Output        report.Format
}

var (
	long = templates.LongDesc(`
		Watch StatefulSets until every pod is where the spec says, or until nothing more will happen by itself.

		On a terminal a row for each pod is redrawn in place, with how far the rollout is and how long it may
		still take, judged by what its own pods took so far. Elsewhere each change is a line. Nothing is written,
		and whatever others change meanwhile, the watch goes on with.

		The exit code is 0 when every pod carries the revision that the spec wants for it and is Available, and
		no pod of a scale-down is left. It is 4 when a pod's trouble has lasted longer than --patience, when a pod
		can't be made, when a pod that is not Ready keeps the controller from replacing the others, or when the set
		was deleted. It is 5 when the rest is up to you: a partition or a canary holds pods back, or OnDelete pods
		wait to be deleted. Of several sets the worst counts: 4 before 5 before 0. Sets that are made later are not
		watched.

		With --follow the watch goes on over gates, failures and the way back until the operation in progress ends: a
		canary, an undo, a restart, or a scale that has more to do than to set replicas. At a gate it waits for as long as that
		is held. It ends with 4 when the operation was taken back, and without one it is as any watch. Who drives
		the operation is shown, with the host and since when.

		A watch that sees no progress for --step-timeout ends with 4: no other pod has become Available or gone, and nobody has
		changed the set. A soak, and with --follow a gate, may take longer.`)

	example = templates.Examples(`
		# Watch a rollout to its end
		kubectl sts watch web

		# In a pipeline: fail as soon as a pod is in trouble, and after ten minutes in any case
		kubectl sts watch web --timeout 10m

		# Watch a canary through all of its gates, in a second terminal
		kubectl sts watch web --follow

		# Watch all sets of a release, or those of all namespaces
		kubectl sts watch -l app.kubernetes.io/instance=shop
		kubectl sts watch -A`)
)

// New is the verb. run is what it does with the request; tests pass their own.
func New(env *app.Env, run func(context.Context, *app.Env, Request) error) *cobra.Command {
	r := &Request{}
	cmd := &cobra.Command{
		Use:                   "watch (NAME... | --all | -A | -l SELECTOR)",
		Short:                 "Watch StatefulSets until they are where their specs say",
		Long:                  long,
		Example:               example,
		DisableFlagsInUseLine: true,
		Annotations:           options.ManySets.Annotations(),
		Args:                  options.Args,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := r.check(args); err != nil {
				return err
			}
			return run(cmd.Context(), env, *r)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&r.All, "all", false, "Watch all StatefulSets that the namespace has now.")
	flags.BoolVarP(&r.AllNamespaces, "all-namespaces", "A", false,
		"Watch the StatefulSets of all namespaces, whatever --namespace says; with --selector those that match.")
	flags.StringVarP(&r.Selector, "selector", "l", "", "Watch the StatefulSets that match these labels now.")
	flags.BoolVar(&r.Follow, "follow", false, "Go on over gates until the operation in progress ends.")
	flags.DurationVar(&r.Limits.Timeout, "timeout", 0,
		"How long to watch, for instance 10m; 0 for ever. A watch that takes longer ends with exit code 124.")
	flags.DurationVar(&r.Limits.StepTimeout, "step-timeout", StepTimeout,
		"How long there may be no progress; 0 for ever. It ends with exit code 4.")
	options.AddPatience(flags, &r.Limits,
		"How long trouble that often heals by itself (an image pull, a crash loop) may last before it counts.")
	options.AddOutput(flags, &r.Output)
	options.AddReport(flags)
	return cmd
}

func (r *Request) check(args []string) (err error) {
	switch several := r.All || r.AllNamespaces || r.Selector != ""; {
	case r.AllNamespaces && len(args) > 0:
		return options.Usage("give names or --all-namespaces, not both: a name is looked up in one namespace")
	case several && len(args) > 0:
		return options.Usage("names, --all and -l don't go together")
	case r.All && r.Selector != "":
		return options.Usage("--all and -l don't go together")
	case !several && len(args) == 0:
		return options.Usage("which StatefulSet? give its name, or --all, or -A, or -l and a selector")
	case !several:
		if r.Names, err = options.SetNames(args); err != nil {
			return err
		}
	}
	if _, err := labels.Parse(r.Selector); err != nil {
		return options.Usage("-l %s: %v", r.Selector, err)
	}
	flags := options.RunFlags{Limits: r.Limits, Output: r.Output}
	return flags.Check()
}
