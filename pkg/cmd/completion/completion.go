// Package completion is the verb that prints what a shell needs to complete
// words on the plugin's command line.
package completion

import (
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/templates"
)

// forKubectl is the program that kubectl looks for.
//
//go:embed kubectl_complete-sts
var forKubectl string

var (
	long = templates.LongDesc(`
		Print what completes words with TAB: verbs, flags and their values, and from the cluster StatefulSets,
		namespaces, containers, revisions and ordinals.

		After "kubectl sts" it is kubectl's own completion that completes, with the help of a program called
		kubectl_complete-sts in a folder of PATH. "make install" puts it beside the plugin, and the release archives
		have it; where krew installed the plugin, or go install, "kubectl sts completion kubectl" prints it.

		The other scripts are for whoever calls the plugin as kubectl-sts, and for Windows.`)

	example = templates.Examples(`
		# Complete after "kubectl sts", in every shell where kubectl itself completes
		kubectl sts completion kubectl > ~/.local/bin/kubectl_complete-sts
		chmod +x ~/.local/bin/kubectl_complete-sts

		# Complete after "kubectl-sts", in this shell
		source <(kubectl sts completion bash)
		source <(kubectl sts completion zsh)
		kubectl sts completion fish | source
		kubectl sts completion powershell | Out-String | Invoke-Expression`)
)

// shells are the words that it takes, and what each prints.
var shells = []struct {
	name  string
	print func(root *cobra.Command, w io.Writer) error
}{
	{"bash", func(root *cobra.Command, w io.Writer) error { return root.GenBashCompletionV2(w, true) }},
	{"zsh", func(root *cobra.Command, w io.Writer) error { return root.GenZshCompletion(w) }},
	{"fish", func(root *cobra.Command, w io.Writer) error { return root.GenFishCompletion(w, true) }},
	{"powershell", func(root *cobra.Command, w io.Writer) error { return root.GenPowerShellCompletionWithDesc(w) }},
	{"kubectl", func(_ *cobra.Command, w io.Writer) error {
		_, err := io.WriteString(w, forKubectl)
		return err
	}},
}

// New is the verb. It talks to nobody.
func New(env *app.Env) *cobra.Command {
	var names []string
	for _, shell := range shells {
		names = append(names, shell.name)
	}
	last := len(names) - 1
	return &cobra.Command{
		Use:                   fmt.Sprintf("completion (%s)", strings.Join(names, " | ")),
		Short:                 "Print what completes words with TAB",
		Long:                  long,
		Example:               example,
		DisableFlagsInUseLine: true,
		Args:                  options.Args,
		ValidArgs:             names,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 || !slices.Contains(names, args[0]) {
				return options.Usage("completion for what? give one of %s and %s", strings.Join(names[:last], ", "), names[last])
			}
			return shells[slices.Index(names, args[0])].print(cmd.Root(), env.Streams.Out)
		},
	}
}
