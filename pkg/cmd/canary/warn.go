package canary

import (
	"context"

	"github.com/kubectl-sts/kubectl-sts/pkg/app/runner"
	"github.com/kubectl-sts/kubectl-sts/pkg/claims"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
)

// preflight names who may put the old template or the replicas back. Whoever goes on with
// a canary was told about autoscalers when it began.
func preflight(ctx context.Context, runner *runner.Runner, p *plan.Plan, s sts.Snapshot) error {
	if _, inProgress := s.Annotation(note.RolloutAnnotation); inProgress {
		return runner.Preflight(ctx, p, s)
	}
	scalers, unknown, err := autoscalers(ctx, runner.Client, s)
	if err != nil {
		return err
	}
	if err := runner.Preflight(ctx, p, s, scalers...); err != nil {
		return err
	}
	p.Warnings = append(p.Warnings, unknown...)
	return nil
}

// autoscalers are those that target the set, or a warning that nobody knows.
func autoscalers(ctx context.Context, client *kube.Client, s sts.Snapshot) ([]claims.Autoscaler, []string, error) {
	found, err := client.Scalers(ctx, s.Name())
	switch {
	case kube.Denied(err):
		return nil, []string{"nobody knows whether an autoscaler may change the replicas: " + err.Error()}, nil
	case err != nil:
		return nil, nil, err // there may be one
	}
	var out []claims.Autoscaler
	for _, f := range found {
		out = append(out, f.Autoscaler)
	}
	return out, nil, nil
}
