// Package replace is the verb that gives ordinals of a StatefulSet new claims.
package replace

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/replace"
	"github.com/kubectl-sts/kubectl-sts/pkg/templates"
)

// Request is what the flags say.
type Request struct {
	Run       options.RunFlags
	Drive     options.DriveFlags
	Name      string
	Ordinals  []int // nil for all
	All       bool
	Templates []string // of the claims, nil for all
	Delete    bool     // the volumes too
	// DeleteGiven says that the command line answers that, either way.
	DeleteGiven bool
	Soak        time.Duration
	SoakGiven   bool // on the command line
	Force       bool
	Retry       bool
	Checks      options.Checks
	TakeOver    bool
	// RecordDir is the folder for records of deleted claims, empty for the usual one.
	RecordDir string

	ordinals, templates, pvc string
}

var (
	long = templates.LongDesc(`
		Give ordinals of a StatefulSet new claims, made from the claim templates as they are now: for a smaller disk,
		another StorageClass, another zone, or because a disk is broken.

		One ordinal after another, the highest first if not said otherwise and one that leads last: its claims are deleted,
		then its pod, and the controller makes both anew. The next one follows when the pod is Available again, its
		commands have run (--after-exec, --after-cmd) and its checks are good. The new volume is empty: the pod has to
		get its data from the others, so give a command, a check or a preset that tells when it has.

		The old volumes stay: they are set to Retain before their claims are deleted, and a record is written from which
		"kubectl sts restore-pvc" makes the claim again, once the new one of its name is gone. --pvc=delete lets them go as their
		reclaim policy says.

		Refused before anything is changed are claims that another set or pod may want or that carry the annotation
		kubectl-sts.github.io/keep, a StorageClass that does not exist, a set on which something else is in progress or of
		which another pod is not Available, and the only pod of a set.

		A pod that does not come back ends it: no other claim is touched. Killed at any moment, the same command
		goes on; "kubectl sts abort" ends it where it is.`)

	example = templates.Examples(`
		# A new volume for one ordinal; the old one stays
		kubectl sts replace web --ordinals 2

		# Every ordinal, when the pod says that it has its data again
		kubectl sts replace db --all --preset mariadb

		# See what would happen, and what the API server says to it
		kubectl sts replace db --all --dry-run=server

		# Only the claims of one template, and the volumes go as well
		kubectl sts replace db --all --claim-templates wal --pvc=delete --check-exec /bin/in-sync`)
)

// New is the verb. run is what it does with the request; tests pass their own.
func New(env *app.Env, run func(context.Context, *app.Env, Request) error) *cobra.Command {
	r, checks := &Request{}, (*options.CheckFlags)(nil)
	cmd := options.SetCommand(
		&r.Name,
		func() error { return r.check(checks, env.Streams.In) },
		func(ctx context.Context) error { return run(ctx, env, *r) },
	)
	cmd.Use, cmd.Long, cmd.Example = "replace NAME {--ordinals LIST | --all}", long, example
	cmd.Short = "Give ordinals new claims, one after another; the old volumes stay"
	fs := cmd.Flags()
	cmd.PreRunE = func(*cobra.Command, []string) error {
		r.SoakGiven, r.DeleteGiven = fs.Changed("soak"), fs.Changed("pvc")
		return options.NotEmpty(fs, "ordinals", "order", "last", "pvc", "claim-templates", "record")
	}
	fs.StringVar(&r.ordinals, "ordinals", "", "Replace the claims of these ordinals and ranges, like 2,4-6.")
	fs.BoolVar(&r.All, "all", false, "Replace the claims of every ordinal.")
	fs.StringVar(&r.templates, "claim-templates", "", "Replace only the claims of these claim templates, like data,wal.")
	fs.StringVar(&r.pvc, "pvc", replace.PVCRetain,
		`What becomes of the old volumes: "retain-volume" sets them to Retain first and writes a record for restore-pvc; "delete" leaves `+
			"them to their reclaim policy, which mostly deletes them.")
	options.TakesValues(fs, "pvc", replace.PVCRetain, replace.PVCDelete)
	options.AddRecord(fs, &r.RecordDir)
	fs.DurationVar(&r.Soak, "soak", operation.DefaultSoak, "How long the pods must stay Available without another restart, at the end.")
	fs.BoolVar(&r.Force, "force", false,
		"Go ahead while pods that are not replaced are not Available, and where no other pod has the data.")
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
	var err error
	switch {
	case r.Soak < 0:
		return options.Usage("--soak=%s: must not be negative", r.Soak)
	case r.All && r.ordinals != "":
		return options.Usage("give --ordinals or --all, not both")
	case r.pvc != replace.PVCRetain && r.pvc != replace.PVCDelete:
		return options.Usage(`--pvc=%s: must be "retain-volume" or "delete"`, r.pvc)
	}
	r.Delete = r.pvc == replace.PVCDelete
	if r.ordinals != "" {
		if r.Ordinals, err = options.ParseOrdinals(r.ordinals); err != nil {
			return options.Usage("--ordinals=%s: %w", r.ordinals, err)
		}
	}
	if r.templates != "" {
		r.Templates = strings.Split(r.templates, ",")
	}
	if slices.Contains(r.Templates, "") {
		return options.Usage("--claim-templates=%s: a name is missing", r.templates)
	}
	if err := r.Drive.Check(); err != nil {
		return err
	}
	if r.Checks, err = checks.Read(stdin); err != nil {
		return err
	}
	return r.Run.Check()
}
