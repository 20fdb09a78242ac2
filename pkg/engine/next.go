package engine

import (
	"cmp"
	"slices"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/writeback"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Decision is what comes next. Exactly one of Do, Hook, Find, Ask and End is set, or
// none: then there is nothing to do until another snapshot comes, a measurement ends or
// WakeAt passes.
type Decision struct {
	Events []Event
	Do     plan.Change
	Hook   *plan.Hook
	Find   []plan.Hook // to be asked which of their pods leads
	Ask    *plan.Gate
	// Measure is what is to be measured from now on, beside everything else.
	Measure []Measure
	End     *Outcome
	WakeAt  time.Time // zero for never
}

// Next decides what a plan does next. It is pure: the same arguments give the
// same answer, and the state that it was given stays as it was.
func Next(p plan.Plan, st State, s sts.Snapshot, now time.Time) (State, Decision) {
	n := next{p: p, st: st.clone(), s: s, now: now}
	n.decide()
	n.help(n.d.End)
	return n.st, n.d
}

// next is one decision in the making.
type next struct {
	p   plan.Plan
	st  State
	s   sts.Snapshot
	now time.Time
	d   Decision
	// success is what the last step says about its end.
	success string
}

func (n *next) decide() {
	if n.st.Stale(n.s) {
		n.behind()
		return
	}
	if n.drifted() {
		return
	}
	n.st.remember(n.s, n.now)
	n.st.halts = time.Time{}
	for n.st.step < len(n.p.Steps) {
		if over := n.advance(&n.p.Steps[n.st.step]); !over {
			return
		}
		n.st.step++
		n.st.phase, n.st.answer = entering, ""
	}
	message := cmp.Or(n.success, n.p.Success) + n.st.awayWords()
	n.d.End = &Outcome{Result: Done, Message: message, Commits: writeback.Commits(n.p.Reconcilers)}
}

// behind keeps the step's deadline while the snapshots lag behind the run's
// own write.
func (n *next) behind() {
	if n.st.step < len(n.p.Steps) && n.st.phase <= waiting {
		n.overdue(&n.p.Steps[n.st.step], plan.Progress{Waiting: watchLags})
	}
}

// advance moves the present step on, and reports whether it is over.
func (n *next) advance(step *plan.Step) bool {
	if n.st.phase == entering {
		n.st.phase, n.st.started, n.st.good = changing, n.now, 0
		n.st.checks = n.st.checks.of(step.Checks)
		n.tell(Event{Type: EventStep})
	}
	if n.st.phase == changing && !n.changed(step) {
		return false
	}
	progress := n.check(step)
	n.success = progress.Success
	n.tellOperation(progress.Operation)
	n.tellPods(progress)
	n.tellClaims(progress)
	if n.st.phase == waiting && !n.arrived(step, progress) {
		return false
	}
	if n.st.phase == soaking && !n.kept(step, progress) {
		return false
	}
	return n.passed(step)
}

// check asks the step's condition, which may have a memory.
func (n *next) check(step *plan.Step) plan.Progress {
	c, ok := step.Until.(plan.Rememberer)
	if !ok {
		return step.Until.Check(n.s, n.now)
	}
	var progress plan.Progress
	n.st.memory, progress = c.Recall(n.st.memory, n.s, n.now)
	return progress
}

// changed reports whether the step's change is there, and does what is next for it
// while it is not.
func (n *next) changed(step *plan.Step) bool {
	if step.Change == nil || step.Change.Done(n.s) {
		n.st.phase, n.st.started = waiting, n.now
		return true
	}
	if !n.required(step) || !n.underWay() && !n.allowed(step) {
		n.keep()
		return false
	}
	n.goOn()
	if !n.allMayGo(step) {
		return false
	}
	if !n.overdue(step, plan.Progress{Waiting: serverTakes}) {
		n.d.Do = step.Change
	}
	return false
}

// arrived reports whether the step's condition holds now.
func (n *next) arrived(step *plan.Step, progress plan.Progress) bool {
	if step.Soaks() && !progress.Bears {
		if v := n.st.regressed(n.s, n.now, nil, true); v != nil {
			n.halt(v)
			return false
		}
	}
	n.underWay()
	if progress.Done {
		if !n.followed(step, progress) {
			return false
		}
		n.st.phase, n.st.soaked, n.st.waitSaid = soaking, n.now, ""
		n.st.rebase(n.s, n.now)
		if step.Soak > 0 && !progress.Untouched {
			n.tell(Event{Type: EventSoak, Until: n.now.Add(step.Soak), Good: progress.Good, Want: progress.Want})
		}
		return true
	}
	if n.ended(progress) || n.troubled(step, progress) {
		return false
	}
	n.wake(progress.NextAt)
	n.further(progress)
	freed := n.st.replace(step.Replace, n.p, n.s, progress, n.now)
	n.wake(freed.at)
	if progress.Waiting == "" {
		progress.Waiting, progress.External = freed.waiting, freed.budget
	}
	if freed.do == nil {
		n.keep()
	}
	if freed.do != nil && (!n.followed(step, progress) || !n.between(step, progress)) {
		return false
	}
	if freed.do != nil { // its hooks have a deadline of their own
		n.goOn()
		if n.mayGo(step, freed.ordinal) && !n.overdue(step, progress) {
			n.d.Do = freed.do
		}
		return false
	}
	n.waitFor(step, progress)
	return false
}

// ended ends a run that only looks on where nothing more happens by itself.
func (n *next) ended(progress plan.Progress) bool {
	switch f := progress.Failed; {
	case progress.Broken != "":
		n.d.End = n.outcome(Drifted, progress.Broken)
		if n.p.Resizes() { // to go on may take somebody else's size back
			n.d.End.Try = []hint.Hint{n.p.Resume.With("--dry-run=client").Saying("see what it would do now")}
		}
	case progress.Stuck != "":
		n.d.End = n.outcome(Halted, progress.Stuck)
		n.d.End.Reason, n.d.End.Try = progress.Reason, n.afterThat(progress.Try, "try again")
	case progress.Back != "":
		n.d.End = n.outcome(Halted, progress.Back)
		n.d.End.Reason = progress.Reason
	case f != nil:
		n.d.End = n.outcome(Halted, "failed: "+f.String())
		n.d.End.Pod, n.d.End.Reason, n.d.End.Evidence = f.Pod, f.Reason, f.Evidence
	case progress.Held != "":
		n.d.End = n.outcome(Held, progress.Held)
		if progress.Try != nil {
			n.d.End.Reason, n.d.End.Try = progress.Reason, n.afterThat(progress.Try, "then go on")
		}
	default:
		return false
	}
	return true
}

// afterThat are the commands that a condition knows, and the one that goes on then.
func (n *next) afterThat(try []hint.Hint, words string) []hint.Hint {
	out := ways(slices.Clone(try))
	again := n.p.Resume
	again.Again = true
	if !n.p.Resume.IsZero() {
		out.add(words, again)
	}
	return out
}

// troubled halts the run when the trouble of a pod has had its time.
func (n *next) troubled(step *plan.Step, progress plan.Progress) bool {
	if progress.Bears {
		return false
	}
	v, wake := n.st.troubled(n.p, *step, n.s, progress, n.now)
	if v != nil {
		n.halt(v)
		return true
	}
	n.haltsAt(wake)
	n.wake(wake)
	return false
}

func (n *next) wake(at time.Time) { n.d.WakeAt = Earlier(n.d.WakeAt, at) }
