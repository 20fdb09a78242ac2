package cli

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/ci"
)

// end is the end of every command. It tells everybody how that was who has not been
// told: the person, the program that reads the objects, the reports and GitHub Actions.
// unwritten is the error when not all of the answer could be written.
func end(env *app.Env, cmd *cobra.Command, args []string, err error, unwritten func() error) engine.Outcome {
	o := ending(err)
	env.Flush()
	o.Try = append(o.Try, hint.Of(err)...)
	if env.Report.Command == "" && cmd != nil {
		name(env, cmd) // the flags could not be read
	}
	var ended *app.Ended
	if err != nil && !errors.As(err, &ended) {
		tell(env, err, o)
		if env.Output == report.Human {
			// The flags may not have been read up to this one.
			env.Output = wanted(cmd, args)
		}
		env.End(o)
	}
	env.Close(o)
	if err := unwritten(); err != nil {
		// Whoever reads the answer must not take half of it, or none, for the whole.
		_, _ = fmt.Fprintf(env.Streams.Err, "error: the answer could not be written: %s\n", report.Clean(err.Error()))
		if o.ExitCode() == 0 {
			o = engine.Outcome{Result: engine.Failed, Err: err}
		}
	}
	return o
}

// wanted is the format that -o asks for, in arguments that can't be read as a
// whole.
func wanted(cmd *cobra.Command, args []string) report.Format {
	if cmd == nil || cmd.Flags().Lookup("output") == nil {
		return report.Human
	}
	all := " " + strings.Join(args, " ") + " "
	for _, format := range []report.Format{report.JSON, report.YAML} {
		for _, flag := range []string{"-o", "-o ", "-o=", "--output ", "--output="} {
			if strings.Contains(all, " "+flag+string(format)+" ") {
				return format
			}
		}
	}
	return report.Human
}

// begin reads what the command line asks for besides the verb's own work.
func begin(env *app.Env, cmd *cobra.Command, stepSummary string) error {
	name(env, cmd)
	if err := cmp.Or(checkColor(env.Color), checkTimeout(env.Config.Timeout)); err != nil {
		return err
	}
	if flag := cmd.Flags().Lookup("output"); flag != nil {
		env.Output = report.Format(flag.Value.String())
	}
	if flag := cmd.Flags().Lookup("dry-run"); flag != nil {
		env.DryRun = report.DryRun(flag.Value.String())
	}
	if err := notEmpty(cmd); err != nil {
		return err
	}
	if flag := cmd.Flags().Lookup("field-manager"); flag != nil {
		env.FieldManager = flag.Value.String()
		if err := options.CheckFieldManager(env.FieldManager); err != nil {
			return err
		}
	}
	if env.Actions != nil && env.Output == report.Human {
		// Objects are to be kept as they are.
		env.Streams.Out = report.NewGuard(env.Streams.Out)
	}
	if cmd.Flags().Lookup("report") == nil {
		return nil
	}
	if command := cmd.Flags().Lookup("on-end-cmd").Value.String(); command != "" {
		if err := check.ValidCommand(command); err != nil {
			return options.Usage("--on-end-cmd: %w", err)
		}
		env.OnEnd = app.OnEnd{Command: command, Verb: cmd.Name()}
	}
	asked, err := cmd.Flags().GetStringArray("report")
	if err == nil {
		env.ReportFiles, err = ci.OpenFiles(asked, stepSummary)
	}
	if err != nil {
		return options.Usage("--report: %w", err)
	}
	return nil
}

// notEmpty rejects any flag of the verb's own that was given but is empty: an
// unset variable in a pipeline must not make a dry run a real one. Only what
// picks and prints may be empty, as with kubectl.
func notEmpty(cmd *cobra.Command) error {
	var err error
	cmd.LocalNonPersistentFlags().VisitAll(func(flag *pflag.Flag) {
		if err == nil && flag.Name != "output" && flag.Name != "selector" {
			err = options.NotEmpty(cmd.Flags(), flag.Name)
		}
	})
	return err
}

func name(env *app.Env, cmd *cobra.Command) {
	env.Report.Command = cmd.CommandPath()
	if env.Actions != nil {
		env.Actions.Title(cmd.CommandPath())
	}
}

// tell says an error that nothing has said yet.
func tell(env *app.Env, err error, o engine.Outcome) {
	word := "error"
	switch o.Result {
	case engine.Refused, engine.Interrupted:
		word = string(o.Result)
	case engine.TimedOut:
		word = "timed out"
	}
	said := word + ": " + o.Message
	if o.Cancelled {
		said = o.Message // the person knows who refused
	}
	report.Say(env.Streams.Err, said)
	env.Help(o.Try)
	var usage *options.UsageError
	if errors.As(err, &usage) {
		report.Say(env.Streams.Err, fmt.Sprintf("See '%s --help'.", cmp.Or(env.Report.Command, "kubectl sts")))
	}
}
