package sts

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
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

// Field is what a run writes of a set's spec.
type Field string

// The fields.
const (
	FieldTemplate  Field = "template"
	FieldPartition Field = "partition"
	FieldReplicas  Field = "replicas"
)

// PutsBack warns, in one line or none, of a tool that may put its own template,
// say, back, and says what to pause before.
func (s Snapshot) PutsBack(fields ...Field) []string {
	by := s.ManagedBy()
	if by == "" {
		return nil
	}
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = string(f)
	}
	words := fmt.Sprintf("%s manages statefulset %s and may put its own %s back", by, s.Name(), strings.Join(names, " and "))
	if pause := s.pause(by); pause != "" {
		words += "; pause it first: " + pause
	}
	if slices.Contains(fields, FieldPartition) {
		return []string{words + "; change the source when this is over: applied before, it opens the gate for every pod"}
	}
	return []string{words + "; change the source as well"}
}

// pause is the command that keeps the tool from writing, or "".
func (s Snapshot) pause(by string) string {
	command := func(format, name, namespace string) string {
		words := fmt.Sprintf(format, or(name, "NAME"))
		if by == "Flux" {
			words += " -n " + or(namespace, "NAMESPACE")
		}
		return words
	}
	labels := s.Set.Labels
	switch {
	case by == "Argo CD":
		return command("argocd app set %s --sync-policy none", s.application(), "")
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
func (s Snapshot) application() string {
	id, _, _ := strings.Cut(s.Set.Annotations["argocd.argoproj.io/tracking-id"], ":")
	name := or(id, s.Set.Labels["argocd.argoproj.io/instance"])
	if len(validation.IsDNS1123Subdomain(name)) > 0 {
		return ""
	}
	return name
}
