package reconciler

import (
	"fmt"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/writeback"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// The flags that go ahead all the same.
const (
	IgnoreOwnerFlag = "--ignore-owner"
	WarnFlag        = "--preflight=warn"
)

// RefuseOwner refuses to write the template of a set that is a part of something else: its
// operator has the old one back within moments, and pods go twice for nothing.
func RefuseOwner(all []writeback.Reconciler, set *workload.Set) *plan.Refusal {
	for _, r := range Told(all) {
		if !r.Controls || !r.Has(workload.FieldTemplate) {
			continue
		}
		return &plan.Refusal{
			Why: fmt.Sprintf("statefulset %q is controlled by %s, whose operator writes the template back", set.Name, r.Name),
			Try: append(r.Pausing(), hint.Words("go ahead all the same with "+IgnoreOwnerFlag)),
		}
	}
	return nil
}

// RefuseAny refuses a run whose fields somebody else writes.
func RefuseAny(all []writeback.Reconciler) *plan.Refusal {
	told := Told(all)
	if len(told) == 0 {
		return nil
	}
	no := &plan.Refusal{Why: told[0].Says}
	if len(told) > 1 {
		no.Why = fmt.Sprintf("%s; and %d more", no.Why, len(told)-1)
	}
	for _, r := range told {
		no.Try = append(no.Try, r.Pausing()...)
	}
	no.Try = append(no.Try, hint.Words("or go ahead all the same with "+WarnFlag))
	return no
}
