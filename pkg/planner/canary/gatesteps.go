package canary

import (
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// steps are step i, counted from 0. Where a budget has a say the controller
// gets one pod at a time: by itself it would not ask.
func (b builder) steps(i int) []plan.Step {
	whole := b.whole(i)
	to := b.s.Replicas() - b.counts[i]
	if !b.onePod() {
		return []plan.Step{whole}
	}
	var steps []plan.Step
	for partition := min(b.from, b.s.Replicas()-b.before(i)) - 1; partition > to; partition-- {
		if pod, ok := b.s.Pod(b.s.Start() + partition); !ok || pod.Revision != b.record.Target {
			steps = append(steps, b.part(whole, partition))
		}
	}
	lowest, ok := b.s.Pod(b.s.Start() + to)
	switch {
	case b.from <= to:
	case ok && lowest.Revision == b.record.Target:
		whole.Title = "open the gate for the other pods, which are there already"
	default:
		whole.Disrupts = b.disrupts(b.s.Start() + to)
		if b.counts[i]-b.before(i) > 1 {
			whole.Title = b.verb() + " " + b.s.PodName(b.s.Start()+to)
		}
	}
	return append(steps, whole)
}

// move opens the gate, and notes how far this operation has opened it.
func (b builder) move(partition int) plan.Edit {
	edit := plan.Partition(partition)
	if b.record.Verb == operation.VerbCanary || b.record.Verb == operation.VerbRestart {
		record := b.record
		record.Gate = &partition
		edit.Annotations = map[string]*string{sts.RolloutAnnotation: record.Text()}
	}
	return edit
}

// part is one pod of a step.
func (b builder) part(whole plan.Step, partition int) plan.Step {
	ordinal := b.s.Start() + partition
	return plan.Step{
		Title: b.verb() + " " + b.s.PodName(ordinal), Number: whole.Number, Of: whole.Of, Part: true,
		Change: b.move(partition), Disrupts: b.disrupts(ordinal),
		Until: plan.PodsGood{From: ordinal}, Replace: whole.Replace,
	}
}

// disrupts names the pod that a budget must let go first, if there is one.
func (b builder) disrupts(ordinal int) []int {
	if !b.guarded() {
		return nil
	}
	return []int{ordinal}
}

// half checks the pods of step i that were let through one by one before the run
// was cut short: the next one waits for them.
func (b builder) half(i int) (plan.Step, bool) {
	gate := b.s.Partition()
	if !b.onePod() || i >= len(b.counts) || b.s.Replicas()-gate <= b.before(i) {
		return plan.Step{}, false
	}
	whole := b.whole(i)
	return plan.Step{
		Title:  "check " + b.s.PodNames(b.s.Start()+gate, b.s.End()-b.before(i)),
		Number: whole.Number, Of: whole.Of, Part: true,
		Until: plan.PodsGood{From: b.s.Start() + gate}, Replace: whole.Replace,
	}, true
}

// whole is step i at once. It lowers the partition and never raises it, or
// where there is none deletes pods.
func (b builder) whole(i int) plan.Step {
	partition := b.s.Replicas() - b.counts[i]
	step := plan.Step{
		Title:  b.verb() + " " + b.pods(i),
		Number: i + 1,
		Of:     len(b.counts),
		Soak:   b.record.Soak.Duration,
	}
	switch {
	case b.record.Pods != nil:
		step.Until = plan.PodsRestarted{Pods: b.record.Pods, Alone: b.r.Force}
		step.Replace = &plan.Replace{Mode: plan.ReplaceRestart, Order: b.record.Order, Budgets: b.guarded()}
	case b.s.OnDelete():
		step.Until = plan.PodsUpdated{Count: b.counts[i]}
		step.Replace = &plan.Replace{Mode: plan.ReplaceEach, Order: b.record.Order, Budgets: b.guarded(), AlwaysUnhealthy: b.goesBack()}
	default:
		if b.from > partition {
			step.Change = b.move(partition)
		}
		step.Until = plan.PodsGood{From: b.s.Start() + partition}
		step.Replace = b.free()
	}
	if len(b.counts) == 1 && b.record.Verb != operation.VerbCanary {
		step.Number, step.Of = 0, 0 // there is nothing to count
	}
	if b.record.Verb == operation.VerbUndo && len(b.counts) == 1 && !b.driven() {
		step.Title = returnTo(b.elsewhere(), b.record.Target)
	}
	if b.r.Pace.Gate != "" && i+1 < len(b.counts) {
		step.Gate = &plan.Gate{Kind: b.r.Pace.Gate, Wanted: b.r.Pace.Wanted, Next: b.pods(i + 1)}
	}
	return step
}

// free is for a pod that the controller would wait for without end. A canary
// leaves it to the user, unless it is to go ahead with unhealthy pods: then
// it has to get past them as well.
func (b builder) free() *plan.Replace {
	if b.replaces {
		return &plan.Replace{Mode: plan.ReplaceBlocker, Budgets: b.guarded()}
	}
	if !b.r.Force && b.record.Verb != operation.VerbUndo {
		return nil
	}
	free := &plan.Replace{Mode: plan.ReplaceBlocker, Grace: b.r.Limits.Patience, Budgets: b.guarded(), AlwaysUnhealthy: b.goesBack()}
	if free.AlwaysUnhealthy {
		free.Grace = 0
	}
	return free
}

// goesBack reports whether a pod that is not Ready is better off where this run
// takes it, whatever a budget says.
func (b builder) goesBack() bool { return b.guarded() && b.record.Verb == operation.VerbUndo }
