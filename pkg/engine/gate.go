package engine

import (
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// kept reports whether the condition has held for the whole soak, and every check is
// good. A pod that was good and is so no more fails the soak, which ends the run.
func (n *next) kept(step *plan.Step, progress plan.Progress) bool {
	if !progress.Untouched && !n.soaked(step, progress) {
		return false
	}
	n.st.phase = gating
	if !step.Part {
		n.tell(Event{Type: EventStepDone})
	}
	return true
}

// soaked reports whether the soak is over, and its checks are good.
func (n *next) soaked(step *plan.Step, progress plan.Progress) bool {
	if step.Soaks() && n.broke() {
		return false
	}
	until := n.st.soaked.Add(step.Soak)
	if n.now.Before(until) {
		n.wake(until)
	}
	return n.measured(step, progress, until) && !n.now.Before(until)
}

// broke ends the run when a pod that was good is so no more.
func (n *next) broke() bool {
	v := n.st.regressed(n.s, n.now, nil, false)
	if v != nil {
		n.halt(v)
	}
	return v != nil
}

// regressed finds a pod that was good and is so no more, leaving some ordinals
// out. While a step still waits, only a restart counts: the other ways heal or
// become trouble.
func (st State) regressed(s sts.Snapshot, now time.Time, but []int, restartsOnly bool) *verdict {
	if !s.Observed() {
		return nil
	}
	for o := range s.Ordinals().Backward() {
		b, ok := st.baseline[o]
		if !ok || slices.Contains(but, o) {
			continue
		}
		pod, there := s.Pod(o)
		standing := s.PodProgress(o, b.revision, now)
		switch {
		case there && pod.UID == b.uid && pod.Restarts > b.restarts:
			return broken(standing, sts.ReasonRestarted, "restarted after it was Available")
		case restartsOnly:
		case !there || pod.UID != b.uid || pod.Terminating:
			return broken(standing, sts.ReasonReplaced, "went away after it was Available")
		case !standing.Good():
			return broken(standing, sts.ReasonNotAvailable, "stopped being Available")
		case pod.ReadySince.After(b.readySince):
			// It fell and rose between two snapshots.
			return broken(standing, sts.ReasonNotAvailable, "stopped being Available for a moment")
		}
	}
	return nil
}

// Regressed says what has happened to a pod that was Available in the snapshot
// before, or "": it has restarted, is no longer Available, or is another one.
func Regressed(before, after sts.Snapshot, now time.Time) string {
	st := NewState(before, now)
	st.remember(before, now)
	if v := st.regressed(after, now, nil, false); v != nil {
		return v.pod + ": " + v.words
	}
	return ""
}

// broken is the verdict for a pod that was good and is so no more.
func broken(t sts.PodProgress, reason, words string) *verdict {
	v := &verdict{pod: t.Pod, trouble: sts.Trouble{Reason: reason, Message: words}, words: words}
	if t.Trouble != nil {
		v.trouble = *t.Trouble
		v.words += ": " + t.Trouble.String()
	}
	return v
}

// baseline is what a good pod looked like.
type baseline struct {
	uid        types.UID
	revision   string
	restarts   int
	readySince time.Time
}

func newBaseline(pod sts.Pod) baseline {
	return baseline{uid: pod.UID, revision: pod.Revision, restarts: pod.Restarts, readySince: pod.ReadySince}
}

// remember notes the pods that are good, so that a later restart shows.
func (st *State) remember(s sts.Snapshot, now time.Time) {
	if !s.Observed() {
		return
	}
	for _, pod := range s.Pods {
		if pod.Ready {
			delete(st.blocked, pod.UID)
		}
		want := s.Wanted(pod.Ordinal)
		if b, ok := st.baseline[pod.Ordinal]; ok && b.revision != want {
			delete(st.baseline, pod.Ordinal) // the plan replaces it
		}
		if _, ok := st.baseline[pod.Ordinal]; !ok && s.PodProgress(pod.Ordinal, want, now).Good() {
			st.baseline[pod.Ordinal] = newBaseline(pod)
		}
	}
}

// rebase starts a soak: what happened to pods that are good now is forgiven,
// for they healed while the step was waiting. Those that are not good now are
// still judged by what they were.
func (st *State) rebase(s sts.Snapshot, now time.Time) {
	for _, pod := range s.Pods {
		if s.PodProgress(pod.Ordinal, s.Wanted(pod.Ordinal), now).Good() {
			st.baseline[pod.Ordinal] = newBaseline(pod)
		}
	}
}

// passed reports whether the gate lets the run go on.
func (n *next) passed(step *plan.Step) bool {
	if step.Gate == nil {
		return true
	}
	if step.Gate.Kind == plan.GateAsk && n.st.answer != plan.Abort {
		switch {
		case n.broke(): // also after the answer: it was about pods that were good
			return false
		case n.st.answer == "":
			n.d.Ask = step.Gate
			return false
		}
	}
	switch n.st.answer {
	case plan.Promote:
		return true
	case plan.Abort:
		n.d.End = n.outcome(AbortAsked, "abort")
	default:
		after := fmt.Sprintf("after step %d of %d; next: %s", step.Number, step.Of, step.Gate.Next)
		n.d.End = n.outcome(Held, "held "+after)
		n.d.End.Detail = after
		n.d.End.Wanted = step.Gate.Wanted
	}
	return false
}

// gateWords says where the gate is: what the controller may replace from here.
func gateWords(s sts.Snapshot) string {
	if !s.Exists() || !s.Rolls() {
		return "" // there is no gate
	}
	switch opened := s.Opened(); opened.Len() {
	case 0:
		return sts.PartitionWords(s.Partition(), "gate closed") + ": no pod is updated"
	case s.Replicas():
		return fmt.Sprintf("partition %d: every pod is updated", s.Partition())
	case 1:
		return fmt.Sprintf("partition %d: only %s is updated", s.Partition(), s.PodName(opened.First()))
	default:
		return fmt.Sprintf("partition %d: %s and above are updated", s.Partition(), s.PodName(opened.First()))
	}
}
