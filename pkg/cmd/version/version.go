// Package version is the verb that says which program this is, and which API
// server it talks to.
package version

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/templates"
)

// Request is what the flags say.
type Request struct {
	Client bool // only this program, without asking the server
	Output report.Format
}

var (
	long = templates.LongDesc(`
		Print the version of the plugin, the commit and the Go that it was built from, and the version of the API
		server.

		When the server can't be reached the exit code is 1; what is known of the plugin is printed all the same.`)

	example = templates.Examples(`
		# The versions of the plugin and of the API server
		kubectl sts version

		# Without asking the server
		kubectl sts version --client

		# For a script
		kubectl sts version -o json`)
)

// New is the verb. run is what it does with the request; tests pass their own.
func New(env *app.Env, run func(context.Context, *app.Env, Request) error) *cobra.Command {
	r := &Request{}
	cmd := &cobra.Command{
		Use: "version", Short: "Print the versions of the plugin and of the API server", Long: long, Example: example,
		Args: options.Args,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return options.Usage("version takes no arguments, but there is %q", args[0])
			}
			if err := options.CheckOutput(r.Output); err != nil {
				return err
			}
			return run(cmd.Context(), env, *r)
		},
	}
	cmd.Flags().BoolVar(&r.Client, "client", false, "Only the plugin's version: don't ask the API server.")
	options.AddOutput(cmd.Flags(), &r.Output)
	return cmd
}

// Run prints the versions. A server that does not answer takes nothing away
// from what is known of the client.
func Run(ctx context.Context, env *app.Env, r Request) error {
	v := report.Version{
		Client: report.Build{
			GitVersion: env.Version,
			GitCommit:  env.Commit,
			GoVersion:  runtime.Version(),
			Platform:   runtime.GOOS + "/" + runtime.GOARCH,
		},
		Now: time.Now(),
	}
	var err error
	if !r.Client {
		v.Server, err = server(ctx, env)
	}
	env.Answer(r.Output).Version(v)
	return err
}

// answers is how long a server may take for this: whoever asks for versions
// often wants to know whether it is there at all.
const answers = 10 * time.Second

func server(ctx context.Context, env *app.Env) (*report.Build, error) {
	client, err := env.Client("")
	if err != nil {
		return nil, err
	}
	asked, cancel := context.WithTimeout(ctx, answers)
	defer cancel()
	info, err := client.ServerVersion(asked)
	switch {
	case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
		return nil, fmt.Errorf("the API server did not answer within %s", answers)
	case err != nil:
		return nil, err
	}
	return &report.Build{
		GitVersion: info.GitVersion, GitCommit: info.GitCommit, GoVersion: info.GoVersion, Platform: info.Platform,
	}, nil
}
