package rolling

import (
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

// replacer is how the pods of a rollout get replaced: by a gate that opens for them, or
// by deletions. Steps are counted from 0.
type replacer interface {
	// pods names the pods that a step adds.
	pods(step int) string
	// whole is a step at once.
	whole(step int) plan.Step
	// steps are the parts that a step is run in.
	steps(step int) []plan.Step
	// half checks the pods of a step that were let through one by one before the
	// run was cut short.
	half(step int) (plan.Step, bool)
	// beyond reports whether somebody has let pods of the next step go already.
	beyond(step int) bool
	// open notes in the record how a rollout of a new template starts.
	open(record *operation.Rollout)
	// hold keeps pods from the template that an edit sets: those below this partition.
	hold(edit *plan.Edit, partition int)
	// end leaves the set as it was before, and says what to wait for then.
	end(edit *plan.Edit) plan.Condition
	// atOnce says that pods of a step are not replaced one by one.
	atOnce() []string
}

// replacer is the one place where it is decided how the pods get replaced: with OnDelete,
// and where only some are to be restarted or get new claims, the controller does not do it.
func (r Rollout) replacer() replacer {
	switch {
	case r.Record.Verb == operation.VerbReplace:
		return renewals(r)
	case r.Record.Pods != nil:
		return restarts(r)
	case r.Set.OnDelete():
		return updates(r)
	}
	return gate{r}
}

// Steps are the parts of step i, counted from 0.
func (r Rollout) Steps(i int) []plan.Step { return r.replacer().steps(i) }

// Whole is step i at once.
func (r Rollout) Whole(i int) plan.Step { return r.replacer().whole(i) }

// Hold has an edit that sets the template keep it from the pods below this
// partition, where the controller would replace them.
func (r Rollout) Hold(edit plan.Edit, partition int) plan.Edit {
	r.replacer().hold(&edit, partition)
	return edit
}

// AtOnce says that the controller does not replace the pods of a step one by
// one. A person who tries a change on a few pods expects that it does.
func (r Rollout) AtOnce() []string { return r.replacer().atOnce() }

// step is step i as far as it is the same in both ways.
func (r Rollout) step(i int, w replacer) plan.Step {
	step := plan.Step{
		Title:  r.traits().does + " " + w.pods(i),
		Number: i + 1,
		Of:     len(r.Counts),
		Soak:   r.Record.Soak.Duration,
		Checks: r.Checks,
	}
	if len(r.Counts) == 1 && !r.traits().counted {
		step.Number, step.Of = 0, 0 // there is nothing to count
	}
	if r.Pace.Gate != "" && i+1 < len(r.Counts) {
		step.Gate = &plan.Gate{Kind: r.Pace.Gate, Wanted: r.Pace.Wanted, Next: w.pods(i + 1)}
	}
	return step
}

// traits are what the rollout of one verb differs in from that of another.
type traits struct {
	does, done string // to a pod
	counted    bool   // its steps have numbers even if there is only one
	// onePod says that the gate opens pod by pod: it is to end at the first pod that
	// does not come back, and the controller would go on with all that are let through.
	onePod bool
	// noted says that each move of the gate is noted in the record.
	noted bool
	// unblocks says that a pod which the controller would wait for without end is deleted.
	unblocks bool
}

var verbs = map[operation.Verb]traits{
	operation.VerbCanary:  {does: "update", done: "updated", counted: true, noted: true},
	operation.VerbUndo:    {does: "return", done: "back", unblocks: true},
	operation.VerbRestart: {does: "restart", done: "restarted", onePod: true, noted: true},
	operation.VerbReplace: {does: "replace the claims of", noted: true},
}

func (r Rollout) traits() traits { return verbs[r.Record.Verb] }
