package abort

import (
	"fmt"

	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/rolling"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
)

// steps change the set so that it wants the stable revision, and then get
// the pods there. The controller never takes a pod back by itself when only
// the partition goes up, and when the template goes back it stops at a pod
// that is not Ready (kubernetes#67250).
func (w way) steps() ([]plan.Step, error) {
	switch {
	case !w.Record.OwnTemplate:
		return w.raise()
	case w.Set.OnDelete():
		return w.deleteEach()
	}
	return w.reopen()
}

// raise puts the partition back where it was, and deletes the pods above which the
// canary had let through.
func (w way) raise() ([]plan.Step, error) {
	if w.Set.CurrentRevision() != w.Record.Stable && w.Set.Observed() {
		return nil, &plan.Refusal{
			Why: fmt.Sprintf("every pod of statefulset %q is updated, so its controller has forgotten revision %s, "+
				"and it was not the canary that set the template", w.Set.Name(), w.Record.Stable),
			Try: []hint.Hint{
				hint.Plugin("end the canary", "promote", w.Set.Name(), "--full"),
				hint.Words("then put the old template back as you put the new one in"),
			},
		}
	}
	says := "close the gate again"
	if !sts.Closes(w.Record.Partition) {
		says = fmt.Sprintf("raise the partition to %d again", w.Record.Partition)
	}
	first := w.write(plan.Edit{Partition: ptr.To(w.Record.Partition), Annotations: w.note(), Says: says})
	return []plan.Step{first, w.wait(w.returning(), w.each())}, nil
}

// deleteEach puts the template back and deletes the pods that have the other one: no
// controller does it.
func (w way) deleteEach() ([]plan.Step, error) {
	edit, err := w.stableTemplate()
	if err != nil {
		return nil, err
	}
	return []plan.Step{w.write(edit), w.wait(w.returning(), w.each())}, nil
}

// reopen puts the template back and has the controller take the pods back. The gate
// is left where it is: should the server make another revision out of the old
// template, no pod below the gate is replaced for it.
func (w way) reopen() ([]plan.Step, error) {
	edit, err := w.stableTemplate()
	if err != nil {
		return nil, err
	}
	if gate, words := w.gate(); gate >= 0 {
		edit.Partition = ptr.To(gate)
		edit.Says += words
	}
	free := &plan.Replace{Mode: plan.ReplaceBlocker, Budgets: w.Guarded(), AlwaysUnhealthy: w.PodByPod()}
	if !w.PodByPod() {
		return []plan.Step{w.write(edit), w.wait(w.returning(), free)}, nil
	}
	steps := append([]plan.Step{w.write(edit)}, w.onePodAtATime(free)...)
	return append(steps, w.wait(rolling.ReturnTo(nil, ""), free)), nil // they are back by then
}

// write is the step that changes the set.
func (way) write(edit plan.Edit) plan.Step {
	return plan.Step{Title: edit.Says, Change: edit, Until: plan.Observed{}}
}

// wait is the step that has the pods get there.
func (w way) wait(title string, free *plan.Replace) plan.Step {
	step := plan.Step{Title: title, Until: w.allBack(), Replace: free, Checks: w.Checks}
	if free.Mode == plan.ReplaceBlocker {
		return step // the controller replaces the others
	}
	return w.Deleting(step, !w.again, func(pod sts.Pod) bool {
		return !w.returns(pod.Ordinal) || pod.Revision == w.Record.Stable
	})
}

// each deletes the pods one after another.
func (w way) each() *plan.Replace {
	each := &plan.Replace{Mode: plan.ReplaceEach, Budgets: w.Guarded(), AlwaysUnhealthy: w.Guarded()}
	if w.Set.OnDelete() {
		each.Order = w.Record.Order
	}
	return each
}

// note is the record of a rollout on its way back.
func (w way) note() map[string]*string {
	return map[string]*string{note.RolloutAnnotation: w.Record.Text()}
}

// stableTemplate is the edit that puts the template of the stable revision back.
func (w way) stableTemplate() (plan.Edit, error) {
	revision, ok := w.Set.Revision(w.Record.Stable)
	if !ok {
		return plan.Edit{}, &plan.Refusal{
			Why: fmt.Sprintf("revision %s, which the canary of statefulset %q started from, is gone (revisionHistoryLimit?)",
				w.Record.Stable, w.Set.Name()),
			Try: []hint.Hint{hint.Plugin("go forward", "promote", w.Set.Name(), "--full"), hint.Words("or apply the old manifest")},
		}
	}
	template, err := podtemplate.RevisionTemplate(revision)
	annotations := w.note()
	annotations[operation.ChangeCause] = w.Record.Cause
	return plan.Edit{
		Template: template, Annotations: annotations, Says: "put the template of revision " + w.Record.Stable + " back",
	}, err
}

// allBack names the stable revision itself: what the controller calls current
// is not to be relied on half-way back. An undo may have begun where pods below
// the gate were on another one, and they stay there.
func (w way) allBack() plan.Condition {
	until := plan.PodsGood{From: w.Set.Ordinals().First(), Gated: w.Record.Stable}
	if w.Record.Verb == operation.VerbUndo {
		until.Gated = ""
	}
	return until
}
