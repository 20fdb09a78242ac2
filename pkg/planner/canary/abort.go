package canary

import (
	"fmt"
	"slices"
	"time"

	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Abort plans the way back to the stable revision: one pod after another, the
// highest ordinal first, each Available before the next. It is nil when no
// canary is in progress. Running it again goes on where it stopped.
func Abort(r Request, s sts.Snapshot) (*plan.Plan, error) {
	record, err := operation.FindRollout(s)
	if err != nil || record == nil {
		return nil, err
	}
	p, err := abort(r, record, s)
	if err == nil {
		p.Warnings = append(p.Warnings, beside(r, *record, s, r.Now)...)
	}
	return p, err
}

func abort(r Request, record *operation.Rollout, s sts.Snapshot) (*plan.Plan, error) {
	if no := refuse(s); no != nil && s.Replicas() > 0 {
		return nil, no
	}
	b := builder{r: r, record: *record, s: s, from: s.Replicas()}
	b.record = b.record.DrivenBy(r.driver(), r.Manager)
	b.record.Failed, b.record.Gate = nil, nil // somebody acts on it
	if b.again = record.Aborting; b.again {
		b.from = s.Gate() // what was let through before is not closed again
	}
	why := record.Stranger(s)
	switch {
	case record.Pods != nil:
		return b.stop(), nil
	case why != "" && record.Verb != operation.VerbCanary && !record.Aborting:
		return b.letStand(why), nil
	case record.Verb == operation.VerbUndo && !record.Aborting && !r.AtGate:
		return nil, forward(r, *record, s)
	}
	p := b.frame("abort")
	p.Promote, p.Resume, p.Instead, p.Abort = "", "", nil, r.command("abort", s)
	p.Images = b.imageBack()
	p.Details = slices.Concat(imageDetail(p.Images), []string{b.goingBack()}, b.atOnce())
	if why != "" && record.OwnTemplate && !record.Aborting {
		p.Details = append(p.Details, why+": that change is lost")
	}
	p.Title = fmt.Sprintf("abort the %s of statefulset %s: back to revision %s",
		record.Verb.Name(), s.Name(), record.Stable)
	p.Success = b.returned()
	b.record.Aborting = true
	if left := s.UpdateRevision(); b.record.Left == "" && record.OwnTemplate && s.Observed() && left != record.Stable {
		b.record.Left = left
	}
	steps, err := b.back()
	if err != nil {
		return nil, err
	}
	p.Steps = steps
	p.Steps = append(p.Steps, plan.Step{
		Title:  "end the " + record.Verb.Name(),
		Change: b.finish().Change,
		Until:  b.allBack(),
	})
	return p, nil
}

// forward refuses to roll out again what an undo takes away: who types abort
// may not know that it is an undo which is in progress by now, and would get
// the bad change on every pod.
func forward(r Request, record operation.Rollout, s sts.Snapshot) *plan.Refusal {
	return &plan.Refusal{
		Why: fmt.Sprintf("an undo of statefulset %q is in progress since %s: to abort it would roll revision %s out again, "+
			"which it takes away",
			s.Name(), record.Started.UTC().Format(time.RFC3339), record.Stable),
		Try: []string{
			"finish it: " + r.command("undo", s),
			"or roll that out all the same: " + againCommand(r, record, s),
		},
	}
}

// againCommand is how to get back to what an undo leaves.
func againCommand(r Request, record operation.Rollout, s sts.Snapshot) string {
	return r.command("undo", s, "--to-revision", record.Stable)
}

// stop ends a restart. The pods that have been restarted are what they were.
func (b builder) stop() *plan.Plan {
	b.counts = []int{len(b.record.Pods)}
	p := b.frame("abort")
	p.Promote, p.Resume, p.Instead, p.Abort = "", "", nil, b.r.command("abort", b.s)
	p.Title = fmt.Sprintf("stop the restart of statefulset %s: no other pod is deleted", b.s.Name())
	p.Success = "the restart is over"
	p.Steps = []plan.Step{b.finish()}
	return p
}

// letStand gives a verb up whose template somebody else has changed since. What
// they set is newer, and to take it back is nobody's wish.
func (b builder) letStand(why string) *plan.Plan {
	b.record.Aborting = true
	p := b.frame("abort")
	p.Promote, p.Resume, p.Instead, p.Abort = "", "", nil, b.r.command("abort", b.s)
	p.Title = fmt.Sprintf("give the %s of statefulset %s up", b.record.Verb.Name(), b.s.Name())
	p.Images = nil
	goes := "and the controller rolls it out"
	if b.record.Partition >= b.s.Replicas() && !b.s.OnDelete() {
		goes = "and waits behind the gate"
	}
	p.Details = append(b.atOnce(), why+": that change stands, "+goes)
	p.Success = fmt.Sprintf("the %s is given up; see how the set gets on: %s", b.record.Verb.Name(), b.r.command("watch", b.s))
	step := b.finish()
	step.Until = plan.Observed{}
	p.Steps = []plan.Step{step}
	return p
}

// back changes the set so that it wants the stable revision, and then gets
// the pods there. The controller never takes a pod back by itself when only
// the partition goes up, and when the template goes back it stops at a pod
// that is not Ready (kubernetes#67250).
func (b builder) back() ([]plan.Step, error) {
	edit := plan.Edit{Annotations: map[string]*string{sts.RolloutAnnotation: b.record.Text()}}
	free := &plan.Replace{Mode: plan.ReplaceBlocker, Budgets: b.guarded(), AlwaysUnhealthy: b.guarded()}
	if b.s.OnDelete() {
		free.Mode, free.Order = plan.ReplaceEach, b.record.Order
	}
	if b.record.OwnTemplate {
		template, err := b.stableTemplate()
		if err != nil {
			return nil, err
		}
		// The gate stays where it is: should the server make another revision
		// out of the old template, no pod below the gate is replaced for it.
		edit.Template = template
		edit.Annotations[operation.ChangeCause] = b.record.Cause
		edit.Says = "put the template of revision " + b.record.Stable + " back"
		if gate, words := b.backGate(); !b.s.OnDelete() && gate >= 0 {
			edit.Partition = ptr.To(gate)
			edit.Says += words
		}
	} else {
		if b.s.CurrentRevision() != b.record.Stable && b.s.Observed() {
			return nil, &plan.Refusal{
				Why: fmt.Sprintf("every pod of statefulset %q is updated, so its controller has forgotten revision %s, "+
					"and it was not the canary that set the template", b.s.Name(), b.record.Stable),
				Try: []string{
					"end the canary: " + b.r.command("promote", b.s, "--full"),
					"then put the old template back as you put the new one in",
				},
			}
		}
		edit.Partition = ptr.To(b.record.Partition)
		edit.Says = fmt.Sprintf("raise the partition to %d again", b.record.Partition)
		free.Mode = plan.ReplaceEach
	}
	steps := []plan.Step{{Title: edit.Says, Change: edit, Until: plan.Observed{}}}
	title := b.returning()
	if b.record.OwnTemplate && b.guarded() && !b.s.OnDelete() {
		title = returnTo(nil, "") // they are back by then
		steps = append(steps, b.onePodAtATime(free)...)
	}
	return append(steps, plan.Step{Title: title, Until: b.allBack(), Replace: free}), nil
}

// allBack names the stable revision itself: what the controller calls current
// is not to be relied on half-way back. An undo may have begun where pods below
// the gate were on another one, and they stay there.
func (b builder) allBack() plan.Condition {
	until := plan.PodsGood{From: b.s.Start(), Gated: b.record.Stable}
	if b.record.Verb == operation.VerbUndo {
		until.Gated = ""
	}
	return until
}

func (b builder) stableTemplate() (sts.Template, error) {
	revision, ok := b.s.Revision(b.record.Stable)
	if !ok {
		return nil, &plan.Refusal{
			Why: fmt.Sprintf("revision %s, which the canary of statefulset %q started from, is gone (revisionHistoryLimit?)",
				b.record.Stable, b.s.Name()),
			Try: []string{"go forward: " + b.r.command("promote", b.s, "--full"), "or apply the old manifest"},
		}
	}
	return sts.RevisionTemplate(revision)
}

// returns reports whether the pod with this ordinal goes back. Where the
// canary took up a change, those that the partition had let through before it
// stay as they were; where it is an undo, those that it kept back.
func (b builder) returns(ordinal int) bool {
	below := ordinal < b.s.Start()+b.record.Partition
	if b.record.Verb == operation.VerbUndo {
		return !below
	}
	return b.record.OwnTemplate || below
}

// returned says where the pods are in the end.
func (b builder) returned() string {
	if b.record.Verb == operation.VerbUndo && b.record.Partition > 0 {
		return fmt.Sprintf("the template of revision %s and partition %d are back, and all %d pods of %s are Available",
			b.record.Stable, b.record.Partition, b.s.Replicas(), b.s.Name())
	}
	if b.returns(b.s.End() - 1) {
		return fmt.Sprintf("all %d pods of %s are back on revision %s and Available", b.s.Replicas(), b.s.Name(), b.record.Stable)
	}
	return fmt.Sprintf("the pods of %s below partition %d are back on revision %s, and all %d are Available",
		b.s.Name(), b.record.Partition, b.record.Stable, b.s.Replicas())
}

// returning names the pods that go back.
func (b builder) returning() string { return returnTo(b.returnees(), b.record.Stable) }

// returnees are the pods that go back, the highest ordinal first.
func (b builder) returnees() []sts.Pod {
	var back []sts.Pod
	for o := b.s.End() - 1; o >= b.s.Start(); o-- {
		if pod, ok := b.s.Pod(o); ok && b.returns(o) && pod.Revision != b.record.Stable {
			back = append(back, pod)
		}
	}
	return back
}

func returnTo(pods []sts.Pod, revision string) string {
	if len(pods) == 0 {
		return "wait until every pod is Available"
	}
	return fmt.Sprintf("return %s to revision %s", names(pods), revision)
}
