package reconciler

import (
	"cmp"
	"fmt"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/writeback"
)

// How Helm marks what it has installed.
const (
	releaseName      = "meta.helm.sh/release-name"
	releaseNamespace = "meta.helm.sh/release-namespace"
	managedBy        = "app.kubernetes.io/managed-by"
)

// helm writes when somebody upgrades. Charts give their objects its label whoever renders
// them, so that alone says nothing where another tool is known.
func helm(f Facts) *writeback.Reconciler {
	const manager = "helm"
	release, wrote := named(f.Set.Annotations[releaseName]), f.wrote(manager)
	_, _, argo := f.tracked()
	flux := f.kustomizationRef().Name != "" || f.wrote("kustomize-controller")
	switch weak := release == "" && !wrote; {
	case f.helmReleaseRef().Name != "":
		return nil // told with it
	case weak && (argo || flux || f.Set.Labels[managedBy] != "Helm"):
		return nil
	}
	r := &writeback.Reconciler{Name: "Helm", Managers: []string{manager}, When: "at its next upgrade"}
	if release != "" {
		namespace := cmp.Or(named(f.Set.Annotations[releaseNamespace]), f.Set.Namespace)
		r.Name = fmt.Sprintf("Helm release %s/%s", namespace, release)
	}
	if !f.sourceOf(false, manager).fill(r) {
		return nil
	}
	r.Keep = []hint.Hint{hint.Words("in the release's values: the same value, before the next upgrade")}
	return r
}
