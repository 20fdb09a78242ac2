// Package preset is the verb that shows what the plugin knows of databases.
package preset

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/preset"
	"github.com/kubectl-sts/kubectl-sts/pkg/templates"
)

// Request is what the command line says.
type Request struct {
	Name string // of the preset to show, empty for the list
}

var (
	long = templates.LongDesc(`
		List what the plugin knows of databases, or show one of them.

		A preset is a file of commands and checks: whether a pod may go, who leads and how it steps down, and whether
		a member has caught up. With --preset NAME, canary, promote, abort, undo, restart and scale run them, and
		their plan shows that. Nothing is applied by itself. The commands run in the pods, with what the pods have in
		their environment: the plugin has no password.

		To change one, write it to a file, edit it, and give the file: --preset ./ours.yaml.`)

	example = templates.Examples(`
		# List the presets
		kubectl sts preset

		# Look at one, or begin one of your own with it
		kubectl sts preset show redis > ours.yaml`)
)

// New is the verb. run is what it does with the request; tests pass their own.
func New(env *app.Env, run func(context.Context, *app.Env, Request) error) *cobra.Command {
	r := &Request{}
	return &cobra.Command{
		Use: "preset [list | show PRESET]", DisableFlagsInUseLine: true,
		Short: "Show what the plugin knows of databases", Long: long, Example: example,
		Args: options.Args,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) == 0, len(args) == 1 && args[0] == "list":
			case len(args) == 2 && args[0] == "show":
				r.Name = args[1]
			case args[0] == "show":
				return options.Usage("give the one preset to show: there are %s", strings.Join(preset.Names(), ", "))
			default:
				return options.Usage("preset takes list or show PRESET, not %q", strings.Join(args, " "))
			}
			return run(cmd.Context(), env, *r)
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			switch {
			case len(args) == 0:
				return []string{"list", "show"}, cobra.ShellCompDirectiveNoFileComp
			case len(args) == 1 && args[0] == "show":
				return preset.Names(), cobra.ShellCompDirectiveDefault
			}
			return nil, cobra.ShellCompDirectiveNoFileComp
		},
	}
}

// Run prints the list, or the preset as it is written.
func Run(_ context.Context, env *app.Env, r Request) error {
	if r.Name != "" {
		p, err := options.ReadPreset(r.Name, env.Streams.In)
		if err != nil {
			return err
		}
		_, err = env.Streams.Out.Write(p.Text)
		return err
	}
	w := tabwriter.NewWriter(env.Streams.Out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, "NAME\tIMAGES\tFOR")
	for _, p := range preset.All() {
		fmt.Fprintf(w, "%s\t%s\t%s\n", p.Name, strings.Join(p.Images(), ", "), p.Title)
	}
	return w.Flush()
}
