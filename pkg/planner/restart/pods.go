package restart

import (
	"cmp"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/health"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/refuse"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/rolling"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// Pods plans a restart of some pods by deleting them, one after
// another, each Available before the next. They come back as they are.
func Pods(r Request, ordinals []int, s sts.Snapshot, now time.Time) (*plan.Plan, error) {
	if no := refuse.Rollout(s); no != nil {
		return nil, no
	}
	pods := map[int]types.UID{}
	for _, o := range ordinals {
		if no := refuse.Ordinal(o, s); no != nil {
			return nil, no
		}
		if pod, ok := s.Pod(o); ok { // one that is missing is on its way already
			pods[o] = pod.UID
		}
	}
	if no := refuse.Pods(r.Order, s); no != nil {
		return nil, no
	}
	if len(pods) == 0 {
		return nil, refuse.Unsettled(s, "none of these pods is there: there is nothing to restart")
	}
	rollout := r.rollout(s, now)
	if no := rollout.RefuseUnless(cmp.Or(health.Unhealthy(s, ordinals, now), rolling.Updating(s, pods, now))); no != nil {
		return nil, no
	}
	rollout.Record.Pods, rollout.Counts = pods, []int{len(pods)}
	p := rollout.Frame("restart")
	p.Details = slices.Concat(p.Details, rolling.Moved(s, pods), rolling.Held(s, pods, now))
	p.Steps = []plan.Step{rollout.Note("note which pods are to be restarted"), rollout.Whole(0), rollout.Finish()}
	return p, nil
}
