// Package verdict judges whether a StatefulSet is where its spec says, from
// one look. It is pure.
package verdict

import (
	"fmt"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/evidence"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
)

// Limits are how old trouble must be to count. One look can't tell how long
// it has lasted, so how long the pod has been unready stands for it.
type Limits struct {
	Patience time.Duration // for what often heals by itself
	Placing  time.Duration // for a pod that waits for a node or a volume, 0 for the same
	Deadline time.Duration // for all else
}

// Deadline is how long a pod must have been unready for any trouble to count,
// unless somebody says otherwise.
const Deadline = 10 * time.Minute

// Verdict is the judgement. Its result is Done when the set is settled,
// Halted when there is trouble, and Held when it waits or is on its way.
type Verdict struct {
	Result  engine.Result
	Moving  bool // of one that is Held: it gets there by itself
	Message string
	Pod     string // the pod in trouble
	Trouble *sts.Trouble
	// Failed is how the run ended that nobody has acted on since, or nil.
	Failed *note.Failure
	// Evidence is what the pod in trouble tells, or has told; nil where nobody has
	// asked it.
	Evidence *evidence.Evidence
	Try      []hint.Hint
}

// Judge looks at one set, and at what is in progress on it.
func Judge(s sts.Snapshot, ops operation.Found, limits Limits, now time.Time) Verdict {
	if s.Uncountable != nil {
		return Verdict{
			Result: engine.Halted, Message: "trouble: " + s.Uncountable.Error(), Try: hint.Of(s.Uncountable),
		}
	}
	if s.Away != nil {
		return away(s, ops.First())
	}
	if s.Exists() && s.Set.DeletionTimestamp != nil {
		return inProgress("the StatefulSet is being deleted")
	}
	if !s.Observed() {
		v := inProgress("the StatefulSet controller has not seen the newest spec yet")
		v.Try = recordHints(s, ops.First(), ops.Driver(s, now), false)
		return v
	}
	progress := plan.PodsGood{From: s.Ordinals().First()}.Check(s, now)
	first := ops.First()
	v, bad := failed(s, first)
	if !bad {
		v, bad = trouble(s, progress, limits, now)
	}
	if !bad {
		v, bad = restartedInSoak(s, first, now)
	}
	if !bad {
		v = stageOf(s, progress, ops).verdict()
	}
	good := progress.Done || first != nil && first.AtGate(s, progress)
	v.Try = hints(s, first, ops.Driver(s, now), v.outcome(), good)
	return v
}

// away is the verdict about a set that is not there. Whether somebody is about to create it
// again is not known: that takes a moment, so one that is seen here has most likely been left.
func away(s sts.Snapshot, first operation.Record) Verdict {
	words := "its recreate has not finished"
	if s.Away.Unread != nil {
		words += fmt.Sprintf(", and what was saved of it can't be read: %s", s.Away.Unread)
	}
	v := Verdict{Result: engine.Halted, Message: "trouble: not there: " + words}
	if first != nil {
		v.Try = first.Helps(s, false)
	}
	return v
}

// Reason is that of the trouble or of the failure, "" for neither.
func (v Verdict) Reason() string {
	switch {
	case v.Trouble != nil:
		return v.Trouble.Reason
	case v.Failed != nil:
		return v.Failed.Reason
	}
	return ""
}

// outcome is the verdict as the end of a watch would put it.
func (v Verdict) outcome() engine.Outcome {
	return engine.Outcome{Result: v.Result, Pod: v.Pod, Trouble: v.Trouble}
}

func trouble(s sts.Snapshot, progress plan.Progress, limits Limits, now time.Time) (Verdict, bool) {
	if pod, blocks := blocker(s, limits, now); blocks {
		return blocked(pod), true
	}
	for _, t := range progress.Pods {
		if t.Trouble != nil && counts(t, limits, now) {
			return Verdict{
				Result: engine.Halted, Message: "trouble: " + t.Pod + ": " + t.Says(), Pod: t.Pod, Trouble: t.Trouble,
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
	return pod, blocks && s.Rolls() && now.Sub(pod.UnreadySince) >= limits.Patience
}

// blocked is the verdict about the pod that the controller waits for in vain.
func blocked(pod sts.Pod) Verdict {
	t := sts.Trouble{
		Reason:  sts.ReasonBlocked,
		Message: "not Ready, on another revision than wanted; the controller waits for it before it replaces any pod",
	}
	if pod.Trouble != nil {
		t.Message = pod.Trouble.String() + "; " + t.Message
	}
	return Verdict{Result: engine.Halted, Message: fmt.Sprintf("trouble: %s: %s", pod.Name, t.String()), Pod: pod.Name, Trouble: &t}
}

// overdue is the verdict about a pod that nothing is known against, but that
// should have got further long ago.
func overdue(t sts.PodProgress, limits Limits, now time.Time) (Verdict, bool) {
	age := now.Sub(t.Since)
	moving := t.State == sts.StateTerminating || t.State == sts.StatePending || t.State == sts.StateStarting
	if t.Trouble != nil || !moving || age < limits.Deadline {
		return Verdict{}, false
	}
	trouble := t.DeadlineTrouble()
	return Verdict{
		Result: engine.Halted, Pod: t.Pod, Trouble: &trouble,
		Message: fmt.Sprintf("trouble: %s: %s for %s", t.Pod, t.Says(), age.Round(time.Second)),
	}, true
}

func counts(t sts.PodProgress, limits Limits, now time.Time) bool {
	age := now.Sub(t.Since)
	switch {
	case t.Trouble.Grace == sts.AtOnce, t.State == sts.StateMissing:
		return true // the controller has tried and says so
	case t.Trouble.Grace == sts.AfterPatience:
		return age >= t.Trouble.Patience(limits.Patience, limits.Placing)
	}
	return age >= limits.Deadline
}
