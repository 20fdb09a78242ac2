// Package verdict judges whether a StatefulSet is where its spec says, from
// one look. It is pure.
package verdict

import (
	"fmt"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/canary"
	"github.com/kubectl-sts/kubectl-sts/pkg/rollout"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Limits are how old trouble must be to count. One look can't tell how long
// it has lasted, so how long the pod has been unready stands for it.
type Limits struct {
	Patience time.Duration // for what often heals by itself
	Deadline time.Duration // for all else
}

// Deadline is how long a pod must have been unready for any trouble to count,
// unless somebody says otherwise.
const Deadline = 10 * time.Minute

// Verdict is the judgement. Its result is Done when the set is settled,
// Halted when there is trouble, and Held when it waits or is on its way.
type Verdict struct {
	Result  rollout.Result
	Message string
	Pod     string // the pod in trouble
	Trouble *sts.Trouble
	Try     []string
}

// Judge looks at one set. record is the canary in progress, or nil; command
// is how the user calls the plugin.
func Judge(s sts.Snapshot, record *canary.Record, limits Limits, command string, now time.Time) Verdict {
	if s.Exists() && s.Set.DeletionTimestamp != nil {
		return Verdict{Result: rollout.Held, Message: "in progress: the StatefulSet is being deleted"}
	}
	if !s.Observed() {
		return Verdict{Result: rollout.Held, Message: "in progress: the StatefulSet controller has not seen the newest spec yet"}
	}
	progress := rollout.PodsGood{From: s.Start()}.Check(s, now)
	v, bad := trouble(s, progress, limits, command, now)
	switch {
	case bad:
	case !progress.Done:
		v = onTheWay(s, progress)
	case len(s.Stray()) > 0:
		v = Verdict{Result: rollout.Held, Message: fmt.Sprintf("in progress: %s is being removed", s.Stray()[0].Name)}
	case record != nil:
		v = Verdict{Result: rollout.Held, Message: "held: a canary is " + stage(*record)}
	default:
		v = settled(s)
	}
	if record != nil {
		canaryCommands(&v, s, *record, progress.Done, command)
	}
	if v.Result == rollout.Halted && v.Trouble.Reason != sts.ReasonFailedCreate && len(v.Try) == 0 {
		v.Try = []string{fmt.Sprintf("look closer: %s describe pod %s", kubectl(command), v.Pod)}
	}
	return v
}

func trouble(s sts.Snapshot, progress rollout.Progress, limits Limits, command string, now time.Time) (Verdict, bool) {
	if pod, blocks := blocker(s, limits, now); blocks {
		return blocked(pod, command), true
	}
	for _, t := range progress.Standings {
		if t.Trouble != nil && counts(t, limits, now) {
			return Verdict{
				Result: rollout.Halted, Message: "trouble: " + t.Pod + ": " + t.Says(), Pod: t.Pod, Trouble: t.Trouble,
			}, true
		}
		if v, late := overdue(t, limits, now); late {
			return v, true
		}
	}
	return Verdict{}, false
}

// blocker is the pod that has held up all others for longer than the patience.
func blocker(s sts.Snapshot, limits Limits, now time.Time) (sts.Pod, bool) {
	pod, blocks := s.Blocker(now)
	return pod, blocks && s.Strategy() == appsv1.RollingUpdateStatefulSetStrategyType && now.Sub(pod.UnreadySince) >= limits.Patience
}

// blocked is the verdict about the pod that the controller waits for in vain.
func blocked(pod sts.Pod, command string) Verdict {
	t := sts.Trouble{
		Reason:  sts.ReasonBlocked,
		Message: "not Ready, on another revision than wanted; the controller waits for it before it replaces any pod",
	}
	if pod.Trouble != nil {
		t.Message = pod.Trouble.String() + "; " + t.Message
	}
	return Verdict{
		Result: rollout.Halted, Message: fmt.Sprintf("trouble: %s: %s", pod.Name, t.String()), Pod: pod.Name, Trouble: &t,
		Try: []string{
			fmt.Sprintf("delete it, and the controller makes it anew at the wanted revision: %s delete pod %s", kubectl(command), pod.Name),
		},
	}
}

// kubectl is kubectl with the user's own flags: another cluster or namespace
// may have a pod of the same name.
func kubectl(command string) string { return "kubectl" + strings.TrimPrefix(command, "kubectl sts") }

// overdue is the verdict about a pod that nothing is known against, but that
// should have got further long ago.
func overdue(t sts.Standing, limits Limits, now time.Time) (Verdict, bool) {
	age := now.Sub(t.Since)
	moving := t.State == sts.StateTerminating || t.State == sts.StatePending || t.State == sts.StateStarting
	if t.Trouble != nil || !moving || age < limits.Deadline {
		return Verdict{}, false
	}
	trouble := t.DeadlineTrouble()
	return Verdict{
		Result: rollout.Halted, Pod: t.Pod, Trouble: &trouble,
		Message: fmt.Sprintf("trouble: %s: %s for %s", t.Pod, t.Says(), age.Round(time.Second)),
	}, true
}

func counts(t sts.Standing, limits Limits, now time.Time) bool {
	age := now.Sub(t.Since)
	switch {
	case t.Trouble.Grace == sts.AtOnce, t.State == sts.StateMissing:
		return true // the controller has tried and says so
	case t.Trouble.Grace == sts.AfterPatience:
		return age >= limits.Patience
	}
	return age >= limits.Deadline
}

func onTheWay(s sts.Snapshot, progress rollout.Progress) Verdict {
	var waiting, old, ahead []string
	for _, t := range progress.Standings {
		pod, _ := s.Pod(t.Ordinal)
		switch {
		case t.State == sts.StateOld && s.Gated(t.Ordinal) && pod.Revision == s.UpdateRevision():
			ahead = append(ahead, t.Pod)
		case t.State == sts.StateOld:
			old = append(old, t.Pod)
		case !t.Good():
			waiting = append(waiting, t.Pod+" "+t.Says())
		}
	}
	if s.Strategy() == appsv1.OnDeleteStatefulSetStrategyType && len(waiting) == 0 {
		return Verdict{
			Result:  rollout.Held,
			Message: fmt.Sprintf("held: strategy OnDelete, %d pods wait to be deleted: %s", len(old), strings.Join(old, ", ")),
		}
	}
	if len(waiting) == 0 && len(old) == 0 {
		// A partition that goes up takes nothing back.
		return Verdict{
			Result: rollout.Held,
			Message: fmt.Sprintf("held: partition %d is above pods that are updated already, which the controller leaves so: %s",
				s.Partition(), strings.Join(ahead, ", ")),
		}
	}
	what := waiting
	if len(what) == 0 {
		what = []string{old[len(old)-1] + " is to be replaced"}
	}
	return Verdict{
		Result:  rollout.Held,
		Message: fmt.Sprintf("in progress: %d of %d pods are where they should be; %s", progress.Good, progress.Want, what[0]),
	}
}

// settled tells a set that is all there from one that a partition holds back.
func settled(s sts.Snapshot) Verdict {
	held := 0
	for _, p := range s.Pods {
		if p.Revision != s.UpdateRevision() {
			held++
		}
	}
	if held > 0 {
		return Verdict{
			Result:  rollout.Held,
			Message: fmt.Sprintf("held: partition %d keeps %d of %d pods on the old revision", s.Partition(), held, s.Replicas()),
		}
	}
	switch s.Replicas() {
	case 0:
		return Verdict{Result: rollout.Done, Message: "settled: it has no replicas"}
	case 1:
		return Verdict{Result: rollout.Done, Message: "settled: its pod is updated and Available"}
	}
	return Verdict{Result: rollout.Done, Message: fmt.Sprintf("settled: all %d pods are updated and Available", s.Replicas())}
}

func stage(record canary.Record) string {
	if record.Aborting {
		return "being aborted"
	}
	return "in progress"
}

func canaryCommands(v *Verdict, s sts.Snapshot, record canary.Record, good bool, command string) {
	try := func(what, verb string) {
		v.Try = append(v.Try, fmt.Sprintf("%s: %s %s %s", what, command, verb, s.Name()))
	}
	switch {
	case record.Aborting:
		try("finish the abort", "abort")
		return
	case good:
		try("the next step", "promote")
	default:
		try("go on", "canary")
	}
	try("go back to stable", "abort")
}
