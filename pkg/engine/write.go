package engine

import "github.com/kubectl-sts/kubectl-sts/pkg/plan"

// allowed reports whether the budgets allow what the step's change gives up.
func (n *next) allowed(step *plan.Step) bool {
	// A pod that is not Ready goes first. Where nothing else is required, what the step
	// before has reached is, whatever a hook took.
	if gives := len(step.Disrupts) > 0 || step.Require == nil && len(step.Goes) > 0; gives && (n.unhealthy(step) || !n.holds()) {
		return false
	}
	for _, o := range step.Disrupts {
		pod, there := n.s.Pod(o)
		if !there || pod.Revision == n.s.UpdateRevision() {
			continue
		}
		if words := n.s.Forbids(pod); words != "" && !step.Replace.Always(pod) {
			n.waitFor(step, plan.Progress{Waiting: words, External: true})
			return false
		}
	}
	return true
}

// required reports whether what the step needs before its hooks and its change is
// so. A pod that was good and is so no more ends the run, while a hook runs as
// well; one that was not is waited for.
func (n *next) required(step *plan.Step) bool {
	if step.Require == nil {
		return true
	}
	if others, ok := step.Require.(plan.Others); ok {
		if v := n.st.regressed(n.s, n.now, others.Leaves(), others.Heal); v != nil {
			n.halt(v)
			return false
		}
	}
	progress := step.Require.Check(n.s, n.now)
	if n.ended(progress) {
		return false
	}
	if progress.Done {
		return true
	}
	n.keepWaiting(step, plan.Step{Until: step.Require}, progress)
	return false
}

// holds reports whether what the step before has reached is still so: a budget
// may have been waited for in between, for long, and it may allow more than one
// disruption.
func (n *next) holds() bool {
	if n.st.step == 0 {
		return true
	}
	step, before := &n.p.Steps[n.st.step], n.p.Steps[n.st.step-1]
	progress := before.Until.Check(n.s, n.now)
	if progress.Done {
		return true
	}
	n.keepWaiting(step, before, progress)
	return false
}

// keepWaiting waits before the step for what another one has to reach, and halts
// when its pods have been in trouble for too long.
func (n *next) keepWaiting(step *plan.Step, reach plan.Step, progress plan.Progress) {
	n.wake(progress.NextAt)
	v, wake := n.st.troubled(n.p, reach, n.s, progress, n.now)
	if v != nil {
		n.halt(v)
		return
	}
	n.wake(wake)
	if t, ok := culprit(n.s, reach, progress, n.now); ok && progress.Waiting == "" {
		progress.Waiting, progress.Reason = t.Pod+": "+t.Says(), t.Reason()
	}
	n.waitFor(step, progress)
}

// waitFor tells what keeps the change from being sent, unless it has done so
// for too long.
func (n *next) waitFor(step *plan.Step, progress plan.Progress) {
	if !n.overdue(step, progress) {
		n.tellWait(progress)
	}
}
