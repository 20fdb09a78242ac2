package rolling

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/intent"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
)

// NewRecord is the record of a rollout that starts.
func (r Rollout) NewRecord(verb operation.Verb, start intent.Start, now time.Time) operation.Rollout {
	record := operation.Rollout{
		Version:   note.FormatGoing,
		Verb:      verb,
		Run:       start.ID,
		Started:   now.UTC().Truncate(time.Second),
		Stable:    r.Set.StableRevision(),
		Partition: r.Set.Partition(),
		Steps:     start.Steps,
		Soak:      metav1.Duration{Duration: start.Soak},
		Order:     start.Order,
		IgnorePDB: r.IgnorePDB,
		Checks:    check.Record(r.Checks),
		Driver:    r.driver(),
		Managers:  note.AddManager(nil, r.Manager),
	}
	record.Runs(r.Hooks)
	return record
}

// Driven is the record as this run writes it: it names this process.
func (r Rollout) Driven(record operation.Rollout) operation.Rollout {
	return record.DrivenBy(r.driver(), r.Manager)
}

// driver is this process as the record names it.
func (r Rollout) driver() *note.Driver {
	if r.Driver == nil {
		return nil
	}
	d := *r.Driver
	d.Leaves = r.Pace.Gate == plan.GateHold
	return &d
}

// Note is the step that writes the record and nothing else.
func (r Rollout) Note(title string) plan.Step {
	return plan.Step{
		Title:  title,
		Change: plan.Edit{Annotations: map[string]*string{note.RolloutAnnotation: r.Record.Text()}, Says: "record"},
		Until:  plan.Observed{},
	}
}
