package reconciler

import (
	"fmt"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/writeback"
)

// How Flux marks what it manages, and how it is told to leave it alone.
const (
	kustomizeGroup = "kustomize.toolkit.fluxcd.io"
	helmGroup      = "helm.toolkit.fluxcd.io"
)

// labelled is the object of Flux that the labels of this group name.
func (f Facts) labelled(group string) (namespace, name string) {
	return named(f.Set.Labels[group+"/namespace"]), named(f.Set.Labels[group+"/name"])
}

func (f Facts) kustomizationRef() Ref {
	namespace, name := f.labelled(kustomizeGroup)
	return Ref{kustomizeGroup, "v1", "kustomizations", namespace, name}
}

func kustomizations(f Facts) []Ref { return []Ref{f.kustomizationRef()} }

func kustomization(f Facts) *writeback.Reconciler {
	const manager = "kustomize-controller"
	ref := f.kustomizationRef()
	if ref.Name == "" && !f.wrote(manager) {
		return nil
	}
	r := &writeback.Reconciler{Name: "Flux", Managers: []string{manager}, When: "at its next reconcile"}
	if ref.Name != "" {
		r.Name = fluxName("Kustomization", ref)
	}
	dropped := f.dropped()
	if dropped != "" {
		r.Fields = f.all()
	} else if !f.sourceOf(false, manager).fill(r) {
		return nil
	}
	object := f.Read[ref]
	if interval := object.text("spec", "interval"); interval != "" {
		r.When = fmt.Sprintf("within its interval (%s)", interval)
	}
	r.Rests = f.fluxRests(object)
	if dropped != "" {
		r.Says = fmt.Sprintf("%s takes over what the field manager %s writes, whose name begins with kubectl, and drops what is not in "+
			"its source %s: give another --field-manager", r.Name, dropped, r.When)
	}
	r.Stop = f.stopFlux(ref)
	r.Keep = []hint.Hint{hint.Words(fmt.Sprintf("in the Kustomization (kustomize-controller 1.9 and later): spec.ignore: "+
		"[{target: {kind: StatefulSet, name: %s}, paths: [/spec/updateStrategy/rollingUpdate/partition]}]", f.Set.Name))}
	return r
}

// fluxRests is why a Kustomization leaves the set alone, "" where it does not.
func (f Facts) fluxRests(object Object) string {
	switch left := f.mark(kustomizeGroup + "/ssa"); {
	case object.is("spec", "suspend"):
		return "it is suspended"
	case f.mark(kustomizeGroup+"/reconcile") == "disabled":
		return "the set says " + kustomizeGroup + "/reconcile: disabled"
	case left == "Ignore", left == "IfNotPresent":
		return "the set says " + kustomizeGroup + "/ssa: " + left
	}
	return ""
}

// stopFlux is what pauses a Kustomization.
func (f Facts) stopFlux(ref Ref) []hint.Hint {
	alone := hint.Kube("or this set alone", "annotate", "statefulset", f.Set.Name, kustomizeGroup+"/reconcile=disabled")
	return append(suspend("kustomization", ref), alone)
}

// dropped is the name under which the plugin is to write, where it is one whose fields
// Flux makes its own before it applies; "" for others.
func (f Facts) dropped() string {
	for _, name := range f.Managers {
		if strings.HasPrefix(name, "kubectl") {
			return name
		}
	}
	return ""
}

func fluxName(kind string, ref Ref) string {
	if ref.Namespace == "" {
		return "Flux " + kind + " " + ref.Name
	}
	return fmt.Sprintf("Flux %s %s/%s", kind, ref.Namespace, ref.Name)
}

// suspend is the command that pauses an object of Flux.
func suspend(kind string, ref Ref) []hint.Hint {
	if ref.Name == "" || ref.Namespace == "" {
		return nil
	}
	return []hint.Hint{{Kind: hint.Flux, Verb: "suspend", Args: []string{kind, ref.Name}, Namespace: ref.Namespace}}
}

func (f Facts) helmReleaseRef() Ref {
	namespace, name := f.labelled(helmGroup)
	return Ref{helmGroup, "v2", "helmreleases", namespace, name}
}

func helmReleases(f Facts) []Ref { return []Ref{f.helmReleaseRef()} }

// helmRelease writes with each upgrade and, where it looks for drift, in between.
func helmRelease(f Facts) *writeback.Reconciler {
	const manager = "helm-controller"
	ref := f.helmReleaseRef()
	if ref.Name == "" && !f.wrote(manager) {
		return nil
	}
	r := &writeback.Reconciler{Name: "Flux's helm-controller", Managers: []string{manager, "helm"}, When: "at its next upgrade"}
	if ref.Name != "" {
		r.Name = fluxName("HelmRelease", ref)
	}
	if !f.sourceOf(false, r.Managers...).fill(r) {
		return nil
	}
	object := f.Read[ref]
	if object.text("spec", "driftDetection", "mode") == "enabled" {
		r.When = "when it looks for drift"
		if interval := object.text("spec", "interval"); interval != "" {
			r.When = fmt.Sprintf("within its interval (%s), for it looks for drift", interval)
		}
	}
	if object.is("spec", "suspend") {
		r.Rests = "it is suspended"
	}
	r.Stop = suspend("helmrelease", ref)
	r.Keep = []hint.Hint{hint.Words(fmt.Sprintf("in the HelmRelease: spec.driftDetection.ignore: [{target: {kind: StatefulSet, name: %s}, "+
		"paths: [%q]}]; an upgrade writes the chart's values all the same", f.Set.Name, pointers(f.Writes)))}
	return r
}

// pointers is the first field that is written as Flux names it.
func pointers(writes []Write) string {
	path := ""
	for _, e := range writes[0].Path {
		if e.Key != nil {
			break // a list is told by numbers there
		}
		path += "/" + e.Name
	}
	return path
}
