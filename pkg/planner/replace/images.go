package replace

import (
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// images are what the plan does to which container's image, as far as the revisions
// tell.
func (r Rollout) images() []sts.ImageChange {
	from, to := r.Set.RevisionImages(r.Record.Stable), r.Set.RevisionImages(r.Set.UpdateRevision())
	switch {
	case r.Template != nil:
		if typed, err := r.Template.Typed(); err == nil {
			to = sts.SpecImages(&typed.Spec)
		}
	case r.Record.Verb == operation.VerbUndo:
		to = r.Set.RevisionImages(r.Record.Target)
	}
	if from == nil || to == nil {
		return nil
	}
	return sts.ImageChanges(from, to)
}

// ImageDetail says in the plan's head which image goes where, for whoever decides;
// nil where the change that the plan brings says so already.
func ImageDetail(changes []sts.ImageChange) []string {
	if len(changes) == 0 {
		return nil
	}
	return []string{"image " + sts.ImageLine(changes)}
}
