package canary

import (
	"fmt"
	"time"

	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// otherTemplate refuses a template while the canary of another is in progress.
func otherTemplate(r Request, record operation.Rollout, s sts.Snapshot) *plan.Refusal {
	no := &plan.Refusal{
		Why: fmt.Sprintf("a canary of statefulset %q is in progress since %s, with another template",
			s.Name(), record.Started.UTC().Format(time.RFC3339)),
		Try: []string{
			"finish it: " + r.command("promote", s, "--full"),
			"or go back: " + r.command("abort", s),
		},
	}
	if record.Failure(s) != nil {
		no.Try = no.Try[1:]
		no.Try[0] = "roll back: " + r.command("abort", s)
	}
	if r.ReplaceCommand != "" && operation.Refuse("canary", s, r.Command) == nil {
		no.Try = append(no.Try, "or put this one in its place, on the same pods: "+r.ReplaceCommand)
	}
	no.Try = r.watchFirst(s, no.Try)
	return no
}

// replace plans the way forward from a canary that is no good: another template
// behind the same gate, with the same revision to go back to. The pods that were
// let through get it, the others don't; all steps are measured anew.
func replace(r Request, record operation.Rollout, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	if err := operation.Refuse("canary", s, r.Command); err != nil {
		return nil, err
	}
	if no := refuseReplace(r, record, s); no != nil {
		return nil, no
	}
	record = record.DrivenBy(r.driver(), r.Manager)
	record.Failed, record.Run, record.Started = nil, r.Run, now.UTC().Truncate(time.Second)
	cause := record.Cause
	owned := record.OwnTemplate
	record.Template, record.Digest = "", ""
	if err := record.Owns(r.Template, r.Exact, s); err != nil {
		return nil, err
	}
	if owned {
		record.Cause = cause // of before the canary, not of what it set itself
	}
	gate := s.Partition()
	b := builder{r: r, record: record, s: s, from: gate, replaces: true}
	if b.guarded() {
		gate = s.Replicas() // by itself the controller would not ask the budget
	}
	counts, err := record.Steps.UsableCounts(s.Replicas())
	if err != nil {
		return nil, err
	}
	b.counts, b.from = counts, gate
	if !s.OnDelete() {
		b.record.Gate = ptr.To(gate)
	}
	p := b.frame(operation.VerbCanary.Name())
	p.Warnings = overruled(r, record)
	p.Steps = append(p.Steps, b.swap(gate))
	if again, ok := b.letThroughAgain(); ok {
		p.Steps = append(p.Steps, again)
	}
	b.replaces = b.guarded() || s.OnDelete() // else the pods of the other steps are not the canary's
	for i := range counts {
		if s.Replicas()-counts[i] >= gate && !s.OnDelete() {
			continue // among those that are let through at once
		}
		p.Steps = append(p.Steps, b.steps(i)...)
	}
	p.Steps = append(p.Steps, b.finish())
	return p, nil
}

// swap is the write that puts the template in the place of the canary's.
func (b builder) swap(gate int) plan.Step {
	edit := plan.Edit{
		Template: b.r.Template, Annotations: map[string]*string{sts.RolloutAnnotation: b.record.Text()}, Says: "template, record",
	}
	if b.r.Cause != "" {
		edit.Annotations[operation.ChangeCause] = &b.r.Cause
	}
	if gate != b.s.Partition() {
		edit.Partition, edit.Says = ptr.To(gate), fmt.Sprintf("template, partition %d, record", gate)
	}
	return plan.Step{Title: "replace the template of the canary", Change: edit, Until: plan.Observed{}}
}

// letThroughAgain is the step of the pods that the gate lets through already.
func (b builder) letThroughAgain() (plan.Step, bool) {
	at, through := -1, b.s.Replicas()-b.from
	for i, n := range b.counts {
		if n <= through {
			at = i
		}
	}
	if b.s.OnDelete() || through <= 0 {
		return plan.Step{}, false
	}
	if at < 0 || b.counts[at] < through { // between two steps: they are part of the next one
		next := b.whole(min(at+1, len(b.counts)-1))
		return plan.Step{
			Title: "update " + b.s.PodNames(b.s.Start()+b.from, b.s.End()), Number: next.Number, Of: next.Of, Part: true,
			Until: plan.PodsGood{From: b.s.Start() + b.from}, Replace: b.free(),
		}, true
	}
	step := b.whole(at)
	step.Title, step.Change = "update "+b.s.PodNames(b.s.Start()+b.from, b.s.End()), nil
	return step, true
}

// refuseReplace checks what can't be replaced, or should not.
func refuseReplace(r Request, record operation.Rollout, s sts.Snapshot) *plan.Refusal {
	if !s.Observed() {
		return unsettled(r, s, "waiting for the StatefulSet controller to see the change")
	}
	stable, ok := s.Revision(record.Stable)
	if !ok {
		return nil
	}
	template, err := sts.RevisionTemplate(stable)
	if err != nil {
		return nil //nolint:nilerr // what can't be read is not known to be the same
	}
	typed, err := template.Typed()
	wanted, errWanted := r.Template.Typed()
	if err != nil || errWanted != nil || !sts.SameTemplate(typed, wanted) {
		return nil //nolint:nilerr // what can't be decoded is not known to be the same
	}
	return &plan.Refusal{
		Why: fmt.Sprintf("that is the template of revision %s, which the canary of statefulset %q began from", record.Stable, s.Name()),
		Try: []string{"roll back: " + r.command("abort", s)},
	}
}
