package rolling

import (
	"fmt"

	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// gate is the way of the partition: the controller replaces the pods that it lets
// through.
type gate struct{ Rollout }

func (g gate) pods(i int) string {
	return g.Set.PodNames(g.through(i).Slice(0, g.Counts[i]-g.before(i)))
}

// through are the ordinals that the gate has let through after step i.
func (g gate) through(i int) workload.Ordinals { return g.Set.Ordinals().Highest(g.Counts[i]) }

// partition is where the gate is after step i.
func (g gate) partition(i int) int { return g.Set.PartitionFor(g.Counts[i]) }

// podByPod reports whether the controller gets one pod at a time. By itself it would
// not ask a budget.
func (g gate) podByPod() bool { return g.PodByPod() || g.traits().onePod }

// whole lowers the partition and never raises it.
func (g gate) whole(i int) plan.Step {
	step := g.step(i, g)
	if g.From > g.partition(i) {
		step.Change = g.move(g.partition(i))
	}
	step.Until = plan.PodsGood{From: g.through(i).First()}
	step.After = g.After(g.through(i).First())
	step.Replace = g.Blocker()
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
	to := g.through(i).First()
	var steps []plan.Step
	for n := max(g.Set.Opens(g.From).Len(), g.before(i)) + 1; n < g.Counts[i]; n++ {
		ordinal := g.Set.Ordinals().Highest(n).First()
		if pod, ok := g.Set.Pod(ordinal); !ok || pod.Revision != g.Record.Target {
			steps = append(steps, g.part(whole, ordinal, g.Set.PartitionFor(n)))
		}
	}
	lowest, ok := g.Set.Pod(to)
	switch {
	case g.From <= g.partition(i):
	case ok && lowest.Revision == g.Record.Target:
		whole.Title, whole.After = "open the gate for the other pods, which are there already", nil
	default:
		whole.Disrupts = g.disrupts(to)
		whole = g.Letting(whole, to)
		if g.Counts[i]-g.before(i) > 1 {
			whole.Title = g.traits().does + " " + g.Set.PodName(to)
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
		edit.Annotations = map[string]*string{note.RolloutAnnotation: record.Text()}
	}
	return edit
}

// partChecks are measured after each pod, where the next is to wait for that.
func (g gate) partChecks() []check.Check {
	if !g.traits().onePod {
		return nil
	}
	return g.Checks
}

// part is one pod of a step.
func (g gate) part(whole plan.Step, ordinal, partition int) plan.Step {
	return g.Letting(plan.Step{
		Checks: g.partChecks(),
		Title:  g.traits().does + " " + g.Set.PodName(ordinal), Number: whole.Number, Of: whole.Of, Part: true,
		Change: g.move(partition), Disrupts: g.disrupts(ordinal),
		Until: plan.PodsGood{From: ordinal}, Replace: whole.Replace,
	}, ordinal)
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
	opened, before := g.Set.Opened(), g.before(i)
	if !g.podByPod() || i >= len(g.Counts) || opened.Len() <= before {
		return plan.Step{}, false
	}
	whole := g.whole(i)
	return plan.Step{
		Checks: g.partChecks(),
		Title:  "check " + g.Set.PodNames(opened.Slice(0, opened.Len()-before)),
		Number: whole.Number, Of: whole.Of, Part: true,
		Until: plan.PodsGood{From: opened.First()}, Replace: whole.Replace, After: g.After(opened.First()),
	}, true
}

// beyond is never: the partition tells which step it is.
func (gate) beyond(int) bool { return false }

func (g gate) open(record *operation.Rollout) { record.Gate = ptr.To(g.Set.PartitionFor(0)) }

func (gate) hold(edit *plan.Edit, partition int) {
	edit.Partition = &partition
	edit.Says = fmt.Sprintf("template, %s, record", sts.PartitionWords(partition, "gate closed"))
}

// end puts the partition back.
func (g gate) end(edit *plan.Edit) plan.Condition {
	edit.Partition = ptr.To(g.Record.Partition)
	edit.Says = sts.PartitionWords(g.Record.Partition, "gate closed") + ", no record"
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

// Blocker is what is done about a pod that the controller would wait for without end. A canary
// leaves it to the user, unless it is to go ahead with unhealthy pods: then
// it has to get past them as well.
func (r Rollout) Blocker() *plan.Replace {
	if r.InPlace {
		return &plan.Replace{Mode: plan.ReplaceBlocker, Budgets: r.Guarded()}
	}
	if !r.Force && !r.traits().unblocks {
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
func (r Rollout) goesBack() bool { return r.PodByPod() && r.traits().unblocks }
