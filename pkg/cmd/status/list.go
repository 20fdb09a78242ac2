package status

import (
	"context"
	"errors"
	"fmt"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/answer"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/status"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// list shows a row for each set.
func (r Request) list(ctx context.Context, env *app.Env, client *kube.Client) error {
	if r.AllNamespaces {
		client = client.Everywhere()
	}
	l, err := r.look(ctx, env, client, client.ListInTurn)
	if errors.Is(err, kube.ErrNoOrder) { // all at once, then
		l, err = r.look(ctx, env, client, func(ctx context.Context, q kube.Query, each func([]sts.Snapshot) error) error {
			found, err := client.List(ctx, q)
			if err != nil {
				return err
			}
			return each(found)
		})
	}
	if err != nil {
		return err
	}
	for _, warn := range l.warnings {
		warn()
	}
	missing := r.Missing(l.found, client.Namespace)
	if l.Len() == 0 {
		if missing == nil {
			_, _ = fmt.Fprintln(env.Streams.Err, r.None(client.Namespace))
		}
		return missing
	}
	l.Print()
	if missing != nil {
		return missing
	}
	return app.Result(engine.Outcome{Result: l.Result(), Message: l.Summary()})
}

// listed is what a look at many sets has found.
type listed struct {
	answer.Statuses
	found    map[string]bool // the names that were asked for
	warnings []func()
}

// look judges the sets as they come, so that their pods need not be kept.
func (r Request) look(ctx context.Context, env *app.Env, client *kube.Client,
	read func(context.Context, kube.Query, func([]sts.Snapshot) error) error,
) (*listed, error) {
	namespace := "" // as the user has said it
	if r.AllNamespaces {
		namespace = "NAMESPACE"
	}
	l := &listed{
		Statuses: answer.Statuses{
			List: status.List{
				AllNamespaces: r.AllNamespaces, Look: env.CallerIn(namespace).Sts("status", "NAME"), Where: env.Within(client.Namespace),
			},
			Writer: env.Answer(r.Output),
		},
		found: map[string]bool{},
	}
	warn := func(where string, err error) {
		l.warnings = append(l.warnings, func() { env.WarnOf(where, err) })
	}
	const perObject, perRow = 2 << 10, 1 << 10
	client.Held = func(n int) { env.Keep(perObject*n + perRow*l.Len()) }
	defer func() { client.Held = nil }()
	return l, read(ctx, kube.Query{Selector: r.Selector, Names: r.Names, Away: true}, func(some []sts.Snapshot) error {
		now := client.Now()
		for _, s := range some {
			if len(r.Names) > 0 {
				l.found[s.Name()] = true
			}
			l.Add(r.judge(env, s, now, warn))
		}
		return nil
	})
}
