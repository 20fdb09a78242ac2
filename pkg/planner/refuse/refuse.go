// Package refuse is what the verbs that replace pods refuse about a set, before they
// look at what is in progress on it. It is pure.
package refuse

import (
	"fmt"
	"slices"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/fieldmanager"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/podorder"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// Rollout refuses a set that no rollout can be run on.
func Rollout(s sts.Snapshot) *plan.Refusal {
	switch {
	case s.Set.DeletionTimestamp != nil:
		return &plan.Refusal{Why: fmt.Sprintf("statefulset %q is being deleted", s.Name())}
	case s.Updates() == workload.UpdatesAtOnce:
		return &plan.Refusal{
			Why: fmt.Sprintf("statefulset %q has update strategy %s: its controller deletes all of its pods at once, "+
				"and no step can be held back", s.Name(), s.Strategy()),
			Try: []hint.Hint{hint.Words("change spec.updateStrategy.type to RollingUpdate or OnDelete")},
		}
	case s.Updates() == workload.UpdatesUnknown:
		return &plan.Refusal{
			Why: fmt.Sprintf("statefulset %q has update strategy %q, which this kubectl-sts does not know", s.Name(), s.Strategy()),
			Try: []hint.Hint{hint.Words("change spec.updateStrategy.type to RollingUpdate, or use a newer kubectl-sts")},
		}
	case s.Replicas() == 0:
		return &plan.Refusal{
			Why: fmt.Sprintf("statefulset %q has zero replicas: there is no pod to try the change on", s.Name()),
			Try: []hint.Hint{hint.Words("scale it up first, or change the template directly")},
		}
	}
	return nil
}

// RolloutUnlessEmpty is the same for what can be done to a set without replicas as well.
func RolloutUnlessEmpty(s sts.Snapshot) *plan.Refusal {
	if s.Replicas() == 0 {
		return nil
	}
	return Rollout(s)
}

// Ordinal refuses an ordinal that the set does not have.
func Ordinal(ordinal int, s sts.Snapshot) *plan.Refusal {
	if s.Ordinals().Has(ordinal) {
		return nil
	}
	return &plan.Refusal{
		Why: fmt.Sprintf("statefulset %q has no ordinal %d: it has %d to %d", s.Name(), ordinal, s.Ordinals().First(), s.Ordinals().Last()),
	}
}

// Pods refuses an order about pods that there are not: with a slip of the
// finger there the leader would go first.
func Pods(order podorder.Order, s sts.Snapshot) *plan.Refusal {
	for _, o := range order.First {
		if no := Ordinal(o, s); no != nil {
			return no
		}
	}
	if order.Last != "" && !slices.ContainsFunc(s.Pods, order.Keeps) {
		return &plan.Refusal{
			Why: fmt.Sprintf("no pod of statefulset %q has %s, so none would be kept for the end", s.Name(), order.Last),
			Try: []hint.Hint{hint.Kube("see the labels of the pods", "get", "pods", "--show-labels"), hint.Words("or leave --last out")},
		}
	}
	return nil
}

// Order refuses an order where it is the controller that replaces pods.
func Order(order podorder.Order, s sts.Snapshot) *plan.Refusal {
	if order.IsZero() {
		return nil
	}
	if s.OnDelete() {
		return Pods(order, s)
	}
	return &plan.Refusal{
		Why: fmt.Sprintf(
			"the controller of statefulset %q replaces its pods itself, the highest ordinal first: no other order can be had "+
				"with update strategy RollingUpdate",
			s.Name(),
		),
		Try: []hint.Hint{hint.Words("leave --order and --last out, or change spec.updateStrategy.type to OnDelete")},
	}
}

// Partition refuses to begin where a partition holds pods that is not ours.
func Partition(s sts.Snapshot) *plan.Refusal {
	if s.Partition() == 0 {
		return nil
	}
	by := ""
	if w, ok := fieldmanager.WriterOf(s.Set, workload.FieldPartition); ok {
		by = fmt.Sprintf(" (set by %s at %s)", w.Manager, w.Time.UTC().Format(time.RFC3339))
	}
	no := &plan.Refusal{
		Why: fmt.Sprintf("statefulset %q has %s%s, which holds its pods already", s.Name(),
			sts.PartitionWords(s.Partition(), "a closed gate"), by),
		Try: []hint.Hint{hint.Words("set the partition to 0 first, if nobody needs it")},
	}
	if s.UpdateRevision() != s.CurrentRevision() {
		no.Try = []hint.Hint{hint.Plugin("roll out the change that waits behind it", "canary", s.Name())}
	}
	return no
}

// ClaimTemplates refuses a set whose pods have no claims of their own.
func ClaimTemplates(s sts.Snapshot) *plan.Refusal {
	if len(s.ClaimTemplates()) > 0 {
		return nil
	}
	return &plan.Refusal{Why: fmt.Sprintf("statefulset %q has no volumeClaimTemplates: it has no claims", s.Name())}
}

// Class refuses a claim template whose StorageClass is not among these, which are nil where
// they can't be read. No name is the default one.
func Class(template, class string, all []storage.Class) *plan.Refusal {
	if all == nil || class == "" || slices.ContainsFunc(all, func(c storage.Class) bool { return c.Name == class }) {
		return nil
	}
	return &plan.Refusal{
		Why: fmt.Sprintf("StorageClass %s of claim template %s is not found: new claims would wait for it", class, template),
	}
}

// Unsettled refuses to do anything to a set that is not settled.
func Unsettled(s sts.Snapshot, why string) *plan.Refusal {
	return &plan.Refusal{
		Why: fmt.Sprintf("statefulset %q is not settled: %s", s.Name(), why),
		Try: []hint.Hint{hint.Plugin("see what is the matter", "status", s.Name())},
	}
}
