// Package health says whether a set is settled, and its pods healthy, before a verb
// replaces them, and why not. It is pure.
package health

import (
	"fmt"
	"slices"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Unsettled says why the set is not where its spec says, or "". Where it is, what goes
// wrong from here on is the run's doing.
func Unsettled(s sts.Snapshot, now time.Time) string {
	progress := plan.PodsGood{From: s.Ordinals().First()}.Check(s, now)
	if why := unsettledPods(s, progress); why != "" {
		return why
	}
	if !s.OnDelete() && s.Partition() == 0 && s.CurrentRevision() != s.UpdateRevision() {
		// Pods are there before the status says so. A template set now would
		// leave the revision before this one as the one to go back to.
		return "its controller has not ended the last rollout: status.currentRevision is still " + s.CurrentRevision()
	}
	return ""
}

// Unhealthy says which pod is not Available, or "". The revisions of the pods and
// the pods with these ordinals may be as they like.
func Unhealthy(s sts.Snapshot, but []int, now time.Time) string {
	progress := plan.Observed{}.Check(s, now)
	for o := range s.Ordinals().All() {
		if progress.Done && !slices.Contains(but, o) {
			progress.Pods = append(progress.Pods, s.PodProgress(o, "", now))
		}
	}
	return unsettledPods(s, progress)
}

// SettledOn reports whether every pod is on this revision and Available.
func SettledOn(s sts.Snapshot, revision string, now time.Time) bool {
	for o := range s.Ordinals().All() {
		if !s.PodProgress(o, revision, now).Good() {
			return false
		}
	}
	return s.Observed()
}

func unsettledPods(s sts.Snapshot, progress plan.Progress) string {
	if progress.Waiting != "" {
		return "waiting for " + progress.Waiting
	}
	if stray := s.Stray(); len(stray) > 0 {
		return fmt.Sprintf("pod %s is outside of the wanted range and not gone yet", stray[0].Name)
	}
	var why, moving, old []string // what is the matter, before what waits for it
	for _, t := range progress.Pods {
		switch words := t.Pod + " is " + t.Says(); {
		case t.Good():
		case t.Trouble != nil:
			why = slices.Insert(why, 0, words)
		case t.State == sts.StateOld:
			old = append(old, words)
		default:
			moving = append(moving, words)
		}
	}
	why = slices.Concat(why, moving, old)
	switch len(why) {
	case 0:
		return ""
	case 1:
		return why[0]
	}
	return fmt.Sprintf("%s (and %d more)", why[0], len(why)-1)
}
