// Package lint is the verb that judges manifests of StatefulSets before they are applied.
package lint

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/templates"
)

// Request is what the flags say.
type Request struct {
	options.Advice

	Files   []string
	Against bool // the cluster is asked, too
	Output  report.Format
}

var (
	long = templates.LongDesc(`
		Look at manifests of StatefulSets for what is wrong, or waits to go wrong.

		It asks the rules of kubectl sts doctor, as far as files tell. Services, PodDisruptionBudgets,
		HorizontalPodAutoscalers and StorageClasses beside a set count: files that are given together belong
		together, and so do those of one folder. What is only elsewhere is not missed. Charts have to be rendered
		first, as helm template does; "-f -" reads what it writes.

		With --against-cluster the sets are also compared with those of the cluster: a change that kubectl apply would
		refuse is an error.

		A rule is silenced for a set by the annotation kubectl-sts.github.io/ignore, which has IDs and a reason:
		"D1,P5 a cache, it fills itself again". What is silenced is counted.

		The exit code is 0 when nothing as bad as --fail-on is found, 4 when something is, and 2 when a file can't be
		read; all others are judged then as well.`)

	example = templates.Examples(`
		# Look at a file, or at all files of a folder
		kubectl sts lint -f web.yaml
		kubectl sts lint -f deploy/

		# Look at what helm template or kubectl kustomize writes, and compare it with the cluster
		kubectl sts lint -f rendered.yaml --against-cluster

		# For code scanners, and for Jenkins or GitLab
		kubectl sts lint -f deploy/ -o sarif > lint.sarif
		kubectl sts lint -f deploy/ --fail-on=warning --report junit=lint.xml

		# What is rule P5 about?
		kubectl sts lint --explain P5`)
)

// New is the verb. run is what it does with the request; tests pass their own.
func New(env *app.Env, run func(context.Context, *app.Env, Request) error) *cobra.Command {
	r := &Request{}
	cmd := &cobra.Command{
		Use: "lint -f FILE", Short: "Look at manifests for what is wrong, or waits to go wrong", Long: long, Example: example,
		DisableFlagsInUseLine: true,
		Args:                  options.Args,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := r.check(args); err != nil {
				return err
			}
			return run(cmd.Context(), env, *r)
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVarP(&r.Files, "filename", "f", nil,
		"A file of manifests, a folder of such files (.yaml, .yml, .json) with all below it, or - for standard input. May be given "+
			"several times.")
	flags.BoolVar(&r.Against, "against-cluster", false,
		"Compare the sets with those of the cluster, and say which change the API server would refuse.")
	flags.StringVarP((*string)(&r.Output), "output", "o", "",
		`Output format: "json" (one object a line), "yaml" (one document each) or "sarif".`)
	options.TakesValues(flags, "output", string(report.JSON), string(report.YAML), string(report.SARIF))
	options.AddAdvice(flags, &r.Advice)
	return cmd
}

func (r *Request) check(args []string) error {
	switch {
	case len(args) > 0:
		return options.Usage("lint takes files by -f, not %q", args[0])
	case len(r.Files) == 0 && r.Explain == "":
		return options.Usage("required flag --filename not set")
	}
	switch r.Output {
	case report.Human, report.JSON, report.YAML, report.SARIF:
	default:
		return options.Usage("-o %s: must be json, yaml or sarif", r.Output)
	}
	return r.CheckAdvice()
}
