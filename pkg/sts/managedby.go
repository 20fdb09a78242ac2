package sts

import (
	"fmt"
	"slices"
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

// ManagedBy names the tool that owns the set, or "".
func (s Snapshot) ManagedBy() string {
	writers := Managers(s.Set.ManagedFields)
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

// PutsBack warns, in one line or none, of a tool that may put its own template,
// say, back.
func (s Snapshot) PutsBack(what string) []string {
	by := s.ManagedBy()
	if by == "" {
		return nil
	}
	return []string{fmt.Sprintf("%s manages statefulset %s and may put its own %s back: change the source as well, or pause it",
		by, s.Name(), what)}
}
