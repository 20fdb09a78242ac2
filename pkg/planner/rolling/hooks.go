package rolling

import (
	"fmt"
	"slices"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// PodByPod reports whether each pod waits for the one before: a PodDisruptionBudget has
// a say, or commands are run for each. By itself the controller would ask neither.
func (r Rollout) PodByPod() bool { return r.Guarded() || !r.Hooks.IsZero() }

// Letting has a step that lets these pods go run the commands for them.
func (r Rollout) Letting(step plan.Step, ordinals ...int) plan.Step {
	if r.Hooks.IsZero() {
		return step
	}
	step.Goes, step.Leader = ordinals, r.Hooks.Leader
	step.Before = r.each(r.Hooks.Before, ordinals)
	step.After = r.each(r.Hooks.After, ordinals)
	if r.requires() {
		step.Require = plan.Others{But: ordinals, Heal: true}
	}
	return step
}

// Deleting has a step that deletes pods run the commands for each of them. Those that are
// there already do not go. Of a run that goes on nobody knows which have come back by it
// and whether the command after them has been run: then none counts as there.
func (r Rollout) Deleting(step plan.Step, fresh bool, there func(sts.Pod) bool) plan.Step {
	step.Before, step.After, step.Leader = lenient(r.Hooks.Before), r.Hooks.After, r.Hooks.Leader
	if !fresh || len(step.After) == 0 {
		return step
	}
	for _, pod := range r.Set.Pods {
		if there(pod) {
			step.Stays = append(step.Stays, pod.UID)
		}
	}
	return step
}

// requires reports whether the other pods have to be Available before a command is run
// for one. On the way back from what is no good they need not be.
func (r Rollout) requires() bool {
	return !r.Force && !r.InPlace && !r.Record.Aborting && r.Record.Verb != operation.VerbUndo
}

// After are the commands for a pod that was let go before: whether they have been run
// nobody knows.
func (r Rollout) After(ordinal int) []plan.Hook { return r.each(r.Hooks.After, []int{ordinal}) }

func (r Rollout) each(hooks []plan.Hook, ordinals []int) []plan.Hook {
	var out []plan.Hook
	for _, o := range ordinals {
		for _, h := range lenient(hooks) {
			out = append(out, h.For(r.Set, o))
		}
	}
	return out
}

// lenient are hooks that are left out where the pod is not Ready: it goes all the same,
// for that may be why.
func lenient(hooks []plan.Hook) []plan.Hook {
	out := slices.Clone(hooks)
	for i := range out {
		out[i].Lenient = true
	}
	return out
}

// ResumeHooks makes the commands those of the rollout in progress. Others than it began
// with are a refusal, unless they are meant: the other pods would go without. The record
// does not hold them, they are nobody else's business.
func (r *Rollout) ResumeHooks() *plan.Refusal {
	if !r.ChecksChanged {
		hooks, d := r.Record.ResumeHooks(r.Hooks)
		if d != nil {
			return &plan.Refusal{
				Why: fmt.Sprintf("this %s %s", r.Record.Verb.Name(), d.Says()),
				Try: []hint.Hint{
					hint.Words("give the commands again, or go on with exactly those that you give: add " + ChecksChangedFlag),
				},
			}
		}
		r.Hooks = hooks
	}
	r.Record.Runs(r.Hooks)
	return nil
}
