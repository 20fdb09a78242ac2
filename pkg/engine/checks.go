package engine

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// The reasons of runs that end because of a check.
const (
	ReasonCheckFailed  = "CheckFailed"
	ReasonCheckUnknown = "CheckUnknown"
)

// Measure is a check that is to be measured, and on what.
type Measure struct {
	Check check.Check
	On    check.Scope
	// Round tells what is measured now from what was before, in another step or on
	// other pods.
	Round int
}

// checks is what is known about the checks of the present step.
type checks struct {
	round   int
	tallies []check.Tally
	running map[string]bool // those that are being measured, by name
	// stables are what queries have said about the stable pods, over all steps.
	stables check.Stables
}

func (c checks) clone() checks {
	c.tallies, c.running = slices.Clone(c.tallies), maps.Clone(c.running)
	return c
}

// of begins to measure these.
func (c checks) of(all []check.Check) checks {
	out := checks{round: c.round + 1, stables: c.stables, running: map[string]bool{}}
	for _, each := range all {
		out.tallies = append(out.tallies, check.NewTally(each))
	}
	return out
}

// again begins to measure the same on other pods.
func (c checks) again() checks {
	var all []check.Check
	for _, t := range c.tallies {
		all = append(all, t.Check)
	}
	return c.of(all)
}

// waits is what a soak waits for.
func (c checks) waits() string {
	var open []string
	for _, t := range c.tallies {
		if t.State() != check.Good {
			open = append(open, t.Summary())
		}
	}
	if len(open) == 0 {
		return "the soak to end"
	}
	return "checks to be good: " + strings.Join(open, "; ")
}

// Measured tells the state what a check came to that was started in this round. What
// comes too late is left out: nil.
func (st State) Measured(round int, m check.Measurement) (State, *check.Tally) {
	i := slices.IndexFunc(st.checks.tallies, func(t check.Tally) bool { return t.Check.Name == m.Check })
	if round != st.checks.round || i < 0 {
		return st, nil
	}
	st.checks = st.checks.clone()
	delete(st.checks.running, m.Check)
	st.checks.tallies[i] = st.checks.tallies[i].Add(m)
	st.checks.stables = st.checks.stables.Remember(m)
	tally := st.checks.tallies[i]
	return st, &tally
}

// Remembering tells the state what was measured on the stable pods before the run.
func (st State) Remembering(m check.Measurement) State {
	st.checks.stables = st.checks.stables.Remember(m)
	return st
}

// ChecksGood reports whether every check of the present step is good, if it has any.
func (st State) ChecksGood() bool {
	return len(st.checks.tallies) > 0 && check.Together(st.checks.tallies) == check.Good
}

// measured reports whether every check of the step is good. It starts what is due,
// and ends the run where a check has failed, or is not known for too long. The soak
// itself lasts until then.
func (n *next) measured(step *plan.Step, progress plan.Progress, until time.Time) bool {
	if len(step.Checks) == 0 {
		return true
	}
	switch check.Together(n.st.checks.tallies) {
	case check.Failed:
		n.endBy(check.Failed, Halted, ReasonCheckFailed, "check failed: ")
		return false
	case check.Held:
		n.endBy(check.Held, Held, ReasonCheckUnknown, "a check is not known: ")
		return false
	case check.Good:
		if !n.now.Before(until) {
			return true // what is being measured can't change that any more
		}
	case check.Measuring:
		if n.checksOverdue(until) {
			return false
		}
	}
	n.measure(step, progress)
	return check.Together(n.st.checks.tallies) == check.Good
}

// between reports whether the next of the pods that the step deletes may go: once the
// checks are good on those that have come back. Nothing is measured before the first.
func (n *next) between(step *plan.Step, progress plan.Progress) bool {
	if len(step.Checks) == 0 || step.Replace == nil || step.Replace.Mode == plan.ReplaceBlocker || len(n.scope(step, progress).Pods) == 0 {
		return true
	}
	return n.measured(step, progress, n.st.started)
}

// measure starts the checks that are due, each once at a time.
func (n *next) measure(step *plan.Step, progress plan.Progress) {
	for _, t := range n.st.checks.tallies {
		if n.st.checks.running[t.Check.Name] {
			continue
		}
		if due := t.Due(); n.now.Before(due) {
			n.wake(due)
			continue
		}
		n.st.checks.running[t.Check.Name] = true
		n.d.Measure = append(n.d.Measure, Measure{Check: t.Check, On: n.scope(step, progress), Round: n.st.checks.round})
	}
}

// checksOverdue ends the run when the checks have had the step's time beyond the
// soak. A check that fails now and then is a failure; one that is not known, or not
// yet, is none.
func (n *next) checksOverdue(until time.Time) bool {
	if n.p.StepTimeout == 0 {
		return false
	}
	deadline := until.Add(n.p.StepTimeout)
	if n.now.Before(deadline) {
		n.haltsAt(deadline)
		n.wake(deadline)
		return false
	}
	after := "a check is not good within " + n.p.StepTimeout.String() + " of the soak's end: "
	if slices.ContainsFunc(n.st.checks.tallies, func(t check.Tally) bool {
		return t.State() != check.Good && t.Last != nil && t.Last.Verdict == check.Fail
	}) {
		n.endBy(check.Measuring, Halted, ReasonCheckFailed, after)
	} else {
		n.endBy(check.Measuring, Held, ReasonCheckUnknown, after)
	}
	return true
}

// endBy ends the run because of the checks in this state. The first that names a pod
// says which pod it is.
func (n *next) endBy(state check.State, result Result, reason, words string) {
	var summaries []string
	pod := ""
	for _, t := range n.st.checks.tallies {
		if t.State() != state {
			continue
		}
		summaries = append(summaries, t.Summary())
		if t.Last != nil {
			pod = cmp.Or(pod, t.Last.Pod)
		}
	}
	n.d.End = n.outcome(result, words+strings.Join(summaries, "; "))
	n.d.End.Pod, n.d.End.Reason = pod, reason
	if result == Held { // there is no next step to go to: it is measured again
		n.d.End.Try = n.commands(Interrupted)
	}
}

// scope is what the step's checks are measured on: the pods that its condition is
// about and that are where they should be, beside those that wait for their turn.
func (n *next) scope(step *plan.Step, progress plan.Progress) check.Scope {
	scope := Stable(n.p, n.s, n.now)
	scope.Step, scope.Baseline, scope.Pods = step.ID, false, nil
	scope.Last = n.st.checks.stables
	measured := map[int]bool{}
	chooser, chooses := step.Until.(plan.Chooser)
	for _, t := range progress.Pods {
		if pod, there := n.s.Pod(t.Ordinal); there && t.Good() && (!chooses || chooser.About(t.Ordinal)) {
			measured[t.Ordinal] = true
			scope.Pods = append(scope.Pods, checked(n.s, pod))
		}
	}
	scope.Stables = slices.DeleteFunc(scope.Stables, func(p check.Pod) bool { return measured[p.Ordinal] })
	return scope
}

// Stable is what checks are measured on before anything is written: the pods that are
// Available and have not been changed yet. A run that goes on with a rollout whose pods
// are all updated has none: the status would call the new revision stable, and what is
// measured would be compared with itself.
func Stable(p plan.Plan, s sts.Snapshot, now time.Time) check.Scope {
	scope := check.Scope{
		Namespace: p.Namespace, Set: p.Name, Revision: s.UpdateRevision(), Stable: cmp.Or(p.Stable, s.StableRevision()),
		Now: now, Baseline: true,
	}
	if !s.Exists() {
		return scope
	}
	scope.Service = s.Set.Spec.ServiceName
	for o := range s.Ordinals().All() {
		pod, there := s.Pod(o)
		if !there {
			continue
		}
		scope.All = append(scope.All, checked(s, pod))
		if pod.Available(s.MinReady(), now) && (pod.Revision == scope.Stable || scope.Stable == "") {
			scope.Stables = append(scope.Stables, checked(s, pod))
		}
	}
	scope.Pods = scope.Stables
	return scope
}

func checked(s sts.Snapshot, pod sts.Pod) check.Pod {
	return check.Pod{Name: pod.Name, Ordinal: pod.Ordinal, Available: pod.ReadySince.Add(s.MinReady())}
}
