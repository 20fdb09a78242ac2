package canary

import (
	"context"
	"fmt"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/fieldmanager"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// warnings name who may put the old template or the replicas back.
func warnings(ctx context.Context, client *kube.Client, s sts.Snapshot) ([]string, error) {
	out := fieldmanager.PutsBack(s.Set, workload.FieldTemplate, workload.FieldPartition)
	scalers, err := client.Autoscalers(ctx, s.Name())
	switch {
	case kube.Denied(err):
		out = append(out, "nobody knows whether an autoscaler may change the replicas: "+err.Error())
	case err != nil:
		return nil, err // there may be one
	case len(scalers) > 0:
		out = append(out, fmt.Sprintf("HorizontalPodAutoscaler %s may change the replicas of statefulset %s, which halts the canary",
			strings.Join(scalers, ", "), s.Name()))
	}
	return out, nil
}
