package cli

import (
	"context"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/status"
	"github.com/kubectl-sts/kubectl-sts/pkg/cmd/watch"
)

// runStatus shows sets or, with --watch, has the other verb do it. A verb knows no
// other one.
func runStatus(ctx context.Context, env *app.Env, r status.Request) error {
	if !r.Watch {
		return status.Run(ctx, env, r)
	}
	limits := r.Limits
	limits.StepTimeout = watch.StepTimeout
	return watch.Run(ctx, env, watch.Request{
		Names: r.Names, Selector: r.Selector, All: len(r.Names) == 0, AllNamespaces: r.AllNamespaces, Limits: limits, Output: r.Output,
	})
}
