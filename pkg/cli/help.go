package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// The help looks like kubectl's, and is written here because kubectl's own
// goes through text/template: with that in the binary the linker keeps every
// exported method of every API type, which makes it 12 MB larger.

// help prints what a command is for, and how it is used.
func help(cmd *cobra.Command, _ []string) {
	w := cmd.OutOrStdout()
	about := cmd.Long
	if about == "" {
		about = cmd.Short
	}
	for paragraph := range strings.SplitSeq(about, "\n\n") {
		_, _ = fmt.Fprintf(w, "%s\n\n", report.Wrap(paragraph, textWidth(w)))
	}
	printUsage(w, cmd)
}

// textWidth is where sentences are wrapped: at the terminal's edge, and where
// lines get too long to read.
func textWidth(w io.Writer) int {
	const most = 100
	if width := term.Width(w); width > 0 {
		return min(width, most)
	}
	return most
}

// usage prints how a command is used, on the error stream.
func usage(cmd *cobra.Command) error {
	printUsage(cmd.ErrOrStderr(), cmd)
	return nil
}

func printUsage(w io.Writer, cmd *cobra.Command) {
	if cmd.Example != "" {
		_, _ = fmt.Fprintf(w, "Examples:\n%s\n\n", strings.ReplaceAll(cmd.Example, "\n  \n", "\n\n"))
	}
	for _, group := range cmd.Groups() {
		_, _ = fmt.Fprintln(w, group.Title)
		for _, verb := range cmd.Commands() {
			if verb.GroupID == group.ID {
				_, _ = fmt.Fprintf(w, "  %-12s %s\n", verb.Name(), verb.Short)
			}
		}
		_, _ = fmt.Fprintln(w)
	}
	if flags := cmd.LocalNonPersistentFlags(); flags.HasAvailableFlags() {
		_, _ = fmt.Fprintln(w, "Options:")
		printOptions(w, flags)
	}
	line := cmd.UseLine()
	if cmd.HasSubCommands() {
		line = cmd.CommandPath() + " COMMAND [options]"
	}
	_, _ = fmt.Fprintf(w, "Usage:\n  %s\n\n", line)
	if cmd.HasSubCommands() {
		_, _ = fmt.Fprintf(w, "Use \"%s COMMAND --help\" for more about a command.\n", cmd.CommandPath())
	}
	_, _ = fmt.Fprintf(w, "Use \"%s options\" for the options that every command has.\n", cmd.Root().CommandPath())
}

// printOptions prints each flag on a line of its own with what it does below, as
// kubectl does.
func printOptions(w io.Writer, flags *pflag.FlagSet) {
	const indent = "        "
	flags.VisitAll(func(flag *pflag.Flag) {
		if flag.Hidden {
			return
		}
		name := "    --" + flag.Name
		if flag.Shorthand != "" {
			name = "    -" + flag.Shorthand + ", --" + flag.Name
		}
		value := flag.DefValue
		switch flag.Value.Type() {
		case "bool", "int", "duration", "stringArray":
		default:
			value = "'" + value + "'"
		}
		_, usage := pflag.UnquoteUsage(flag)
		text := strings.ReplaceAll(report.Wrap(usage, textWidth(w)-len(indent)), "\n", "\n"+indent)
		_, _ = fmt.Fprintf(w, "%s=%s:\n%s%s\n\n", name, value, indent, text)
	})
}

// newOptions prints the flags that every verb has, as kubectl options does.
func newOptions() *cobra.Command {
	return &cobra.Command{
		Use:   "options",
		Short: "Print the options that every command has",
		Run: func(cmd *cobra.Command, _ []string) {
			w := cmd.OutOrStdout()
			_, _ = fmt.Fprint(w, "These options go with every command:\n\n")
			printOptions(w, cmd.InheritedFlags())
		},
	}
}
