package recreate

import (
	"fmt"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/health"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/refuse"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
)

// IgnoreOwnerFlag goes ahead although an operator controls the set.
const IgnoreOwnerFlag = "--ignore-owner"

// InProgress refuses to begin a recreate while another one is not over.
func InProgress(kept saved.Set) *plan.Refusal {
	return &plan.Refusal{
		Why: fmt.Sprintf("a recreate of statefulset %q that started at %s has not finished (%s)",
			kept.Name, kept.Started.UTC().Format("15:04:05Z"), kept.Says()),
		Try: []hint.Hint{
			hint.Plugin("resume it", "recreate", kept.Name), hint.Plugin("or cancel it", "recreate", kept.Name).With("--cancel"),
		},
	}
}

// refuse is why a set is not to be recreated now. Every pod has to be where it should be: a
// set that is new knows one revision, and a pod that fails while there is no set is not
// replaced. Those that restart are waited for.
func (r Request) refuse(s sts.Snapshot, restarting bool, now time.Time) *plan.Refusal {
	if no := refuse.RolloutUnlessEmpty(s); no != nil {
		return no
	}
	if s.Set.DeletionTimestamp != nil {
		return &plan.Refusal{Why: fmt.Sprintf("statefulset %q is being deleted", s.Name())}
	}
	foreign := slices.DeleteFunc(slices.Clone(s.Set.Finalizers), func(f string) bool { return f == metav1.FinalizerOrphanDependents })
	if len(foreign) > 0 {
		return &plan.Refusal{Why: fmt.Sprintf("statefulset %q has finalizer %s: somebody else decides when it goes",
			s.Name(), sts.Clean(foreign[0]))}
	}
	if owner := metav1.GetControllerOf(s.Set); owner != nil && !r.IgnoreOwner {
		return &plan.Refusal{
			Why: fmt.Sprintf("statefulset %q is controlled by %s %s, which may create its own",
				s.Name(), sts.Clean(owner.Kind), sts.Clean(owner.Name)),
			Try: []hint.Hint{
				hint.Words("change it there: an operator mostly has a field of its own for this"),
				hint.Words("or pause the operator, and go ahead with " + IgnoreOwnerFlag),
			},
		}
	}
	if no := operation.RefuseBeside(s); no != nil {
		return no
	}
	if why := unsettled(s, restarting, now); why != "" {
		return refuse.Unsettled(s, why)
	}
	for i := range s.Pods {
		if pod := &s.Pods[i]; pod.Revision != s.UpdateRevision() {
			return refuse.Unsettled(s, fmt.Sprintf("pod %s has revision %s and others have %s: a set that is new knows one revision",
				pod.Name, pod.Revision, s.UpdateRevision()))
		}
	}
	return nil
}

// unsettled says why the set is not where its spec says, or "". Pods that restart come back
// to where it says, unless a rollout is not over.
func unsettled(s sts.Snapshot, restarting bool, now time.Time) string {
	if restarting && (s.OnDelete() || s.CurrentRevision() == s.UpdateRevision()) {
		return health.Unhealthy(s, slices.Collect(s.Ordinals().All()), now)
	}
	return health.Unsettled(s, now)
}
