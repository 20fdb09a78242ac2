// Package complete is what TAB offers: names from the cluster, values of flags.
// A look at the cluster is short, and where it fails nothing is offered.
package complete

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kubectl-sts/kubectl-sts/pkg/advice"
	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// atMost is how long a look at the cluster may take, programs that log in
// included: somebody sits there and waits for the next letter to appear.
const atMost = 5 * time.Second

// completer answers for all verbs.
type completer struct{ env *app.Env }

// Register gives the verbs below root, and the flags, what TAB offers for them.
// The verbs say which of them take sets, and their flags which values they have.
func Register(root *cobra.Command, env *app.Env) {
	c := completer{env}
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	c.flags(root, root.PersistentFlags())
	for _, verb := range root.Commands() {
		if sets := options.SetsOf(verb); sets != options.NoSet {
			verb.ValidArgsFunction = c.sets(sets == options.ManySets, options.TakesAway(verb))
		}
		c.flags(verb, verb.LocalNonPersistentFlags())
	}
}

func (c completer) flags(cmd *cobra.Command, flags *pflag.FlagSet) {
	flags.VisitAll(func(flag *pflag.Flag) {
		if complete := c.flag(flag); complete != nil {
			_ = cmd.RegisterFlagCompletionFunc(flag.Name, complete) // fails for one that has been given its own
		}
	})
}

// flag is what completes a flag's value, nil for what only the user can know.
func (c completer) flag(flag *pflag.Flag) cobra.CompletionFunc {
	switch flag.Name {
	case "namespace":
		return c.look(func(ctx context.Context, client *kube.Client, _ string) ([]string, error) {
			return client.Namespaces(ctx)
		})
	case "context", "cluster", "user":
		return c.kubeconfig(flag.Name)
	case "image":
		return c.fromSet(cobra.ShellCompDirectiveNoSpace, images)
	case "container":
		return c.fromSet(0, containers)
	case "revision", "to-revision":
		return c.fromSet(cobra.ShellCompDirectiveKeepOrder, revisions)
	case "diff":
		return c.fromSet(cobra.ShellCompDirectiveKeepOrder|cobra.ShellCompDirectiveNoSpace, twoRevisions)
	case "ordinals":
		return c.fromSet(cobra.ShellCompDirectiveKeepOrder|cobra.ShellCompDirectiveNoSpace, ordinals)
	case "filename", "patch-file":
		return files(cobra.ShellCompDirectiveFilterFileExt, "yaml", "yml", "json")
	case "explain":
		return cobra.FixedCompletions(rules(), cobra.ShellCompDirectiveNoFileComp|cobra.ShellCompDirectiveKeepOrder)
	case "kubeconfig", "certificate-authority", "client-certificate", "client-key":
		return files(cobra.ShellCompDirectiveDefault)
	case "cache-dir", "record":
		return files(cobra.ShellCompDirectiveFilterDirs)
	}
	if values := options.ValuesOf(flag); len(values) > 0 {
		return cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp|cobra.ShellCompDirectiveKeepOrder)
	}
	return nil
}

func files(directive cobra.ShellCompDirective, extensions ...string) cobra.CompletionFunc {
	return cobra.FixedCompletions(extensions, directive)
}

// look completes from one look at the cluster.
func (c completer) look(at func(ctx context.Context, client *kube.Client, typed string) ([]string, error)) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		client, err := c.env.Glance(atMost)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), atMost)
		defer cancel()
		words, err := at(ctx, client, typed)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return beginning(words, typed), cobra.ShellCompDirectiveNoFileComp
	}
}

// fromSet completes from the set that the command line names.
func (c completer) fromSet(directive cobra.ShellCompDirective, words func(s sts.Snapshot, typed string) []string) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		name, err := options.SetName(args)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		found, no := c.look(func(ctx context.Context, client *kube.Client, typed string) ([]string, error) {
			s, _, err := client.Load(ctx, name)
			if err != nil {
				return nil, err
			}
			return words(s, typed), nil
		})(cmd, args, typed)
		return found, no | directive
	}
}

// beginning are the words that begin as it was typed.
func beginning(words []string, typed string) []string {
	return slices.DeleteFunc(words, func(word string) bool { return !strings.HasPrefix(word, typed) })
}

// rules are the IDs of all rules, each with what it finds.
func rules() []string {
	var out []string
	for _, r := range advice.Rules() {
		out = append(out, cobra.CompletionWithDesc(r.ID, r.Title))
	}
	return out
}
