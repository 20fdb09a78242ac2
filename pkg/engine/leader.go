package engine

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

const (
	// leadAgain is how long after an answer it is asked again who leads.
	leadAgain = 2 * time.Second
	// leadFresh is for how long an answer counts.
	leadFresh = 10 * time.Second
)

// lead is what the pods have said about who leads.
type lead struct {
	asking  bool
	at      time.Time // when they said it, zero where it counts no more
	since   time.Time // since when it has been waited for another answer, zero for not
	next    time.Time // when to ask again
	leaders []int     // ordinals
	unknown map[int]string
}

// Led tells the state which pods say that they lead, and which could not be asked, and
// why.
func (st State) Led(leaders []int, unknown map[int]string, now time.Time) State {
	st.started = now
	st.hooks.lead = lead{at: now, next: now.Add(leadAgain), since: st.hooks.lead.since, leaders: leaders, unknown: unknown}
	return st
}

// old is an answer that counts no more: it is asked again at once.
func (l lead) old() lead {
	l.at, l.next = time.Time{}, time.Time{}
	return l
}

// Leaders are the ordinals of the pods that have said last that they lead.
func (st State) Leaders() []int { return st.hooks.lead.leaders }

// role is what the pods have said last about this one, empty where none has said that it
// leads.
func (st State) role(ordinal int) string {
	switch {
	case len(st.Leaders()) == 0:
		return ""
	case slices.Contains(st.Leaders(), ordinal):
		return plan.RoleLeader
	}
	return plan.RoleMember
}

// ledBy reports whether it is known who leads, and that those that go may: either they
// don't lead, or nobody said how they step down.
func (n *next) ledBy(step *plan.Step, goes []int) bool {
	ready := func(o int) bool {
		pod, there := n.s.Pod(o)
		return there && pod.Ready && !pod.Terminating
	}
	// One that is not Ready any more may have stepped down by half.
	begun := func(o int) bool {
		pod, there := n.s.Pod(o)
		return there && n.st.hooks.begun[pod.UID] && !pod.Terminating
	}
	goes = slices.DeleteFunc(slices.Clone(goes), func(o int) bool { return !ready(o) && !begun(o) })
	if step.Leader == nil || len(goes) == 0 {
		return true
	}
	if n.underWay() || !n.leadKnown(step, goes) {
		return false
	}
	others := slices.ContainsFunc(n.s.Pods, func(p sts.Pod) bool { return ready(p.Ordinal) && !slices.Contains(goes, p.Ordinal) })
	for _, o := range goes {
		if !slices.Contains(n.st.Leaders(), o) || step.Leader.StepDown == nil || !others {
			continue
		}
		if !n.ran(step, []plan.Hook{*step.Leader.StepDown}, o) {
			return false
		}
		n.st.hooks.lead.at = time.Time{} // asked again until it is another
		n.unled(step, "another pod than "+n.s.PodName(o)+" to lead")
		return false
	}
	n.st.hooks.lead.since = time.Time{}
	return true
}

// leadKnown reports whether the pods have said just now who leads, and asks them where
// they have not.
func (n *next) leadKnown(step *plan.Step, goes []int) bool {
	l := n.st.hooks.lead
	fresh := !l.at.IsZero() && n.now.Before(l.at.Add(leadFresh))
	unknown := slices.ContainsFunc(goes, func(o int) bool { return l.unknown[o] != "" })
	switch {
	case fresh && len(l.leaders) > 0 && !unknown:
		return true
	case n.now.Before(l.next):
		n.unled(step, n.whyUnled())
		return false
	}
	var ask []plan.Hook
	for _, pod := range n.s.Pods {
		if pod.Ready && !pod.Terminating && n.s.Ordinals().Has(pod.Ordinal) {
			ask = append(ask, step.Leader.Find.For(n.s, pod.Ordinal).Now(n.s))
		}
	}
	if len(ask) == 0 {
		n.unled(step, n.whyUnled())
		return false
	}
	n.st.hooks.lead.asking = true
	n.d.Find, n.st.started = ask, n.now
	return false
}

// whyUnled says what is waited for where nobody is known to lead.
func (n *next) whyUnled() string {
	l := n.st.hooks.lead
	words := "a pod to say that it leads"
	var why []string
	for _, o := range slices.Sorted(maps.Keys(l.unknown)) {
		why = append(why, n.s.PodName(o)+": "+l.unknown[o])
	}
	if len(why) > 0 {
		words += " (" + strings.Join(why, "; ") + ")"
	}
	return words
}

// unled waits to ask again, and holds the run once the step has had its time.
func (n *next) unled(step *plan.Step, waits string) {
	if n.st.hooks.lead.since.IsZero() {
		n.st.hooks.lead.since = n.now
	}
	if n.heldSince(step, n.st.hooks.lead.since, ReasonLeaderUnknown, "still waiting for "+waits) {
		return
	}
	n.wake(n.st.hooks.lead.next)
	n.tellWait(plan.Progress{Waiting: waits})
}
