// Command docs writes a page for each verb to docs/verbs, from the commands
// themselves: what they print as help is what stands there; and the table of rules to
// docs/doctor.md. It fails when a verb has no file of permissions in docs/rbac.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/cli"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

const folder = "docs/verbs"

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "docs:", err)
		os.Exit(1)
	}
}

func run() error {
	// A page of a verb that is gone must go as well.
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	root := cli.New(&app.Env{
		Streams: term.Streams{Out: &bytes.Buffer{}, Err: &bytes.Buffer{}},
		Config:  &app.Config{},
		Color:   term.ColorNever,
	})
	index := "# Commands\n\n| command | what it does |\n| --- | --- |\n"
	for _, verb := range root.Commands() {
		if verb.GroupID == "" {
			continue // help and options have nothing to say
		}
		name := verb.Name() + ".md"
		if err := os.WriteFile(filepath.Join(folder, name), page(verb), 0o644); err != nil {
			return err
		}
		index += fmt.Sprintf("| [kubectl sts %s](%s) | %s. |\n", verb.Name(), name, verb.Short)
	}
	if err := os.WriteFile(filepath.Join(folder, "README.md"), []byte(index), 0o644); err != nil {
		return err
	}
	if err := writeRules(); err != nil {
		return err
	}
	return checkRoles(root)
}

func page(verb *cobra.Command) []byte {
	var b bytes.Buffer
	_, _ = fmt.Fprintf(&b,
		"<!-- Written by make docs. -->\n\n# %s\n\n%s.\n\n```\n%s\n```\n", verb.CommandPath(), verb.Short, verb.UseLine())
	for paragraph := range strings.SplitSeq(verb.Long, "\n\n") {
		_, _ = fmt.Fprintf(&b, "\n%s\n", strings.TrimSpace(paragraph))
	}
	_, _ = fmt.Fprintf(&b, "\n## Examples\n\n```sh\n%s\n```\n", examples(verb.Example))
	_, _ = fmt.Fprintf(&b, "\n## Options\n\n```\n%s```\n\nAlso the flags of kubectl: see `kubectl sts options`.\n",
		strings.ReplaceAll(verb.LocalNonPersistentFlags().FlagUsagesWrapped(120), " (default )", ""))
	return b.Bytes()
}

// examples takes the indentation away that a terminal wants.
func examples(text string) string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		out = append(out, strings.TrimRight(strings.TrimPrefix(line, "  "), " "))
	}
	return strings.Join(out, "\n")
}
