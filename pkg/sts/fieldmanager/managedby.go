package fieldmanager

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

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
func managedBy(s *workload.Set) string {
	writers := Managers(s.ManagedFields)
	for _, sign := range signs {
		for _, values := range []map[string]string{s.Labels, s.Annotations} {
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

// PutsBack warns, in one line or none, of a tool that may put its own template,
// say, back, and says what to pause before.
func PutsBack(s *workload.Set, fields ...workload.Field) []string {
	by := managedBy(s)
	if by == "" {
		return nil
	}
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = string(f)
	}
	words := fmt.Sprintf("%s manages statefulset %s and may put its own %s back", by, s.Name, strings.Join(names, " and "))
	if pause := pause(s, by); pause != "" {
		words += "; pause it first: " + pause
	}
	if slices.Contains(fields, workload.FieldPartition) {
		return []string{words + "; change the source when this is over: applied before, it opens the gate for every pod"}
	}
	return []string{words + "; change the source as well"}
}

// pause is the command that keeps the tool from writing, or "".
func pause(s *workload.Set, by string) string {
	command := func(format, name, namespace string) string {
		words := fmt.Sprintf(format, cmp.Or(name, "NAME"))
		if by == "Flux" {
			words += " -n " + cmp.Or(namespace, "NAMESPACE")
		}
		return words
	}
	labels := s.Labels
	switch {
	case by == "Argo CD":
		return command("argocd app set %s --sync-policy none", application(s), "")
	case by == "Flux" && labels["helm.toolkit.fluxcd.io/name"] != "":
		return command("flux suspend helmrelease %s", labels["helm.toolkit.fluxcd.io/name"], labels["helm.toolkit.fluxcd.io/namespace"])
	case by == "Flux":
		return command("flux suspend kustomization %s", labels["kustomize.toolkit.fluxcd.io/name"],
			labels["kustomize.toolkit.fluxcd.io/namespace"])
	}
	return "" // Helm writes when somebody upgrades
}

// application is the name of the Argo CD application, as far as it is told in
// words that a shell reads as one.
func application(s *workload.Set) string {
	id, _, _ := strings.Cut(s.Annotations["argocd.argoproj.io/tracking-id"], ":")
	name := cmp.Or(id, s.Labels["argocd.argoproj.io/instance"])
	if len(validation.IsDNS1123Subdomain(name)) > 0 {
		return ""
	}
	return name
}
