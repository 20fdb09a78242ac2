package canary

import (
	"fmt"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// images are what the plan does to which container's image, as far as the revisions
// tell.
func (b builder) images() []sts.ImageChange {
	update := b.s.UpdateRevision()
	from, to := b.s.RevisionImages(b.record.Stable), b.s.RevisionImages(update)
	switch {
	case b.r.Template != nil && !b.r.AtGate:
		if typed, err := b.r.Template.Typed(); err == nil {
			to = sts.SpecImages(&typed.Spec)
		}
	case b.record.Verb == operation.VerbUndo:
		to = b.s.RevisionImages(b.record.Target)
	}
	if from == nil || to == nil {
		return nil
	}
	return sts.ImageChanges(from, to)
}

// imageBack is the same for the way back to the stable revision.
func (b builder) imageBack() []sts.ImageChange {
	left := b.record.Left
	if left == "" {
		left = b.s.UpdateRevision()
	}
	from, to := b.s.RevisionImages(left), b.s.RevisionImages(b.record.Stable)
	if from == nil || to == nil {
		return nil
	}
	return sts.ImageChanges(from, to)
}

// imageDetail says in the plan's head which image goes where, for whoever decides;
// nil where the change that the plan brings says so already.
func imageDetail(changes []sts.ImageChange) []string {
	if len(changes) == 0 {
		return nil
	}
	return []string{"image " + sts.ImageLine(changes)}
}

// goingBack names the pods that the way back recreates.
func (b builder) goingBack() string {
	pods := b.returnees()
	if len(pods) == 0 {
		return "no pod has to go back"
	}
	return fmt.Sprintf("pods that go back, one at a time: %s (%d of %d)", podList(pods), len(pods), b.s.Replicas())
}

// podList names pods, all of them unless there are very many.
func podList(pods []sts.Pod) string {
	const most = 12
	if len(pods) > most {
		return names(pods)
	}
	text := ""
	for i, pod := range pods {
		if i > 0 {
			text += ", "
		}
		text += pod.Name
	}
	return text
}
