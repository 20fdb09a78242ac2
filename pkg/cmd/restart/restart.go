// Package restart is the verb that restarts the pods of a StatefulSet.
package restart

import (
	"context"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/templates"
)

// Request is what the flags say.
type Request struct {
	Run       options.RunFlags
	Drive     options.DriveFlags
	Name      string
	Ordinals  []int // nil for every pod
	Soak      time.Duration
	SoakGiven bool // on the command line
	Force     bool
	Retry     bool
	Checks    options.Checks
	TakeOver  bool

	ordinals string
}

var (
	long = templates.LongDesc(`
		Restart the pods of a StatefulSet, one after another, each Available before the next.

		All pods are restarted as kubectl rollout restart does it: by an annotation of the pod template, so that
		it is a rollout like any other. With --ordinals, --order or --last pods are deleted instead, the highest
		ordinal first if not said otherwise, and come back at the revision that the set wants there: the one that they
		have, unless another waits for them.

		Commands can run for each pod: before it goes (--before-exec, --before-cmd) and once it is back (--after-exec,
		--after-cmd), in the pod's container or on this machine. One that fails ends the restart.

		A pod that does not come back, or that restarts again, ends it: no other pod is touched. Killed at any
		moment, the same command goes on.`)

	example = templates.Examples(`
		# Restart every pod
		kubectl sts restart web

		# Restart some, without another revision
		kubectl sts restart web --ordinals 2,4-6

		# The leader last, wherever it is by then
		kubectl sts restart web --last role=primary`)
)

// New is the verb. run is what it does with the request; tests pass their own.
func New(env *app.Env, run func(context.Context, *app.Env, Request) error) *cobra.Command {
	r, checks := &Request{}, (*options.CheckFlags)(nil)
	cmd := options.SetCommand(
		&r.Name,
		func() error { return r.check(checks, env.Streams.In) },
		func(ctx context.Context) error { return run(ctx, env, *r) },
	)
	cmd.Use, cmd.Long, cmd.Example = "restart NAME [--ordinals LIST]", long, example
	cmd.Short = "Restart pods one after another, each Available before the next"
	fs := cmd.Flags()
	cmd.PreRunE = func(*cobra.Command, []string) error {
		r.SoakGiven = fs.Changed("soak")
		return options.NotEmpty(fs, "ordinals", "order", "last")
	}
	fs.StringVar(&r.ordinals, "ordinals", "", "Restart only these pods, by deleting them: ordinals and ranges like 2,4-6.")
	fs.DurationVar(&r.Soak, "soak", operation.DefaultSoak, "How long the pods must stay Available without another restart.")
	fs.BoolVar(&r.Force, "force", false, "Go ahead with an unfinished rollout or unhealthy pods.")
	options.AddRetry(fs, &r.Retry)
	options.AddTakeOver(fs, &r.TakeOver)
	options.AddDriveFlags(fs, &r.Drive)
	checks = options.AddCheckFlags(fs)
	checks.AddChecksChanged()
	options.AddIgnoreOwner(fs, &r.Run)
	options.AddRunFlags(fs, &r.Run, "Don't ask.")
	options.AddPreflight(fs, &r.Run.Preflight)
	return cmd
}

func (r *Request) check(checks *options.CheckFlags, stdin io.Reader) error {
	if r.Soak < 0 {
		return options.Usage("--soak=%s: must not be negative", r.Soak)
	}
	if r.ordinals != "" {
		var err error
		if r.Ordinals, err = options.ParseOrdinals(r.ordinals); err != nil {
			return options.Usage("--ordinals=%s: %w", r.ordinals, err)
		}
	}
	if err := r.Drive.Check(); err != nil {
		return err
	}
	var err error
	if r.Checks, err = checks.Read(stdin); err != nil {
		return err
	}
	return r.Run.Check()
}
