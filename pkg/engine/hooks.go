package engine

import (
	"maps"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// NotYet is the exit code of a hook that says that it is too early: it is run again
// after a while, until the step has had its time. It is EX_TEMPFAIL of sysexits.h, and
// means of a check that it tells nothing.
const NotYet = 75

const (
	// hookAgain is how long after "not yet" a hook is run again.
	hookAgain = 5 * time.Second
	// keptFor is for how long something may keep a pod from going before the commands
	// that let it go are run again.
	keptFor = time.Minute
)

// The reasons of runs that are held because of a hook.
const (
	ReasonNotYet        = "NotYet"
	ReasonLeaderUnknown = "LeaderUnknown"
)

// ranHook is a hook that has run for one pod.
type ranHook struct {
	hook plan.Hook
	uid  types.UID
}

func (h ranHook) bare() ranHook { return ranHook{h.hook.Bare(), h.uid} }

// hooks is what a run knows about its hooks.
type hooks struct {
	ran     map[ranHook]bool // never changed, only replaced
	running *ranHook         // nil while none runs
	early   ranHook          // what has said "not yet"
	again   time.Time        // when that is run again
	since   time.Time        // since when it has said so
	kept    time.Time        // since when something else keeps a pod from going, zero when nothing does
	lead    lead
	// begun are pods that were Ready when the first of their commands before they go
	// began. That such a pod is Ready no more may be the command's doing. Never changed,
	// only replaced.
	begun map[types.UID]bool
}

// taken is h once a pod has gone or the set has changed: what the commands for another
// one have found out or done was before that.
func (h hooks) taken() hooks {
	h.ran, h.lead = maps.Clone(h.ran), h.lead.old()
	maps.DeleteFunc(h.ran, func(r ranHook, _ bool) bool { return r.hook.Moment != plan.AfterPod })
	return h
}

// Hooked tells the state that the hook has run which Next has decided on last. Who
// leads is another question from here. Its time is not the step's.
func (st State) Hooked(now time.Time) State {
	h := st.hooks
	if h.running == nil {
		return st
	}
	h.ran = maps.Clone(h.ran)
	if h.ran == nil {
		h.ran = map[ranHook]bool{}
	}
	h.ran[h.running.bare()] = true
	h.running, h.early, h.lead = nil, ranHook{}, h.lead.old()
	st.hooks, st.started = h, now
	return st
}

// NotYet tells the state that the hook which Next has decided on last says that it is
// too early.
func (st State) NotYet(now time.Time) State {
	h := st.hooks
	if h.running == nil {
		return st
	}
	if bare := h.running.bare(); h.early != bare {
		h.early, h.since = bare, now
	}
	h.running, h.again, h.lead = nil, now.Add(hookAgain), h.lead.old()
	st.hooks, st.started = h, now
	return st
}

// underWay reports whether a hook or a question to the pods is under way: then no other
// begins. Its time is not the step's.
func (n *next) underWay() bool {
	if n.st.hooks.running == nil && !n.st.hooks.lead.asking {
		return false
	}
	if n.st.started = n.now; n.st.hooks.running != nil {
		n.d.Hook = &n.st.hooks.running.hook
	}
	return true
}

// mayGo reports whether this pod may be let go as far as the step's hooks are concerned,
// and does what is next for that.
func (n *next) mayGo(step *plan.Step, ordinal int) bool {
	return n.ledBy(step, []int{ordinal}) && n.ran(step, n.before(step, ordinal), ordinal)
}

// before are the hooks before this pod goes, which a later step may have: a pod that is
// broken goes before its turn.
func (n *next) before(step *plan.Step, ordinal int) []plan.Hook {
	all := slices.Clone(step.Before)
	for _, later := range n.p.Steps[n.st.step+1:] {
		for _, h := range later.Before {
			if h.Pod != "" && h.Ordinal == ordinal {
				all = append(all, h)
			}
		}
	}
	return all
}

// allMayGo is the same for a step's change.
func (n *next) allMayGo(step *plan.Step) bool {
	if !n.ledBy(step, step.Goes) {
		return false
	}
	for _, h := range step.Before {
		if !n.ran(step, []plan.Hook{h}, h.Ordinal) {
			return false
		}
	}
	return true
}

// followed reports whether the step's hooks have run for each of its pods that is good.
// Those for one pod wait for the whole step.
func (n *next) followed(step *plan.Step, progress plan.Progress) bool {
	for _, h := range step.After {
		for _, o := range n.after(step, h, progress) {
			if !n.ran(step, []plan.Hook{h}, o) {
				return false
			}
		}
	}
	return true
}

// after are the ordinals for which a hook has to have run by now.
func (n *next) after(step *plan.Step, h plan.Hook, progress plan.Progress) []int {
	if h.Pod != "" && !progress.Done {
		return nil
	}
	if h.Pod != "" {
		return []int{h.Ordinal}
	}
	var out []int
	for _, good := range n.scope(step, progress).Pods {
		if pod, _ := n.s.Pod(good.Ordinal); !slices.Contains(step.Stays, pod.UID) {
			out = append(out, good.Ordinal)
		}
	}
	return out
}

// ran reports whether these hooks have run for a pod. The first that has not is what
// comes next.
func (n *next) ran(step *plan.Step, all []plan.Hook, ordinal int) bool {
	if n.underWay() {
		return false
	}
	pod, _ := n.s.Pod(ordinal)
	for _, h := range all {
		if h.Pod != "" && h.Ordinal != ordinal || h.Lenient && h.Exec && !pod.Ready && !n.st.hooks.begun[pod.UID] {
			continue
		}
		next := ranHook{h.For(n.s, ordinal).Now(n.s), pod.UID}
		if step.Leader != nil && pod.Ready {
			next.hook.Role = n.st.role(ordinal)
		}
		switch {
		case n.st.hooks.ran[next.bare()]:
			continue
		case n.tooEarly(step, next):
		default:
			n.begin(pod, h.Moment)
			n.st.hooks.running = &next
			n.d.Hook, n.st.started = &next.hook, n.now // its time is not the step's
		}
		return false
	}
	return true
}

// begin notes of a pod that is Ready that its commands begin.
func (n *next) begin(pod sts.Pod, moment plan.Moment) {
	if !pod.Ready || moment == plan.AfterPod || n.st.hooks.begun[pod.UID] {
		return
	}
	begun := maps.Clone(n.st.hooks.begun)
	if begun == nil {
		begun = map[types.UID]bool{}
	}
	begun[pod.UID] = true
	n.st.hooks.begun = begun
}

// keep notes that a pod does not go yet, for another reason than its commands.
func (n *next) keep() {
	if n.st.hooks.kept.IsZero() {
		n.st.hooks.kept = n.now
	}
}

// goOn has the commands run again that let pods go which were kept from it for long: what
// they have found out may be so no more. A pod that is not Ready has been taken out of
// service by them, and is so still.
func (n *next) goOn() {
	h := &n.st.hooks
	if !h.kept.IsZero() && !n.now.Before(h.kept.Add(keptFor)) {
		ready := map[types.UID]bool{}
		for _, pod := range n.s.Pods {
			ready[pod.UID] = pod.Ready
		}
		h.ran = maps.Clone(h.ran)
		maps.DeleteFunc(h.ran, func(r ranHook, _ bool) bool { return r.hook.Moment != plan.AfterPod && ready[r.uid] })
	}
	h.kept = time.Time{}
}

// tooEarly reports whether a hook that has said "not yet" is to wait, and holds the run
// once the step has had its time.
func (n *next) tooEarly(step *plan.Step, h ranHook) bool {
	if n.st.hooks.early != h.bare() {
		return false
	}
	n.st.started = n.now
	if n.heldSince(step, n.st.hooks.since, ReasonNotYet, h.hook.Why()+" says that it is too early") {
		return true
	}
	if !n.now.Before(n.st.hooks.again) {
		return false
	}
	n.wake(n.st.hooks.again)
	n.tellWait(plan.Progress{Waiting: h.hook.Why() + " to say that it is time"})
	return true
}

// heldSince holds the run where something has not been known for as long as a step may
// take.
func (n *next) heldSince(step *plan.Step, since time.Time, reason, words string) bool {
	if n.p.StepTimeout == 0 {
		return false
	}
	deadline := since.Add(n.p.StepTimeout)
	if n.now.Before(deadline) {
		n.haltsAt(deadline)
		n.wake(deadline)
		return false
	}
	n.d.End = n.outcome(Held, words+" (for "+n.p.StepTimeout.String()+")")
	n.d.End.Reason, n.d.End.Step = reason, step
	n.d.End.Try = slices.Concat(n.commands(Interrupted), WithoutHooks(n.p))
	return true
}

// WithoutHooks is how to go on with a way back that its commands keep from going on: it
// asks for none, and whoever is in a hurry should know.
func WithoutHooks(p plan.Plan) []hint.Hint {
	if p.Verb != "abort" {
		return nil
	}
	return []hint.Hint{hint.Plugin("or roll back without the commands", "abort", p.Name)}
}
