// Package history is the verb that shows the revisions of a StatefulSet.
package history

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/templates"
)

// Request is what the flags say.
type Request struct {
	Name     string
	Revision string   // whose template to show, or ""
	Diff     []string // one or two revisions to compare, or none
	Output   report.Format
	Limits   plan.Limits // of which only the patience counts
}

var (
	long = templates.LongDesc(`
		Show the revisions of a StatefulSet: a row for each, with how many pods run it now, whether it is stable
		(where pods come from, and go back to), update (of the current template), left (by an undo in progress) or
		broken (a pod is in trouble at it now), its images and its change-cause.

		A revision goes by its number, its name, or the hash at the end of its name. When a template is used again,
		its revision gets a new number, the highest: numbers move, names stay.

		A change-cause is what the annotation kubernetes.io/change-cause of the StatefulSet said when the revision
		was made. The controller does not copy it again: a cause that is annotated after the change shows up at the
		next revision, and that of a template which is used again is its old one.`)

	example = templates.Examples(`
		# Look at the revisions of a set
		kubectl sts history web

		# Show the template of revision 2
		kubectl sts history web --revision 2

		# Compare revision 2 with the current template, or with revision 4
		kubectl sts history web --diff 2
		kubectl sts history web --diff 2,4

		# Put the template of a revision into a file, by a name that stays
		kubectl sts history web --revision web-6dc4888d6d > template.yaml`)
)

// New is the verb. run is what it does with the request; tests pass their own.
func New(env *app.Env, run func(context.Context, *app.Env, Request) error) *cobra.Command {
	r := &Request{}
	revision, diff := optional{kind: "N"}, optional{kind: "N[,M]"}
	cmd := options.SetCommand(&r.Name, func() error { return r.fill(revision, diff) },
		func(ctx context.Context) error { return run(ctx, env, *r) })
	cmd.Use, cmd.Short, cmd.Long, cmd.Example = "history NAME", "Show the revisions of a StatefulSet, and how they differ", long, example
	cmd.Flags().Var(&revision, "revision", "Show the template of this revision: its number, its name or its hash.")
	cmd.Flags().Var(&diff, "diff",
		"Show how the current template differs from the one of this revision, or that of revision M from that of N.")
	options.AddPatience(cmd.Flags(), &r.Limits, "How long a pod must have been unready for trouble that often heals by itself to count.")
	options.AddOutput(cmd.Flags(), &r.Output)
	return cmd
}

// optional is a text that may be absent, which is something else than empty.
type optional struct {
	kind  string // what the help calls it
	text  string
	given bool
}

// Set reads the flag's value.
func (o *optional) Set(text string) error {
	o.text, o.given = text, true
	return nil
}

// String is the value; the empty one is the default.
func (o *optional) String() string { return o.text }

// Type is what the help calls the value.
func (o *optional) Type() string { return o.kind }

func (r *Request) fill(revision, diff optional) error {
	switch {
	case r.Limits.Patience < 0:
		return options.Usage("--patience=%s: must not be negative", r.Limits.Patience)
	case revision.given && diff.given:
		return options.Usage("give --revision or --diff, not both: show one template, or compare two?")
	case revision.given && !sts.IsRevisionWord(revision.text):
		return options.Usage("--revision=%s: give the number or the name of one revision", revision.text)
	case diff.given:
		r.Diff = strings.Split(diff.text, ",")
		if len(r.Diff) > 2 {
			return options.Usage("--diff=%s: give one revision or two, not %d", diff.text, len(r.Diff))
		}
		for _, word := range r.Diff {
			if !sts.IsRevisionWord(word) {
				return options.Usage("--diff=%s: give the numbers or the names of one revision or two, such as 2 or 2,4", diff.text)
			}
		}
	}
	r.Revision = revision.text
	return options.CheckOutput(r.Output)
}
