package status

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/cmdutil"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// list shows a row for each set.
func (r Request) list(ctx context.Context, env *cmdutil.Env, client *kube.Client) error {
	namespace := "" // as the user has said it
	if r.AllNamespaces {
		client, namespace = client.Everywhere(), "NAMESPACE"
	}
	found, err := client.List(ctx, kube.Query{Selector: r.Selector, Names: r.Names})
	if err != nil {
		return err
	}
	missing := r.missing(found, client.Namespace)
	if len(found) == 0 {
		if missing == nil {
			_, _ = fmt.Fprintln(env.Streams.Err, r.none(client.Namespace))
		}
		return missing
	}
	l := report.List{AllNamespaces: r.AllNamespaces, Look: env.Command(namespace).Sts("status", "NAME")}
	now := client.Now()
	for _, s := range found {
		l.Statuses = append(l.Statuses, r.judge(env, s, now))
	}
	report.PrintStatuses(env.Streams.Out, env.Color, r.Output, l)
	if missing != nil {
		return missing
	}
	return cmdutil.Result(rollout.Outcome{Result: l.Result(), Message: l.Summary()})
}

// missing is the error about names that no set has. Those that there are get
// shown all the same.
func (r Request) missing(found []sts.Snapshot, namespace string) error {
	var names []string
	for _, name := range r.Names {
		if !slices.ContainsFunc(found, func(s sts.Snapshot) bool { return s.Name() == name }) {
			names = append(names, fmt.Sprintf("%q", name))
		}
	}
	if len(names) == 0 {
		return nil
	}
	return fmt.Errorf("statefulset %s not found in namespace %q", strings.Join(names, ", "), namespace)
}

// none says that there is nothing to show, which is no error.
func (r Request) none(namespace string) string {
	words := "no StatefulSets"
	if r.Selector != "" {
		words += fmt.Sprintf(" with labels %q", r.Selector)
	}
	if r.AllNamespaces {
		return words + " in any namespace"
	}
	return words + fmt.Sprintf(" in namespace %q", namespace)
}
