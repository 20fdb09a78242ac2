package hold

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Release plans the end of a hold: the partition goes back to what it was, and what
// waits behind the gate rolls out. It is nil when the set is not held.
func Release(r Request, s sts.Snapshot) (*plan.Plan, error) {
	record, err := operation.FindHold(s)
	if err != nil || record == nil {
		return nil, err
	}
	open, err := operation.FindRollout(s)
	switch {
	case err != nil:
		return nil, err
	case open != nil:
		return nil, busy(open, s)
	}
	if s.Set.DeletionTimestamp != nil {
		return nil, &plan.Refusal{Why: fmt.Sprintf("statefulset %q is being deleted", s.Name())}
	}
	p := r.frame("release", s)
	edit := plan.Edit{Annotations: map[string]*string{operation.HoldAnnotation: nil}, Says: "no record"}
	to := record.Partition
	switch {
	case s.OnDelete():
		to = 0
	case !s.Closed() && s.Partition() != to:
		p.Warnings = append(p.Warnings, fmt.Sprintf(
			"the partition is %d by now, which somebody else has set: it is left at that (it was %s before the hold)",
			s.Partition(), strings.TrimPrefix(sts.PartitionWords(to, "closed"), "partition ")))
		to = s.Partition()
	}
	if to != s.Partition() {
		edit.Partition, edit.Says = ptr.To(to), sts.PartitionWords(to, "gate closed")+", no record"
	}
	waiting := waits(s, to)
	p.Title = fmt.Sprintf("release statefulset %s: %s", s.Name(), sts.PartitionWords(to, "gate closed"))
	p.Success = fmt.Sprintf("statefulset %s is released", s.Name())
	if s.Opens(to).Len() == 0 && to > 0 {
		p.Success += "; its gate stays closed, as it was before"
		if !sts.Closes(to) {
			p.Success += fmt.Sprintf(": partition %d", to)
		}
	}
	p.Steps = []plan.Step{{Title: "give the hold up", Change: edit, Until: plan.Observed{}}}
	if len(waiting) > 0 {
		p.Images = podtemplate.ImageChanges(s.RevisionImages(s.StableRevision()), s.RevisionImages(s.UpdateRevision()))
		if len(p.Images) > 0 {
			p.Details = []string{"image " + podtemplate.ImageLine(p.Images)}
		}
		p.Details = append(p.Details, fmt.Sprintf("the controller then updates %s to revision %s", sts.Few(waiting), s.UpdateRevision()))
		p.Steps[0].Title = "open the gate"
		p.Instead = []hint.Hint{
			hint.Plugin("hold it again", "hold", s.Name()), hint.Plugin("or take the rollout back", "undo", s.Name()),
		}
		p.Steps = append(p.Steps, plan.Step{
			Title: "wait until the pods are updated", Until: plan.PodsGood{From: s.Opens(to).First()},
		})
		p.Success = fmt.Sprintf("statefulset %s is released, and %s updated and Available", s.Name(), are(waiting))
	}
	return p, nil
}

// Rolls reports whether pods are updated once the plan has opened the gate.
func Rolls(p *plan.Plan) bool { return len(p.Steps) > 1 }

// waits are the pods that the controller updates with this partition, in its order.
func waits(s sts.Snapshot, partition int) []string {
	var out []string
	for _, pod := range slices.Backward(s.Pods) {
		if s.Opens(partition).Has(pod.Ordinal) && !s.OnDelete() && s.Observed() && pod.Revision != s.UpdateRevision() {
			out = append(out, pod.Name)
		}
	}
	return out
}
