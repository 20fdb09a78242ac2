package canary

import (
	"fmt"
	"slices"

	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// builder makes the parts that the plans share.
type builder struct {
	r      Request
	record operation.Rollout
	s      sts.Snapshot
	counts []int
	from   int  // the partition that the steps begin at
	again  bool // an abort goes on
	// replaces says that the template is put in the place of the canary's: no pod
	// has it yet, and one that is broken is in the way.
	replaces bool
}

func (b builder) frame(verb string) *plan.Plan {
	images := b.images()
	details := slices.Clone(b.r.Details)
	_, begun := b.s.Annotation(sts.RolloutAnnotation)
	if b.record.Verb == operation.VerbCanary && len(details) == 0 && (begun || b.r.Template == nil) { // nothing else says it
		details = append(details, imageDetail(images)...)
	}
	if hold, err := operation.FindHold(b.s); err == nil && hold != nil {
		details = append(details, "the set is held, and stays so: "+sts.Clean(hold.Who()))
	}
	return &plan.Plan{
		Verb:        verb,
		Namespace:   b.s.Set.Namespace,
		Name:        b.s.Name(),
		UID:         b.s.UID(),
		Title:       b.title(verb),
		Details:     append(details, b.atOnce()...),
		Images:      images,
		Record:      sts.RolloutAnnotation,
		Patience:    b.r.Limits.Patience,
		Placing:     b.r.Limits.Placing,
		StepTimeout: b.r.Limits.StepTimeout,
		Timeout:     b.r.Limits.Timeout,
		Promote:     b.r.command("promote", b.s),
		Resume:      b.r.command(b.record.Verb.Name(), b.s),
		Abort:       b.backCommand(),
		Instead:     b.instead(),
		Watch:       b.r.command("watch", b.s, "--follow"),
		Success:     b.success(),
	}
}

// backCommand is the way back to stable; an undo and a restart have none that
// anybody would want.
func (b builder) backCommand() string {
	if b.record.Verb != operation.VerbCanary {
		return ""
	}
	return b.r.command("abort", b.s)
}

// guarded reports whether a PodDisruptionBudget has a say.
func (b builder) guarded() bool { return len(b.s.Budgets) > 0 && !b.record.IgnorePDB && !b.r.IgnorePDB }

// driven reports whether it is not the controller that replaces the pods.
func (b builder) driven() bool { return b.record.Pods != nil || b.s.OnDelete() }

// onePod reports whether the gate opens pod by pod. A restart is to end at the
// first pod that does not come back, and the controller would go on with all
// that are let through.
func (b builder) onePod() bool {
	return !b.driven() && (b.guarded() || b.record.Verb == operation.VerbRestart)
}

// before is how many pods the steps before step i update.
func (b builder) before(i int) int {
	if i == 0 {
		return 0
	}
	return b.counts[i-1]
}

// finish puts the partition back and removes the record.
func (b builder) finish() plan.Step {
	edit := plan.Edit{
		Partition:   ptr.To(b.record.Partition),
		Annotations: map[string]*string{sts.RolloutAnnotation: nil},
		Says:        fmt.Sprintf("partition %d, no record", b.record.Partition),
	}
	if note := b.noteUndone(); note != nil {
		edit.Annotations[UndoneAnnotation] = note
	}
	var until plan.Condition = plan.Observed{}
	switch {
	case b.driven():
		edit.Partition, edit.Says = nil, "no record"
	case b.record.Partition == 0:
		until = plan.RolledOut{}
	}
	return plan.Step{Title: "end the " + b.record.Verb.Name(), Change: edit, Until: until}
}
