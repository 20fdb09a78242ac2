package loop

import (
	"fmt"
	"time"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// When a run does not trust what it sees.

// doubts reports whether an end is to be looked at once more: a pod went away,
// and the watch of the set may be about to show that somebody has changed or
// deleted it. The watches are not in step.
func (r *run) doubts(end *engine.Outcome) bool {
	if end == nil || end.Trouble == nil || end.Trouble.Reason != sts.ReasonReplaced {
		r.doubted = time.Time{}
		return false
	}
	if r.doubted.IsZero() {
		r.doubted = r.Now().Add(outOfStep)
	}
	return r.Now().Before(r.doubted)
}

// blind is what is decided while the watch is cut: nothing. A soak must not
// end, and no write be sent, on what was true before.
func (r *run) blind() (time.Time, *engine.Outcome) {
	if r.plan.StepTimeout == 0 {
		return time.Time{}, nil
	}
	deadline := r.cut.Add(r.plan.StepTimeout)
	if r.Now().Before(deadline) {
		return deadline, nil
	}
	err := fmt.Errorf("the API server could not be watched for %s", r.plan.StepTimeout)
	return time.Time{}, r.end(engine.Failed, err.Error(), err)
}
