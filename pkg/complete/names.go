package complete

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
)

// sets completes the names of sets: one, or as many as there are. They may be
// written as sts/web, or after a type of their own, as everywhere. away says that sets which
// are not there at the moment are among them.
func (c completer) sets(many, away bool) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 && options.IsType(args[0]) {
			args = args[1:]
		}
		if len(args) > 0 && !many || given(cmd, "filename") || given(cmd, "all-namespaces") {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		kind, _, isTyped := strings.Cut(typed, "/")
		if isTyped && !options.IsType(kind) {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return c.look(func(ctx context.Context, client *kube.Client, _ string) ([]string, error) {
			names, missing, err := client.Names(ctx, kube.Query{Away: away})
			for _, name := range missing {
				names = append(names, described(name, "not there: its recreate has not finished"))
			}
			slices.Sort(names)
			names = slices.DeleteFunc(names, func(word string) bool {
				name, _, _ := strings.Cut(word, "\t")
				return taken(name, args)
			})
			if isTyped {
				for i, name := range names {
					names[i] = kind + "/" + name
				}
			}
			return names, err
		})(cmd, args, typed)
	}
}

// taken reports whether one of the arguments is that set already.
func taken(set string, args []string) bool {
	return slices.ContainsFunc(args, func(arg string) bool {
		name, err := options.SetName([]string{arg})
		return err == nil && name == set
	})
}

// given reports whether the verb has such a flag and the user gave it.
func given(cmd *cobra.Command, flag string) bool {
	f := cmd.Flags().Lookup(flag)
	return f != nil && f.Changed
}

// kubeconfig completes what the kubeconfig has: contexts, clusters or users.
func (c completer) kubeconfig(what string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		config, err := c.env.Config.Loader().RawConfig()
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var names []string
		switch what {
		case "context":
			names = slices.Sorted(maps.Keys(config.Contexts))
		case "cluster":
			names = slices.Sorted(maps.Keys(config.Clusters))
		case "user":
			names = slices.Sorted(maps.Keys(config.AuthInfos))
		}
		return beginning(names, typed), cobra.ShellCompDirectiveNoFileComp
	}
}
