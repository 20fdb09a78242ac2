// Package resize is the verb that gives the claims of a StatefulSet another size.
package resize

import (
	"context"
	"io"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/resize"
	"github.com/kubectl-sts/kubectl-sts/pkg/templates"
)

// Request is what the flags say.
type Request struct {
	Run         options.RunFlags
	Name        string
	Target      resize.Target
	Attributes  resize.Target
	Ordinals    []int // nil for all that the set wants
	Concurrency int

	ClaimsOnly, TemplateOnly bool

	// Restart says that pods are restarted whose file systems grow only then, and how.
	Restart bool
	Drive   options.DriveFlags
	Soak    time.Duration
	Checks  options.Checks

	size, grow, attributes, ordinals, restart string
}

var (
	long = templates.LongDesc(`
		Have the claims of a StatefulSet grow, the highest ordinal's alone first, wait until their volumes and file
		systems have the size, and give the claim templates the same size, so that ordinals that come later get it too.

		First it shows each claim: its size, what it asks for and is to ask for, its StorageClass and whether that allows
		it. A claim that would shrink, that is not Bound or whose class does not allow volume expansion, a quota that
		is too small, and a claim that another set or pod may want, are refused before anything is changed. So is a set
		on which a canary, a restart or a scale is in progress.

		The claims of the highest ordinal show whether the driver can do it. When they have their size the others
		follow, --concurrency at a time. A claim that its driver can't give the size, or whose tries fail for longer than
		--patience, halts the run, with what the driver says; no other claim is asked for more then. A size that could
		not be had may be lowered again, to more than the volume has.

		Most drivers resize under the running pod. With one that does not, the file system waits for the pod to restart: the
		run does not restart pods unasked, but is held, with the command that does. With --restart=auto it restarts
		them itself, as "kubectl sts restart --ordinals" does: the highest ordinal's first, then the others, each Available
		and its file system grown before the next. Pods whose file systems grow without that are left alone.

		The API server lets nobody change claim templates: at the end the set is recreated around its running pods, as
		"kubectl sts recreate" does, without a restart. For that every pod must be Ready and on one revision.
		--claims-only leaves the templates as they are; --template-only leaves the claims as they are, and may make new
		ones smaller.

		--attributes-class has the claims ask for another VolumeAttributesClass in the same way, alone or together with a
		size, which is one request then.

		Killed at any moment, the same command goes on: what is done shows in the claims and in the set.`)

	example = templates.Examples(`
		# Give the claims of every ordinal 20Gi, and those to come
		kubectl sts resize web --size 20Gi

		# See what would happen, and what the API server says to it
		kubectl sts resize web --size 20Gi --dry-run=server

		# Each claim template its own size, and no recreate
		kubectl sts resize db --size data=20Gi,wal=5Gi --claims-only

		# A driver that needs pods to restart: the leader's last
		kubectl sts resize db --size 20Gi --restart=auto --last role=primary

		# Another VolumeAttributesClass, such as one with more IOPS, for the claims and their templates
		kubectl sts resize db --attributes-class gold

		# A fifth more, for one ordinal
		kubectl sts resize web --grow 20% --ordinals 2 --claims-only`)
)

// mostAtOnce is how many claims may grow at a time. No driver does more at once.
const mostAtOnce = 100

// New is the verb. run is what it does with the request; tests pass their own.
func New(env *app.Env, run func(context.Context, *app.Env, Request) error) *cobra.Command {
	r := &Request{}
	restarts := pflag.NewFlagSet("restarts", pflag.ContinueOnError)
	checks := r.addRestarts(restarts)
	cmd := options.SetCommand(
		&r.Name,
		func() error { return r.check(restarts, checks, env.Streams.In) },
		func(ctx context.Context) error { return run(ctx, env, *r) },
	)
	cmd.Use, cmd.Long, cmd.Example = "resize NAME (--size SIZE | --grow PERCENT | --attributes-class CLASS)", long, example
	cmd.Annotations = options.OneSet.AlsoAway()
	cmd.Short = "Grow claims, the highest ordinal's first, and their templates"
	fs := cmd.Flags()
	cmd.PreRunE = func(*cobra.Command, []string) error {
		return options.NotEmpty(fs, "size", "grow", "attributes-class", "ordinals", "restart", "order", "last")
	}
	fs.StringVar(&r.size, "size", "", "The size that the claims are to have, such as 20Gi; for each claim template: data=20Gi,wal=5Gi.")
	fs.StringVar(&r.grow, "grow", "",
		"By how much the claims are to grow, such as 20%, from what they ask for; for each claim template: data=20%. The size is rounded "+
			"up to whole Mi, from 10Gi on to whole Gi.")
	fs.StringVar(&r.attributes, "attributes-class", "",
		"The VolumeAttributesClass that the claims are to have, such as gold; for each claim template: data=gold. With a size it is asked "+
			"for in one request with that.")
	fs.StringVar(&r.ordinals, "ordinals", "",
		"Resize only the claims of these ordinals and ranges, like 2,4-6. They may be ones that the set does not want now.")
	fs.BoolVar(&r.ClaimsOnly, "claims-only", false, "Leave the claim templates as they are: ordinals that come later get the old size.")
	fs.BoolVar(&r.TemplateOnly, "template-only", false, "Leave the claims as they are: only ordinals that come later get the size.")
	fs.StringVar(&r.restart, "restart", resize.RestartNever,
		`What happens where a file system grows only when its pod restarts: "never" holds the run and says how to restart it, "auto" `+
			"deletes these pods, one at a time.")
	options.TakesValues(fs, "restart", resize.RestartNever, resize.RestartAuto)
	fs.AddFlagSet(restarts)
	options.AddIgnoreOwner(fs, &r.Run)
	fs.Lookup("ignore-owner").Usage = "Recreate the set although it is controlled by another object, whose operator may be faster."
	fs.IntVar(&r.Concurrency, "concurrency", resize.AtOnce, "How many claims change at a time, once those of the highest ordinal have.")
	options.AddSaveInSecret(fs, &r.Run)
	options.AddPreflightOfRecreate(fs, &r.Run.Preflight)
	options.AddRunFlags(fs, &r.Run, "Don't ask.")
	fs.Lookup("step-timeout").Usage = "How long a step may wait without another of its claims getting what it asks for; 0 for ever."
	fs.Lookup("patience").Usage = "How long a driver's tries may fail before that counts. Unless it is given, a file system that waits " +
		"for its pod has 5m: a kubelet looks at the claims of a running pod once a minute or so."
	return cmd
}

// addRestarts adds the flags that say how pods are restarted.
func (r *Request) addRestarts(fs *pflag.FlagSet) *options.CheckFlags {
	options.AddDriveFlags(fs, &r.Drive)
	fs.Lookup("order").Usage = `In which order pods are restarted: "descending" (the default), "ascending", or ordinals like 2,0,1, ` +
		"which come before all others. With it none restarts before all volumes have grown."
	fs.Lookup("last").Usage = "A label selector for pods that restart last, for instance role=primary. It is looked up again before each " +
		"pod. With it none restarts before all volumes have grown."
	fs.DurationVar(&r.Soak, "soak", operation.DefaultSoak,
		"How long pods that were restarted must stay Available without another restart, before any others follow.")
	return options.AddCheckFlags(fs)
}

// checkRestarts reads how pods are restarted.
func (r *Request) checkRestarts(restarts *pflag.FlagSet, checks *options.CheckFlags, stdin io.Reader) error {
	switch r.restart {
	case resize.RestartNever, resize.RestartAuto:
		r.Restart = r.restart == resize.RestartAuto
	default:
		return options.Usage(`--restart=%s: must be "never" or "auto"`, r.restart)
	}
	given := ""
	restarts.VisitAll(func(f *pflag.Flag) {
		if f.Changed && given == "" {
			given = f.Name
		}
	})
	switch {
	case given != "" && !r.Restart:
		return options.Usage("--%s is about pods that restart: pass --restart=auto", given)
	case r.Restart && r.Target.IsZero():
		return options.Usage("--restart=auto is about file systems that grow: give --size or --grow")
	case r.Restart && r.TemplateOnly:
		return options.Usage("--restart=auto is about claims, and --template-only leaves them as they are")
	case r.Soak < 0:
		return options.Usage("--soak=%s: must not be negative", r.Soak)
	}
	if err := r.Drive.Check(); err != nil {
		return err
	}
	var err error
	r.Checks, err = checks.Read(stdin)
	return err
}

func (r *Request) check(restarts *pflag.FlagSet, checks *options.CheckFlags, stdin io.Reader) error {
	var err error
	switch {
	case r.size == "" && r.grow == "" && r.attributes == "":
		return options.Usage("give --size or --grow: how large the claims are to be, or --attributes-class")
	case r.size != "" && r.grow != "":
		return options.Usage("give --size or --grow, not both")
	case r.size != "":
		if r.Target, err = resize.ParseSize(r.size); err != nil {
			return options.Usage("--size=%s: %w", r.size, err)
		}
	case r.grow != "":
		if r.Target, err = resize.ParseGrow(r.grow); err != nil {
			return options.Usage("--grow=%s: %w", r.grow, err)
		}
	}
	if r.attributes != "" {
		if r.Attributes, err = resize.ParseAttributes(r.attributes); err != nil {
			return options.Usage("--attributes-class=%s: %w", r.attributes, err)
		}
	}
	if r.ordinals != "" {
		if r.Ordinals, err = options.ParseOrdinals(r.ordinals); err != nil {
			return options.Usage("--ordinals=%s: %w", r.ordinals, err)
		}
	}
	switch {
	case r.Concurrency < 1 || r.Concurrency > mostAtOnce:
		return options.Usage("--concurrency=%d: must be from 1 to %d", r.Concurrency, mostAtOnce)
	case r.ClaimsOnly && r.TemplateOnly:
		return options.Usage("give --claims-only or --template-only, not both")
	case r.TemplateOnly && r.grow != "":
		return options.Usage("--template-only needs the size itself: give --size")
	case r.ordinals != "" && !r.ClaimsOnly:
		return options.Usage("--ordinals is about claims alone: pass --claims-only")
	}
	if err := r.checkRestarts(restarts, checks, stdin); err != nil {
		return err
	}
	return r.Run.Check()
}
