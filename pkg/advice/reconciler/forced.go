package reconciler

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/writeback"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/field"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// Immutable is a field of the spec that no update may change, as something that a run
// writes: by deleting the set and creating it again.
func Immutable(name string, before, after any) Write {
	return Write{Field: workload.Field(name), Path: field.Names("spec", name), Before: before, After: after, Ends: after}
}

// forcing are those who answer such a field by deleting the set with its pods. Each returns
// what tells that, too.
var forcing = []struct {
	rule string
	find func(Facts) (r *writeback.Reconciler, sign string)
}{
	{writeback.RuleKustomization, forcingFlux},
	{writeback.RuleArgoCD, forcingArgo},
}

// Forced is everybody who deletes the set with its pods once the run has changed its
// immutable fields, for the source still has the old ones. The run writes these alone.
func Forced(f Facts) []writeback.Reconciler {
	if f.Set == nil || len(f.Writes) == 0 {
		return nil
	}
	var out []writeback.Reconciler
	for _, one := range forcing {
		r, sign := one.find(f)
		if r == nil {
			continue
		}
		r.Rule, r.Name = one.rule, sts.Clean(r.Name)
		r.Says = sts.Clean(fmt.Sprintf("%s deletes statefulset %s with its pods %s, while its source has the old %s (%s): pause it before "+
			"the recreate, then change the source, then resume it", r.Name, f.Set.Name, r.When, which(r.Fields), sign))
		out = append(out, *r)
	}
	return out
}

// ForcedReads are the objects that tell more about them.
func ForcedReads(f Facts) []Ref {
	return slices.DeleteFunc(append(kustomizations(f), applications(f)...), func(r Ref) bool { return r.Name == "" || r.Namespace == "" })
}

// forcingFlux is kustomize-controller, which deletes what it may not change where it is told
// to (ApplyAll in fluxcd/pkg/ssa), in the background.
func forcingFlux(f Facts) (*writeback.Reconciler, string) {
	const manager = "kustomize-controller"
	ref := f.kustomizationRef()
	object, sign := f.Read[ref], ""
	switch {
	case ref.Name == "" && !f.wrote(manager):
		return nil, ""
	case strings.EqualFold(f.mark(kustomizeGroup+"/force"), "enabled"):
		sign = "the set says " + kustomizeGroup + "/force: enabled"
	case object.is("spec", "force"):
		sign = "spec.force is true"
	default:
		return nil, ""
	}
	r := &writeback.Reconciler{Name: "Flux", Managers: []string{manager}, When: "at its next reconcile", Rests: f.fluxRests(object)}
	if ref.Name != "" {
		r.Name = fluxName("Kustomization", ref)
	}
	if interval := object.text("spec", "interval"); interval != "" {
		r.When = fmt.Sprintf("within its interval (%s)", interval)
	}
	r.Stop = f.stopFlux(ref)
	if !f.sourceOf(false, manager).fill(r) {
		return nil, ""
	}
	return r, sign
}

// forcingArgo is Argo CD, with kubectl apply --force or kubectl replace --force. Replace=true
// alone deletes nothing: such a sync fails.
func forcingArgo(f Facts) (*writeback.Reconciler, string) {
	const options = "argocd.argoproj.io/sync-options"
	namespace, name, is := f.tracked()
	forced := slices.ContainsFunc(strings.Split(f.Set.Annotations[options], ","), func(option string) bool {
		return strings.TrimSpace(option) == "Force=true"
	})
	if !is || !forced {
		return nil, ""
	}
	r := &writeback.Reconciler{Name: "Argo CD", Managers: argoManagers()}
	app := Object{}
	if name != "" {
		r.Name = "Argo CD application " + qualified(namespace, name)
		app = f.Read[applications(f)[0]]
	}
	r.Rests = argoRests(app)
	if r.When, r.Stop = argoPace(app, namespace, name); len(r.Stop) == 0 {
		r.Stop = []hint.Hint{hint.Words("until the source has the new value, do not sync it")}
	}
	if !f.sourceOf(true, r.Managers...).fill(r) {
		return nil, ""
	}
	return r, "the set says " + options + ": Force=true"
}
