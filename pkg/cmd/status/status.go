// Package status is the verb that shows StatefulSets: one, or a list of many.
package status

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/templates"
	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
)

// Request is what the flags say.
type Request struct {
	options.Selection

	Output report.Format
	Limits plan.Limits // of which only the patience counts
	Watch  bool        // the verb of that name is to do it
	Claims bool        // show how large the claims are, too
}

var (
	long = templates.LongDesc(`
		Show StatefulSets and whether each is where its spec says.

		With one name: its strategy, the canary in progress, a row for each pod, and a verdict. Without a name, with
		several or with --selector: a row for each set, so that a forgotten canary or a partition that was left
		behind is seen.

		READY counts the pods that are Ready, of those wanted. UPDATED counts those on the update revision, by
		their label. PARTITION is the partition and how long ago it was last written. RUN is the canary that
		is not over, its step and how long ago it was begun, or by its name another verb's run. On a narrow terminal columns
		that say little are left out, and long names are cut in their middle.

		A set that a recreate has deleted and not created again is in the list too, with the command that creates it. Who may
		not list ConfigMaps does not see it.

		With --claims it also says which claims of the set are on their way to another size, where they stand, and which are
		larger than the claim template, so that an ordinal that comes later gets less.

		The exit code is 0 when every set is settled, 4 when there is trouble with one, and 5 when one is held (by a
		canary, a partition, or OnDelete pods that wait to be deleted) or still on its way.`)

	example = templates.Examples(`
		# Look at a set
		kubectl sts status web

		# Look at all sets of the namespace, or of all namespaces
		kubectl sts status
		kubectl sts status -A

		# Look at those with a label
		kubectl sts status -l app.kubernetes.io/name=kafka

		# Look on while something happens
		kubectl sts status web -w

		# Look at the sizes of its claims, too
		kubectl sts status web --claims

		# Let a script look
		kubectl sts status web -o json`)
)

// New is the verb. run is what it does with the request; tests pass their own.
func New(env *app.Env, run func(context.Context, *app.Env, Request) error) *cobra.Command {
	r := &Request{}
	cmd := &cobra.Command{
		Use: "status [NAME...]", Short: "Show StatefulSets, their pods and their canaries", Long: long, Example: example,
		DisableFlagsInUseLine: true,
		Annotations:           options.ManySets.AlsoAway(),
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
	options.AddSelection(flags, &r.Selection, "Show")
	flags.BoolVarP(&r.Watch, "watch", "w", false, "Watch the sets as \"kubectl sts watch\" does, until nothing more happens.")
	flags.BoolVar(&r.Claims, "claims", false, "Of one set, show also how large its claims are, and which are being resized.")
	options.AddPatience(flags, &r.Limits, "How long a pod must have been unready for trouble that often heals by itself to count.")
	options.AddOutput(flags, &r.Output)
	return cmd
}

func (r *Request) check() error {
	if err := r.CheckSelection(); err != nil {
		return err
	}
	switch {
	case r.Claims && (len(r.Names) != 1 || r.Watch):
		return options.Usage("--claims is about one set, and not for --watch")
	case r.Limits.Patience < 0:
		return options.Usage("--patience=%s: must not be negative", r.Limits.Patience)
	}
	return options.CheckOutput(r.Output)
}

// Run shows the set, or the sets.
func Run(ctx context.Context, env *app.Env, r Request) error {
	client, err := env.Client("")
	if err != nil {
		return err
	}
	if len(r.Names) != 1 {
		return r.list(ctx, env, client)
	}
	env.About(client.Namespace, r.Names[0])
	s, manifest, err := client.Load(ctx, r.Names[0])
	if err != nil {
		return err
	}
	if r.Claims {
		all, err := client.ClaimsAlone(ctx)
		if err != nil {
			return err
		}
		s = s.WithClaims(all)
	}
	st := r.judge(env, s, client.Now(), env.WarnOf)
	st.Findings = findings(manifest, s, r.Limits.Patience, st.Now)
	ask(ctx, client, &st)
	env.Answer(r.Output).Status(st)
	return app.Result(engine.Outcome{Result: st.Verdict.Result, Message: st.Verdict.Message})
}

// ask adds what the pod in trouble tells.
func ask(ctx context.Context, client *kube.Client, st *report.Status) {
	v := &st.Verdict
	if v.Result != engine.Halted || v.Pod == "" {
		return
	}
	v.Evidence = engine.Ask(ctx, client, v.Evidence, v.Pod, v.Trouble)
	if v.Evidence != nil {
		v.Try = engine.SeeMore(v.Try, v.Pod, v.Evidence)
	}
}

// judge makes a set's status. A record that can't be read is only warned of:
// the pods are what matters most when something is wrong.
func (r Request) judge(env *app.Env, s sts.Snapshot, now time.Time, warn func(where string, err error)) report.Status {
	command, where := env.Caller(), ""
	if r.AllNamespaces {
		command, where = env.CallerIn(s.Set.Namespace), "in namespace "+s.Set.Namespace+": "
	}
	if s.Uncountable != nil {
		v := verdict.Judge(s, operation.Found{}, verdict.Limits{}, now)
		return report.Status{Snapshot: s, Verdict: v, Now: now, Caller: command, Context: env.Context()}
	}
	ops := operation.Find(s)
	ops.Ended = env.Ended
	for _, u := range ops.Unreadable {
		warn(where, u.Err)
	}
	limits := verdict.Limits{Patience: r.Limits.Patience, Placing: r.Limits.Placing, Deadline: verdict.Deadline}
	v := verdict.Judge(s, ops, limits, now)
	return report.Status{Snapshot: s, Ops: ops, Verdict: v, Now: now, Caller: command, Context: env.Context()}
}
