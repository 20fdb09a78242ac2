// Package options is the flags that several verbs have, and what is wrong with a
// command line.
package options

import (
	"context"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/fieldmanager"
)

// RunFlags are the flags of every verb that runs a plan.
type RunFlags struct {
	Limits plan.Limits
	Yes    bool
	DryRun report.DryRun
	Output report.Format
	// Preflight is what to do about others who write what the run writes.
	Preflight Preflight
	// IgnoreOwner goes ahead although an operator controls the set.
	IgnoreOwner bool
	// SaveInSecret has a set that is recreated saved in a Secret.
	SaveInSecret bool
	// GiveTo is the manager that has what was written in its manifest, empty for none.
	GiveTo string
}

// AddRunFlags adds the flags with their defaults. yes says what --yes does.
func AddRunFlags(flags *pflag.FlagSet, f *RunFlags, yes string) {
	flags.DurationVar(&f.Limits.Timeout, "timeout", 0,
		"How long the whole run may take, for instance 30m; 0 for ever. A run that takes longer ends with exit "+
			"code 124.")
	flags.DurationVar(&f.Limits.StepTimeout, "step-timeout", 10*time.Minute,
		"How long a step may wait without another of its pods becoming Available; 0 for ever.")
	AddPatience(flags, &f.Limits, "How long trouble that often heals by itself (an image pull, a crash loop) may last before it counts.")
	flags.BoolVarP(&f.Yes, "yes", "y", false, yes)
	flags.StringVar((*string)(&f.DryRun), "dry-run", string(report.DryRunNone),
		`Must be "none", "client" or "server". With client, print the plan and send nothing that writes. With `+
			`server, also let the API server judge the writes, without keeping them.`)
	TakesDryRun(flags)
	AddOutput(flags, &f.Output)
	AddReport(flags)
	AddFieldManager(flags)
}

// TakesDryRun notes the values of --dry-run.
func TakesDryRun(flags *pflag.FlagSet) {
	TakesValues(flags, "dry-run", string(report.DryRunNone), string(report.DryRunClient), string(report.DryRunServer))
}

// AddFieldManager adds --field-manager, as kubectl has it. The root command
// reads it.
func AddFieldManager(flags *pflag.FlagSet) {
	flags.String("field-manager", fieldmanager.Ours,
		"Name of the manager used to track field ownership. Flux removes the fields of managers whose names begin with kubectl.")
}

// CheckFieldManager rejects what the API server would not take as a manager.
func CheckFieldManager(name string) error { return checkManager("field-manager", name) }

func checkManager(flag, name string) error {
	const most = 128
	switch {
	case len(name) > most:
		return Usage("--%s: must be at most %d bytes long, got %d", flag, most, len(name))
	case strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
		return Usage("--%s=%q: must be printable", flag, name)
	}
	return nil
}

// AddReport adds --report and --on-end-cmd. The root command reads them.
func AddReport(flags *pflag.FlagSet) {
	flags.StringArray("report", nil,
		"Write a report when the run ends, however it ends, as `KIND=FILE`: junit=FILE for Jenkins and GitLab, markdown=FILE for "+
			"people. May be given several times. A page for GitHub is added to $GITHUB_STEP_SUMMARY if that is the file.")
	flags.String("on-end-cmd", "",
		"A shell command to run on this machine when the run has ended, however it has: the outcome as JSON on standard input, and "+
			"STS_VERB, STS_NAME, STS_NAMESPACE, STS_RESULT and STS_EXIT_CODE set. It changes nothing about how the run ended.")
}

// AddOutput adds -o.
func AddOutput(flags *pflag.FlagSet, format *report.Format) {
	flags.StringVarP((*string)(format), "output", "o", "", `Output format: "json" (one object a line) or "yaml" (one document each).`)
	TakesValues(flags, "output", string(report.JSON), string(report.YAML))
}

// Context ends when the whole run has had its time: reading, waiting, asking
// and the way back included.
func (f *RunFlags) Context(ctx context.Context) (context.Context, context.CancelFunc) {
	if f.Limits.Timeout == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, f.Limits.Timeout, engine.ErrTimedOut)
}

// Check rejects values that no run can work with.
func (f *RunFlags) Check() error {
	switch f.DryRun {
	case "", report.DryRunNone, report.DryRunClient, report.DryRunServer:
	default:
		return Usage(`--dry-run=%s: must be "none", "client" or "server"`, f.DryRun)
	}
	for _, limit := range []struct {
		flag  string
		value time.Duration
	}{{"timeout", f.Limits.Timeout}, {"step-timeout", f.Limits.StepTimeout}, {"patience", f.Limits.Patience}} {
		if limit.value < 0 {
			return Usage("--%s=%s: must not be negative", limit.flag, limit.value)
		}
	}
	if err := f.Preflight.check(); err != nil {
		return err
	}
	if err := checkManager("give-to", f.GiveTo); err != nil {
		return err
	}
	return CheckOutput(f.Output)
}

// CheckOutput rejects formats that there are not.
func CheckOutput(format report.Format) error {
	switch format {
	case report.Human, report.JSON, report.YAML:
		return nil
	}
	return Usage("-o %s: must be json or yaml", format)
}

// NotEmpty rejects a flag that was given but is empty, as an unset variable in
// a pipeline makes it: that must not mean what leaving it out means.
func NotEmpty(flags *pflag.FlagSet, names ...string) error {
	for _, name := range names {
		if flag := flags.Lookup(name); flag.Changed && (flag.Value.String() == "" || flag.Value.String() == "[]") {
			return Usage("--%s is empty", name)
		}
	}
	return nil
}

// SetName reads the one argument of a verb: a name, or TYPE/NAME for the
// several ways to say StatefulSet, or TYPE NAME.
func SetName(args []string) (string, error) {
	switch {
	case len(args) == 0:
		return "", Usage("which StatefulSet? give its name")
	case len(args) == 2 && IsType(args[0]):
		args = args[1:]
	case len(args) > 1:
		return "", Usage("one StatefulSet at a time, not %d: %s", len(args), strings.Join(args, " "))
	}
	kind, name, ok := strings.Cut(args[0], "/")
	switch {
	case !ok:
		name = args[0]
	case !IsType(kind):
		return "", Usage("%q is not a StatefulSet", args[0])
	}
	if len(validation.IsDNS1123Subdomain(name)) > 0 {
		return "", Usage("%q is no name of a StatefulSet", args[0])
	}
	return name, nil
}

// IsType reports whether a word means StatefulSet.
func IsType(word string) bool {
	switch strings.ToLower(word) {
	case "sts", "statefulset", "statefulsets", "statefulset.apps", "statefulsets.apps", "statefulset.v1.apps", "statefulsets.v1.apps":
		return true
	}
	return false
}

// Args makes cobra leave counting the arguments to SetName, whose errors are
// usage errors.
func Args(*cobra.Command, []string) error { return nil }

// SetCommand makes the command of a verb about one StatefulSet, whose name it
// stores in name. check looks at the flags before run is called.
func SetCommand(name *string, check func() error, run func(context.Context) error) *cobra.Command {
	return &cobra.Command{
		DisableFlagsInUseLine: true,
		Annotations:           OneSet.Annotations(),
		Args:                  Args,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if *name, err = SetName(args); err != nil {
				return err
			}
			if err := check(); err != nil {
				return err
			}
			return run(cmd.Context())
		},
	}
}
