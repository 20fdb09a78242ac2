// Package prunepvc is the verb that deletes claims that no StatefulSet uses.
package prunepvc

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/templates"
)

// Request is what the flags say.
type Request struct {
	Names         []string // none for all sets
	AllNamespaces bool
	Selector      string
	OlderThan     time.Duration
	DeletedSets   bool
	ScaledToZero  bool
	IgnoreHPA     bool
	RetainVolumes bool
	RecordDir     string
	Concurrency   int
	Timeout       time.Duration
	ShowKept      bool
	Yes           bool
	DryRun        report.DryRun // empty when nothing was said: it depends on the terminal
	Output        report.Format
}

var (
	long = templates.LongDesc(`
		Find the PersistentVolumeClaims that no StatefulSet uses any more, and delete them.

		A claim goes when its ordinal is outside of its set's range, when the set has no such claim template any
		more, or, with --deleted-sets, when the set is gone. It is kept when a pod in any phase mounts it or waits
		for it, when the set is scaled to 0, in the middle of a scale or being deleted, when an autoscaler may want
		the ordinal again, when something else owns it, when two sets could own the name (one of them may be gone),
		and when it carries the annotation kubectl-sts.github.io/keep. --show-kept lists these too, each with its reason.

		Where no template of a set gives the name any more, everything must speak for it: the labels that the
		controller copies from the set's selector, that a controller made the claim and not a person, and its
		siblings of the same name.

		On a terminal you are asked once. Without a terminal this is a dry run until --yes is given. Just before
		each deletion the sets, pods and autoscalers are looked up again: a claim that something wants by then is
		skipped, and when a set was changed, the rest of its claims are.

		With --retain-volumes the volumes and their data stay, and a record of each claim is written first, from
		which kubectl sts restore-pvc makes it again. The IDLE column is only filled in by servers that tell how long
		a claim has been unused, from 1.37 on.

		The exit code is 0 when all is done, 1 when a claim could not be deleted, 3 when you said no, 4 when a set
		was changed meanwhile, 124 when --timeout has passed, and 130 after ctrl-C; both stop between two claims.`)

	example = templates.Examples(`
		# What would go, and why; and what stays, and why
		kubectl sts prune-pvc --dry-run
		kubectl sts prune-pvc --dry-run --show-kept

		# The claims of one set, but keep the data
		kubectl sts prune-pvc web --retain-volumes

		# In a pipeline: all namespaces, what has been there for a month
		kubectl sts prune-pvc -A --older-than 30d --yes -o json`)
)

// New is the verb. run is what it does with the request; tests pass their own.
func New(env *app.Env, run func(context.Context, *app.Env, Request) error) *cobra.Command {
	r := &Request{}
	olderThan := ""
	cmd := &cobra.Command{
		Use: "prune-pvc [NAME...]", Short: "Delete claims that no StatefulSet uses any more", Long: long, Example: example,
		DisableFlagsInUseLine: true,
		Annotations:           options.ManySets.Annotations(),
		Args:                  options.Args,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if err := options.NotEmpty(cmd.Flags(), "older-than", "selector", "record", "dry-run"); err != nil {
				return err
			}
			if r.Names, err = options.SetNames(args); err != nil {
				return err
			}
			if r.OlderThan, err = parseAge(olderThan); err != nil {
				return err
			}
			if err := r.check(); err != nil {
				return err
			}
			return run(cmd.Context(), env, *r)
		},
	}
	cmd.Flags().StringVar(&olderThan, "older-than", "",
		"Only claims that have been idle for so long, such as 12h, 30d or 4w. Where the server does not tell how long a claim "+
			"has been idle, its age counts.")
	r.addFlags(cmd.Flags())
	return cmd
}

func (r *Request) addFlags(flags *pflag.FlagSet) {
	flags.BoolVarP(&r.AllNamespaces, "all-namespaces", "A", false, "Look in all namespaces, whatever --namespace says.")
	flags.StringVarP(&r.Selector, "selector", "l", "", "Only claims with these labels, such as app=web,tier!=test.")
	flags.BoolVar(&r.DeletedSets, "deleted-sets", false,
		"Also claims of sets that are gone, where all that is known says that a set made them.")
	flags.BoolVar(&r.ScaledToZero, "scaled-to-zero", false, "Also claims of sets that are scaled to 0.")
	flags.BoolVar(&r.IgnoreHPA, "ignore-hpa", false,
		"Don't read HorizontalPodAutoscalers: ordinals that one may want again count as out of range.")
	flags.BoolVar(&r.RetainVolumes, "retain-volumes", false,
		"Set the reclaim policy of the volumes to Retain first, so that they stay with their data, and record what it takes to "+
			"restore the claims.")
	flags.StringVar(&r.RecordDir, "record", "",
		"The folder for records of deleted claims. The default is kubectl-sts/pruned in $XDG_STATE_HOME or ~/.local/state.")
	flags.IntVar(&r.Concurrency, "concurrency", 10,
		"How many claims are deleted at the same time, after one look at the cluster; at most 100.")
	flags.DurationVar(&r.Timeout, "timeout", 0,
		"How long the whole run may take, for instance 30m; 0 for ever. A run that takes longer stops between two claims, "+
			"with exit code 124.")
	flags.BoolVar(&r.ShowKept, "show-kept", false, "List the claims that are kept, too, each with its reason.")
	flags.BoolVarP(&r.Yes, "yes", "y", false, "Don't ask. Without a terminal nothing is deleted until this is given.")
	flags.StringVar((*string)(&r.DryRun), "dry-run", "",
		`Must be "none", "client" or "server"; alone it means client: list the claims and send nothing that writes. With server, `+
			`also let the API server judge the deletions, without keeping them.`)
	options.TakesDryRun(flags)
	flags.Lookup("dry-run").NoOptDefVal = string(report.DryRunClient)
	flags.StringVarP((*string)(&r.Output), "output", "o", "",
		`Output format: "json" (one object a line), "yaml" (one document each), "name" or "wide".`)
	options.TakesValues(flags, "output", string(report.JSON), string(report.YAML), string(report.Name), string(report.Wide))
	options.AddReport(flags)
	options.AddFieldManager(flags)
}

// most claims may share one look at the cluster: it must still be true when the
// last of them goes.
const most = 100

func (r *Request) check() error {
	switch _, err := labels.Parse(r.Selector); {
	case len(r.Names) > 0 && r.AllNamespaces:
		return options.Usage("give names or --all-namespaces, not both: a name is looked up in one namespace")
	case err != nil:
		return options.Usage("--selector=%s: %w", r.Selector, err)
	case r.Concurrency < 1 || r.Concurrency > most:
		return options.Usage("--concurrency=%d: must be from 1 to %d", r.Concurrency, most)
	case r.Timeout < 0:
		return options.Usage("--timeout=%s: must not be negative", r.Timeout)
	}
	switch r.DryRun {
	case "", report.DryRunNone, report.DryRunClient, report.DryRunServer:
	default:
		return options.Usage(`--dry-run=%s: must be "none", "client" or "server"`, r.DryRun)
	}
	switch r.Output {
	case report.Human, report.JSON, report.YAML, report.Name, report.Wide:
	default:
		return options.Usage("-o %s: must be json, yaml, name or wide", r.Output)
	}
	return nil
}

// parseAge reads --older-than. Claims get old in days and weeks, which Go's
// durations don't have.
func parseAge(text string) (time.Duration, error) {
	no := func() (time.Duration, error) {
		return 0, options.Usage("--older-than=%s: give a time such as 12h, 30d or 4w", text)
	}
	if text == "" {
		return 0, nil
	}
	for suffix, unit := range map[string]time.Duration{"d": 24 * time.Hour, "w": 7 * 24 * time.Hour} {
		count, ok := strings.CutSuffix(text, suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(count, 10, 16)
		if err != nil || time.Duration(n) > time.Duration(1<<63-1)/unit {
			return no()
		}
		return time.Duration(n) * unit, nil
	}
	age, err := time.ParseDuration(text)
	if err != nil || age < 0 {
		return no()
	}
	return age, nil
}
