package replace

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
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

// Deleting has a step that deletes pods run the commands for each of them.
func (r Rollout) Deleting(step plan.Step) plan.Step {
	step.Before, step.After, step.Leader = lenient(r.Hooks.Before), r.Hooks.After, r.Hooks.Leader
	return step
}

// requires reports whether the other pods have to be Available before a command is run
// for one. On the way back from what is no good they need not be.
func (r Rollout) requires() bool {
	return !r.Force && !r.InPlace && !r.Record.Aborting && r.Record.Verb != operation.VerbUndo
}

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

// ResumeHooks refuses to go on without commands that the rollout began with: the other
// pods would go without. The record does not hold them, they are nobody else's business.
func (r *Rollout) ResumeHooks() *plan.Refusal {
	given := operation.HookFlags(r.Hooks)
	var missing []string
	for _, flag := range r.Record.Hooks {
		if !slices.ContainsFunc(given, func(g string) bool { return operation.SameMoment(g, flag) }) {
			missing = append(missing, "--"+flag)
		}
	}
	if len(missing) > 0 && !r.ChecksChanged {
		return &plan.Refusal{
			Why: fmt.Sprintf("this %s was begun with %s, and the other pods would go without",
				r.Record.Verb.Name(), strings.Join(missing, " and ")),
			Try: []hint.Hint{
				hint.Words("give the commands again, or go on with exactly those that you give: add " + ChecksChangedFlag),
			},
		}
	}
	r.Record.Hooks = given
	return nil
}
