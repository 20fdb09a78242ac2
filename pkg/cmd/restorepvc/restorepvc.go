// Package restorepvc is the verb that makes deleted claims again, with their
// data.
package restorepvc

import (
	"context"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/templates"
)

// Request is what the flags say.
type Request struct {
	Names     []string // of claims, or of pods for all the claims of an ordinal
	File      string
	RecordDir string
	Timeout   time.Duration
	Yes       bool // changes nothing: no question is asked
	DryRun    report.DryRun
	Output    report.Format
}

var (
	long = templates.LongDesc(`
		Make claims again that prune-pvc or scale deleted, bound to their volumes, with their data.

		The volume must still be there: it is when its reclaim policy was Retain, or when the claim was deleted by
		prune-pvc --retain-volumes or scale --pvc=retain-volume. Name the claim, or the pod for all claims of its
		ordinal: the newest record in the folder of records counts. With -f the records come from a file; names then pick some of them.

		The volume is taken off the claim that is gone and given to the new one of the same name and to no other.
		When the new claim is bound, the volume gets the reclaim policy back that it had. Killed at any moment, the
		same command goes on.

		It refuses when the volume is gone or bound to another claim, and when there is another claim of that name.
		The exit code is 3 then, 124 when the claim was not bound in time, and 1 for any other error.`)

	example = templates.Examples(`
		# Bring back one claim, or all claims of a pod
		kubectl sts restore-pvc data-web-2
		kubectl sts restore-pvc web-2

		# What that would do
		kubectl sts restore-pvc web-2 --dry-run

		# All that one run of prune-pvc deleted
		kubectl sts restore-pvc -f ~/.local/state/kubectl-sts/pruned/20300102T030405Z-abcdef.yaml`)
)

// New is the verb. run is what it does with the request; tests pass their own.
func New(env *app.Env, run func(context.Context, *app.Env, Request) error) *cobra.Command {
	r := &Request{}
	cmd := &cobra.Command{
		Use: "restore-pvc NAME... | -f FILE", Short: "Make deleted claims again, with their data", Long: long, Example: example,
		DisableFlagsInUseLine: true,
		Args:                  options.Args,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := options.NotEmpty(cmd.Flags(), "filename", "record"); err != nil {
				return err
			}
			r.Names = args
			if err := r.check(); err != nil {
				return err
			}
			return run(cmd.Context(), env, *r)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&r.File, "filename", "f", "", "A file of records that prune-pvc wrote.")
	flags.StringVar(&r.RecordDir, "record", "",
		"The folder of records, as it was given to prune-pvc. The default is kubectl-sts/pruned in $XDG_STATE_HOME or ~/.local/state.")
	flags.BoolVarP(&r.Yes, "yes", "y", false, "Accepted for pipelines; restore-pvc takes nothing away and never asks.")
	flags.DurationVar(&r.Timeout, "timeout", 5*time.Minute, "How long a claim may take to be bound; 0 for ever.")
	flags.StringVar((*string)(&r.DryRun), "dry-run", string(report.DryRunNone),
		`Must be "none", "client" or "server"; alone it means client: say what would be done. With server, also let the API `+
			`server judge the new claims, without keeping them.`)
	options.TakesDryRun(flags)
	flags.Lookup("dry-run").NoOptDefVal = string(report.DryRunClient)
	options.AddOutput(flags, &r.Output)
	options.AddReport(flags)
	options.AddFieldManager(flags)
	return cmd
}

func (r *Request) check() error {
	switch {
	case len(r.Names) == 0 && r.File == "":
		return options.Usage("which claim? give its name, or -f and a file of records")
	case r.File != "" && r.RecordDir != "":
		return options.Usage("give -f or --record, not both")
	case r.Timeout < 0:
		return options.Usage("--timeout=%s: must not be negative", r.Timeout)
	}
	for _, name := range r.Names {
		if len(validation.IsDNS1123Subdomain(name)) > 0 {
			return options.Usage("%q is no name of a claim or a pod", name)
		}
	}
	switch r.DryRun {
	case report.DryRunNone, report.DryRunClient, report.DryRunServer:
	default:
		return options.Usage(`--dry-run=%s: must be "none", "client" or "server"`, r.DryRun)
	}
	return options.CheckOutput(r.Output)
}
