package canary

import (
	"fmt"
	"time"

	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// takeUp plans a canary of a change that already waits behind a partition.
func takeUp(r Request, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	if !s.Observed() {
		return nil, unsettled(r, s, Unsettled(s, now)) // which change waits is not known yet
	}
	waits := s.UpdateRevision() != s.StableRevision()
	if !waits || s.Partition() == 0 && !s.OnDelete() {
		if err := operation.Refuse("canary", s, r.Command); err != nil {
			return nil, err
		}
		why := fmt.Sprintf("nothing to roll out for statefulset %q", s.Name())
		switch {
		case s.OnDelete():
			why = fmt.Sprintf("every pod of statefulset %q runs the current template: no change waits", s.Name())
		case waits:
			why = fmt.Sprintf("statefulset %q is being updated without a partition: there is no gate to open step by step", s.Name())
		}
		return nil, &plan.Refusal{Why: why, Try: []string{
			"start one: " + r.command("canary", s, "--image", "CONTAINER=IMAGE"),
		}}
	}
	why := Unsettled(s, now)
	if s.OnDelete() {
		why = unhealthyBut(s, nil, now) // its pods wait for this
	}
	if no := refuseUnless(r, s, why); no != nil {
		return nil, no
	}
	if no := refuseOrder(r, s); no != nil {
		return nil, no
	}
	record := r.record(operation.VerbCanary, s, now)
	// The only way back for an OnDelete set is the old template.
	record.OwnTemplate = s.OnDelete()
	if err := record.RollsOut(s); err != nil {
		return nil, err
	}
	if !s.OnDelete() {
		record.Gate = ptr.To(s.Partition())
	}
	title := "take up the change that waits behind the partition"
	if s.OnDelete() {
		title = "take up the change that waits for pods to be deleted"
	}
	open := plan.Step{
		Title: title,
		Change: plan.Edit{
			Annotations: map[string]*string{sts.RolloutAnnotation: record.Text()},
			Says:        "record",
		},
		Until: plan.Observed{},
	}
	at, err := record.Position(s)
	if err != nil {
		return nil, err
	}
	return r.plan(record, s, open, s.Gate(), at.Begun)
}
