package abort

import (
	"fmt"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/rolling"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// returns reports whether the pod with this ordinal goes back. Where the
// canary took up a change, those that the partition had let through before it
// stay as they were; where it is an undo, those that it kept back.
func (w way) returns(ordinal int) bool {
	below := ordinal < w.Set.Opens(w.Record.Partition).First()
	if w.Record.Verb == operation.VerbUndo {
		return !below
	}
	return w.Record.OwnTemplate || below
}

// returnees are the pods that go back, the highest ordinal first.
func (w way) returnees() []sts.Pod {
	var back []sts.Pod
	for o := range w.Set.Ordinals().Backward() {
		if pod, ok := w.Set.Pod(o); ok && w.returns(o) && pod.Revision != w.Record.Stable {
			back = append(back, pod)
		}
	}
	return back
}

// returning names the pods that go back.
func (w way) returning() string { return rolling.ReturnTo(w.returnees(), w.Record.Stable) }

// returned says where the pods are in the end.
func (w way) returned() string {
	if w.Record.Verb == operation.VerbUndo && w.Record.Partition > 0 {
		return fmt.Sprintf("the template of revision %s and %s are back, and all %d pods of %s are Available",
			w.Record.Stable, sts.PartitionWords(w.Record.Partition, "the closed gate"), w.Set.Replicas(), w.Set.Name())
	}
	if w.returns(w.Set.Ordinals().Last()) {
		return fmt.Sprintf("all %d pods of %s are back on revision %s and Available", w.Set.Replicas(), w.Set.Name(), w.Record.Stable)
	}
	below := "behind the closed gate"
	if !sts.Closes(w.Record.Partition) {
		below = fmt.Sprintf("below partition %d", w.Record.Partition)
	}
	return fmt.Sprintf("the pods of %s %s are back on revision %s, and all %d are Available",
		w.Set.Name(), below, w.Record.Stable, w.Set.Replicas())
}

// images are what the way back does to which container's image.
func (w way) images() []podtemplate.ImageChange {
	left := w.Record.Left
	if left == "" {
		left = w.Set.UpdateRevision()
	}
	from, to := w.Set.RevisionImages(left), w.Set.RevisionImages(w.Record.Stable)
	if from == nil || to == nil {
		return nil
	}
	return podtemplate.ImageChanges(from, to)
}

// goingBack names the pods that the way back recreates.
func (w way) goingBack() string {
	pods := w.returnees()
	if len(pods) == 0 {
		return "no pod has to go back"
	}
	return fmt.Sprintf("pods that go back, one at a time: %s (%d of %d)", podList(pods), len(pods), w.Set.Replicas())
}

// podList names pods, all of them unless there are very many.
func podList(pods []sts.Pod) string {
	const most = 12
	if len(pods) > most {
		return rolling.Names(pods)
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
