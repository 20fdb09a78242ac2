package rolling

import (
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/refuse"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
)

// RestartedAt is the annotation of the pod template that kubectl rollout
// restart sets; its value is the time.
const RestartedAt = "kubectl.kubernetes.io/restartedAt"

// Open plans a rollout of the request's template, from a closed gate on. The record
// is as NewRecord makes it. exact says that the template is what the server will store;
// cause is for kubernetes.io/change-cause, empty to leave that alone.
func (r Rollout) Open(exact bool, cause string) (*plan.Plan, error) {
	if no := refuse.Order(r.Record.Order, r.Set); no != nil {
		return nil, no
	}
	r.replacer().open(&r.Record)
	if err := r.Record.Owns(r.Template, exact, r.Set); err != nil {
		return nil, err
	}
	annotations := map[string]*string{note.RolloutAnnotation: r.Record.Text()}
	if cause != "" {
		annotations[operation.ChangeCause] = &cause
	}
	if _, noted := r.Set.Annotation(UndoneAnnotation); noted {
		annotations[UndoneAnnotation] = nil // it is about a template before this one
	}
	r.From = r.Set.PartitionFor(0)
	edit := r.Hold(plan.Edit{Template: r.Template, Annotations: annotations}, r.From)
	title := "set the template"
	if edit.Partition != nil {
		title += ", rollout paused"
	}
	return r.Begin(plan.Step{Title: title, Change: edit, Until: plan.Observed{}}, 0)
}
