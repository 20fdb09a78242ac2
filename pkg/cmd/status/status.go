// Package status is the verb that shows one StatefulSet.
package status

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/kubectl/pkg/util/templates"

	"github.com/kubectl-sts/kubectl-sts/pkg/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmdutil"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
)

// Request is what the flags say.
type Request struct {
	Name     string
	Output   report.Format
	Patience time.Duration
}

var (
	long = templates.LongDesc(`
		Show one StatefulSet: its strategy, the canary in progress, a row for each pod, and a verdict.

		The exit code is 0 when the set is settled, 4 when there is trouble, and 5 when it is held (by a canary,
		a partition, or OnDelete pods that wait to be deleted) or still on its way.`)

	example = templates.Examples(`
		# Look at a set
		kubectl sts status web

		# Let a script look
		kubectl sts status web -o json`)
)

// New is the verb. run is what it does with the request; tests pass their own.
func New(env *cmdutil.Env, run func(context.Context, *cmdutil.Env, Request) error) *cobra.Command {
	r := &Request{}
	cmd := cmdutil.SetCommand(&r.Name, r.check, func(ctx context.Context) error { return run(ctx, env, *r) })
	cmd.Use, cmd.Short, cmd.Long, cmd.Example = "status NAME", "Show a StatefulSet, its pods and its canary", long, example
	cmd.Flags().DurationVar(&r.Patience, "patience", 30*time.Second,
		"How long a pod must have been unready for trouble that often heals by itself to count.")
	cmdutil.AddOutput(cmd.Flags(), &r.Output)
	return cmd
}

func (r *Request) check() error {
	if r.Patience < 0 {
		return cmdutil.Usage("--patience=%s: must not be negative", r.Patience)
	}
	return cmdutil.CheckOutput(r.Output)
}

// Run shows the set.
func Run(ctx context.Context, env *cmdutil.Env, r Request) error {
	client, err := env.Client("")
	if err != nil {
		return err
	}
	s, _, err := client.Load(ctx, r.Name)
	if err != nil {
		return err
	}
	record, err := canary.FindRecord(s)
	if err != nil {
		// The pods are what matters most when something is wrong.
		_, _ = fmt.Fprintln(env.Streams.Err, "warning: "+report.Clean(err.Error()))
	}
	now := client.Now()
	v := verdict.Judge(s, record, verdict.Limits{Patience: r.Patience, Deadline: verdict.Deadline}, env.Command(""), now)
	if err != nil && v.Result == rollout.Done {
		v = verdict.Verdict{Result: rollout.Held, Message: "held: the record of a canary can't be read"}
	}
	report.PrintStatus(env.Streams.Out, env.Color, r.Output, report.Status{Snapshot: s, Record: record, Verdict: v, Now: now})
	return cmdutil.Result(rollout.Outcome{Result: v.Result, Message: v.Message})
}
