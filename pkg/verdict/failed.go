package verdict

import (
	"fmt"
	"slices"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
)

// failed is the verdict about a run that halted, whatever the pods are like by
// now. first is what is in progress, or nil.
func failed(s sts.Snapshot, first operation.Record) (Verdict, bool) {
	f := failure(s, first)
	if f == nil {
		return Verdict{}, false
	}
	return Verdict{Result: engine.Halted, Message: "failed: " + f.String(), Pod: f.Pod, Failed: f, Evidence: f.Evidence}, true
}

// failure is how the run in progress has ended, nil when it has not failed.
func failure(s sts.Snapshot, first operation.Record) *note.Failure {
	if first == nil {
		return nil
	}
	return first.Failure(s)
}

// restartedInSoak is the verdict about a pod of a rollout in progress that has
// restarted and has not been Available for the whole soak since. The run that
// would have halted because of it may have been killed in that moment. Whether
// the pod was Available before can't be told; until the soak is over it counts. A
// restart in the second in which the rollout began counts, too: both times are whole
// seconds, and a pod that was not well then would have been refused.
func restartedInSoak(s sts.Snapshot, first operation.Record, now time.Time) (Verdict, bool) {
	var began time.Time
	var soak time.Duration
	if first != nil {
		began, soak = first.Soaks()
	}
	if soak == 0 {
		return Verdict{}, false
	}
	for _, pod := range slices.Backward(s.Pods) {
		mine := pod.Revision == s.UpdateRevision() && (s.OnDelete() || !s.Gated(pod.Ordinal))
		restarted := !pod.RestartedAt.IsZero() && !pod.RestartedAt.Before(began)
		if !mine || !restarted || !pod.Available(s.MinReady(), now) || now.Sub(pod.ReadySince) >= soak {
			continue
		}
		t := sts.Trouble{
			Reason: sts.ReasonRestarted,
			Message: fmt.Sprintf("restarted %s ago (%s), and its soak of %s is not over", now.Sub(pod.RestartedAt).Round(time.Second),
				sts.Count(pod.Restarts, "restart"), soak),
		}
		return Verdict{Result: engine.Halted, Message: "trouble: " + pod.Name + ": " + t.Message, Pod: pod.Name, Trouble: &t}, true
	}
	return Verdict{}, false
}
