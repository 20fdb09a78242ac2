package replace

import (
	"fmt"

	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// gate is the way of the partition: the controller replaces the pods that it lets
// through.
type gate struct{ Rollout }

func (g gate) pods(i int) string {
	return g.Set.PodNames(g.Set.End()-g.Counts[i], g.Set.End()-g.before(i))
}

// partition is where the gate is after step i.
func (g gate) partition(i int) int { return g.Set.Replicas() - g.Counts[i] }

// podByPod reports whether the controller gets one pod at a time. By itself it would
// not ask a budget.
func (g gate) podByPod() bool { return g.Guarded() || g.traits().onePod }

// whole lowers the partition and never raises it.
func (g gate) whole(i int) plan.Step {
	step := g.step(i, g)
	if g.From > g.partition(i) {
		step.Change = g.move(g.partition(i))
	}
	step.Until = plan.PodsGood{From: g.Set.Start() + g.partition(i)}
	step.Replace = g.Free()
	if g.Record.Verb == operation.VerbUndo && len(g.Counts) == 1 {
		step.Title = ReturnTo(g.elsewhere(), g.Record.Target)
	}
	return step
}

func (g gate) steps(i int) []plan.Step {
	whole := g.whole(i)
	if !g.podByPod() {
		return []plan.Step{whole}
	}
	to := g.partition(i)
	var steps []plan.Step
	for partition := min(g.From, g.Set.Replicas()-g.before(i)) - 1; partition > to; partition-- {
		if pod, ok := g.Set.Pod(g.Set.Start() + partition); !ok || pod.Revision != g.Record.Target {
			steps = append(steps, g.part(whole, partition))
		}
	}
	lowest, ok := g.Set.Pod(g.Set.Start() + to)
	switch {
	case g.From <= to:
	case ok && lowest.Revision == g.Record.Target:
		whole.Title = "open the gate for the other pods, which are there already"
	default:
		whole.Disrupts = g.disrupts(g.Set.Start() + to)
		if g.Counts[i]-g.before(i) > 1 {
			whole.Title = g.traits().does + " " + g.Set.PodName(g.Set.Start()+to)
		}
	}
	return append(steps, whole)
}

// move opens the gate, and notes how far this operation has opened it.
func (g gate) move(partition int) plan.Edit {
	edit := plan.Partition(partition)
	if g.traits().noted {
		record := g.Record
		record.Gate = &partition
		edit.Annotations = map[string]*string{sts.RolloutAnnotation: record.Text()}
	}
	return edit
}

// part is one pod of a step.
func (g gate) part(whole plan.Step, partition int) plan.Step {
	ordinal := g.Set.Start() + partition
	return plan.Step{
		Title: g.traits().does + " " + g.Set.PodName(ordinal), Number: whole.Number, Of: whole.Of, Part: true,
		Change: g.move(partition), Disrupts: g.disrupts(ordinal),
		Until: plan.PodsGood{From: ordinal}, Replace: whole.Replace,
	}
}

// disrupts names the pod that a budget must let go first, if there is one.
func (g gate) disrupts(ordinal int) []int {
	if !g.Guarded() {
		return nil
	}
	return []int{ordinal}
}

// half has the next pod wait for those that were let through.
func (g gate) half(i int) (plan.Step, bool) {
	partition := g.Set.Partition()
	if !g.podByPod() || i >= len(g.Counts) || g.Set.Replicas()-partition <= g.before(i) {
		return plan.Step{}, false
	}
	whole := g.whole(i)
	return plan.Step{
		Title:  "check " + g.Set.PodNames(g.Set.Start()+partition, g.Set.End()-g.before(i)),
		Number: whole.Number, Of: whole.Of, Part: true,
		Until: plan.PodsGood{From: g.Set.Start() + partition}, Replace: whole.Replace,
	}, true
}

// beyond is never: the partition tells which step it is.
func (gate) beyond(int) bool { return false }

func (g gate) open(record *operation.Rollout) { record.Gate = ptr.To(g.Set.Replicas()) }

func (gate) hold(edit *plan.Edit, partition int) {
	edit.Partition = &partition
	edit.Says = fmt.Sprintf("template, partition %d, record", partition)
}

// end puts the partition back.
func (g gate) end(edit *plan.Edit) plan.Condition {
	edit.Partition = ptr.To(g.Record.Partition)
	edit.Says = fmt.Sprintf("partition %d, no record", g.Record.Partition)
	if g.Record.Partition == 0 {
		return plan.RolledOut{}
	}
	return plan.Observed{}
}

func (g gate) atOnce() []string {
	most := g.Set.MaxUnavailable()
	if most == 1 || g.podByPod() || g.Set.Replicas() < 2 {
		return nil
	}
	return []string{fmt.Sprintf("maxUnavailable %d: the controller replaces up to %d pods of a step at once",
		most, min(most, g.Set.Replicas()))}
}

// Free is for a pod that the controller would wait for without end. A canary
// leaves it to the user, unless it is to go ahead with unhealthy pods: then
// it has to get past them as well.
func (r Rollout) Free() *plan.Replace {
	if r.InPlace {
		return &plan.Replace{Mode: plan.ReplaceBlocker, Budgets: r.Guarded()}
	}
	if !r.Force && !r.traits().frees {
		return nil
	}
	free := &plan.Replace{Mode: plan.ReplaceBlocker, Grace: r.Limits.Patience, Budgets: r.Guarded(), AlwaysUnhealthy: r.goesBack()}
	if free.AlwaysUnhealthy {
		free.Grace = 0
	}
	return free
}

// goesBack reports whether a pod that is not Ready is better off where this run
// takes it, whatever a budget says.
func (r Rollout) goesBack() bool { return r.Guarded() && r.traits().frees }
