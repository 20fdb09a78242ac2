package engine

import (
	"context"
	"slices"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/evidence"
)

// verdict is a reason to fail a step.
type verdict struct {
	pod     string
	trouble sts.Trouble
	words   string // what is the matter, after the pod's name
}

// inTrouble is the verdict for trouble that speaks for itself.
func inTrouble(pod string, t sts.Trouble) *verdict {
	return &verdict{pod: pod, trouble: t, words: t.String()}
}

// troubled finds a pod whose trouble has had its time, and says when the next
// one will have.
func (st *State) troubled(p plan.Plan, step plan.Step, s sts.Snapshot, progress plan.Progress, now time.Time) (*verdict, time.Time) {
	var wake time.Time
	for _, t := range relevant(s, step, progress, now) {
		since, counts := st.troubleSince(s, t, now)
		if !counts {
			continue
		}
		at := since
		if t.Trouble.Grace == sts.AfterPatience {
			at = since.Add(t.Trouble.Patience(p.Patience, p.Placing))
		}
		if !now.Before(at) {
			return inTrouble(t.Pod, *t.Trouble), wake
		}
		wake = Earlier(wake, at)
	}
	if step.Replace == nil {
		blocker, at := st.blockedTooLong(p, s, now)
		return blocker, Earlier(wake, at)
	}
	return nil, wake
}

// blockedTooLong reports the forced-rollback trap when nothing frees it.
func (st *State) blockedTooLong(p plan.Plan, s sts.Snapshot, now time.Time) (*verdict, time.Time) {
	pod, ok := s.Blocker(now)
	if !ok {
		return nil, time.Time{}
	}
	if at := st.blockedSince(pod, now).Add(p.Patience); now.Before(at) {
		return nil, at
	}
	message := "not Ready, on another revision than wanted; the controller waits for it before it replaces any pod, " +
		"and deleting it frees the rollout"
	if pod.Trouble != nil {
		message = pod.Trouble.String() + "; " + message
	}
	return &verdict{pod.Name, sts.Trouble{Reason: sts.ReasonBlocked, Message: message}, message}, time.Time{}
}

func (st *State) blockedSince(pod sts.Pod, now time.Time) time.Time {
	if _, ok := st.blocked[pod.UID]; !ok {
		st.blocked[pod.UID] = now
	}
	return st.blocked[pod.UID]
}

// relevant are the pods whose trouble can fail the step: those that the
// condition is about and, where the controller goes in order, all below them,
// for it stops at the first that is not healthy.
func relevant(s sts.Snapshot, step plan.Step, progress plan.Progress, now time.Time) []sts.PodProgress {
	all := progress.Pods
	if from, ok := step.Until.(plan.PodsGood); ok && s.Ordered() && s.Observed() {
		for o := range s.Ordinals().Below(from.From).All() {
			all = append(all, s.PodProgress(o, s.Wanted(o), now))
		}
	}
	return all
}

// troubleSince keeps the books on one pod. An image pull swaps between
// two reasons and a crash loop is Running now and then, so the time runs from
// the first trouble until the pod is Available. A pod on the old revision is
// left alone here: it is about to be replaced, or it is the blocker.
func (st *State) troubleSince(s sts.Snapshot, t sts.PodProgress, now time.Time) (time.Time, bool) {
	pod, there := s.Pod(t.Ordinal)
	if !there {
		if _, ok := st.missing[t.Ordinal]; !ok {
			st.missing[t.Ordinal] = now
		}
		return st.missing[t.Ordinal], t.Trouble != nil && t.Trouble.Grace != sts.AtDeadline
	}
	delete(st.missing, t.Ordinal)
	if t.Good() {
		delete(st.trouble, pod.UID)
	}
	if t.Trouble == nil || t.State == sts.StateOld || t.Trouble.Grace == sts.AtDeadline {
		return now, false
	}
	if _, ok := st.trouble[pod.UID]; !ok {
		st.trouble[pod.UID] = now
	}
	return st.trouble[pod.UID], true
}

// Earlier is the earlier of two times, where zero means never.
func Earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// Ask is the evidence of a pod. What a run that failed has kept of it stays, and
// gets the log, which is not kept.
func Ask(ctx context.Context, w Witness, kept *evidence.Evidence, pod string, trouble *sts.Trouble) *evidence.Evidence {
	container := ""
	switch {
	case kept != nil:
		container = kept.Container
	case trouble != nil:
		container = trouble.Container
	}
	now := w.Evidence(ctx, pod, container)
	if kept == nil {
		return now
	}
	whole := kept.WithLog(now)
	return &whole
}

// SeeMore adds to what helps the commands that show more of a pod: behind the ways
// back, before the last ones that take up again what has ended.
func SeeMore(try []hint.Hint, pod string, e *evidence.Evidence) []hint.Hint {
	at := len(try) - hint.Tries(try)
	out := slices.Clone(try[:at])
	for _, look := range looks(pod, e) {
		if !slices.ContainsFunc(try, look.Same) {
			out = append(out, look)
		}
	}
	return append(out, try[at:]...)
}

// looks are the commands that show more of a pod than its evidence does.
func looks(pod string, e *evidence.Evidence) []hint.Hint {
	var out []hint.Hint
	if e != nil && len(e.Log) > 0 {
		args := []string{pod, "-c", e.Container}
		if e.Previous {
			args = append(args, "--previous")
		}
		out = append(out, hint.Kube("see the whole log", "logs", args...))
	}
	return append(out, hint.Kube("look closer", "describe", "pod", pod))
}
