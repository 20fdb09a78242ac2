package canary

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// warnings name who may put the old template or the replicas back.
func warnings(ctx context.Context, client *kube.Client, s sts.Snapshot) []string {
	var out []string
	if by := managedBy(s); by != "" {
		out = append(out, fmt.Sprintf(
			"%s manages statefulset %s and may put its own template and partition back: change the source as well, or "+
				"pause it",
			by, s.Name()))
	}
	scalers, err := client.Autoscalers(ctx, s.Name())
	if err != nil {
		out = append(out, "nobody knows whether an autoscaler may change the replicas: "+err.Error())
	}
	if len(scalers) > 0 {
		out = append(out, fmt.Sprintf("HorizontalPodAutoscaler %s may change the replicas of statefulset %s, which halts the canary",
			strings.Join(scalers, ", "), s.Name()))
	}
	return out
}

// sign is how a tool that manages objects shows on them.
type sign struct {
	tool     string
	label    string // a label or annotation key
	value    string // the label's value, empty for any
	managers []string
}

var signs = []sign{
	{tool: "Argo CD", label: "argocd.argoproj.io/tracking-id", managers: []string{"argocd-controller", "argocd-application-controller"}},
	{tool: "Argo CD", label: "argocd.argoproj.io/instance"},
	{tool: "Flux", label: "kustomize.toolkit.fluxcd.io/name", managers: []string{"kustomize-controller"}},
	{tool: "Flux", label: "helm.toolkit.fluxcd.io/name", managers: []string{"helm-controller"}},
	{tool: "Helm", label: "app.kubernetes.io/managed-by", value: "Helm", managers: []string{"helm"}},
	{tool: "Helm", label: "meta.helm.sh/release-name"},
}

// managedBy names the tool that owns the set, or "".
func managedBy(s sts.Snapshot) string {
	writers := sts.Managers(s.Set.ManagedFields)
	for _, sign := range signs {
		for _, values := range []map[string]string{s.Set.Labels, s.Set.Annotations} {
			if value, ok := values[sign.label]; ok && (sign.value == "" || sign.value == value) {
				return sign.tool
			}
		}
		if slices.ContainsFunc(sign.managers, func(m string) bool { return slices.Contains(writers, m) }) {
			return sign.tool
		}
	}
	return ""
}
